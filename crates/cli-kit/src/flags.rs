//! The flags that every command of both programs takes, and how a wrong command line is reported.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use serde_json::json;

use crate::env::Env;
use crate::error::CliError;
use crate::exit::Exit;
use crate::printer::{Mode, Printer, Terminal};
use crate::text::escape_block;

/// The flags that every command takes.
#[derive(clap::Args, Debug, Clone, Default, PartialEq, Eq)]
#[command(next_help_heading = "Global options")]
pub struct GlobalFlags {
    /// Print exactly one JSON document on standard output, on errors too
    #[arg(long, global = true)]
    pub json: bool,
    /// Say as little as possible
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// The project's folder, instead of searching upwards from here [env: TASKWERK_DIR]
    #[arg(long, global = true, value_name = "PATH", value_hint = clap::ValueHint::DirPath)]
    pub dir: Option<PathBuf>,
    /// The session that changes are recorded under [env: TASKWERK_SESSION]
    #[arg(long, global = true, value_name = "NAME")]
    pub session: Option<String>,
    /// Who makes the change [env: TASKWERK_ACTOR, else USER]
    #[arg(long, global = true, value_name = "NAME")]
    pub actor: Option<String>,
    /// Never use colours [env: NO_COLOR]
    #[arg(long, global = true)]
    pub no_color: bool,
}

impl GlobalFlags {
    /// The project's folder: `--dir`, else `TASKWERK_DIR`, else unknown (search upwards).
    #[must_use]
    pub fn dir(&self, env: &Env) -> Option<PathBuf> {
        self.dir.clone().or_else(|| env.path("TASKWERK_DIR"))
    }

    /// The session: `--session`, else `TASKWERK_SESSION`.
    #[must_use]
    pub fn session(&self, env: &Env) -> Option<String> {
        self.session.clone().or_else(|| env.get("TASKWERK_SESSION").map(str::to_owned))
    }

    /// Who makes the change: `--actor`, else `TASKWERK_ACTOR`, `USER`, `LOGNAME`, else `unknown`. Asking git for its
    /// identity would cost more than the rest of a short command.
    #[must_use]
    pub fn actor(&self, env: &Env) -> String {
        let known = || ["TASKWERK_ACTOR", "USER", "LOGNAME"].into_iter().find_map(|name| env.get(name));
        self.actor.as_deref().or_else(known).unwrap_or("unknown").to_owned()
    }
}

/// Reads the command line, whose first word is the program.
///
/// # Errors
/// The exit code with which the program must end, everything having been said: help and version (0) on standard
/// output, a wrong command line (2) on standard error, and all of it as one JSON document when `--json` is among
/// the arguments.
pub fn parse<C: clap::Parser>(arguments: &[OsString], env: &Env) -> Result<C, ExitCode> {
    C::try_parse_from(arguments).map_err(|error| {
        let mode = Mode { json: asks_for_json(arguments), quiet: false };
        let terminal = Terminal::of_process(env, arguments.iter().any(|word| word == "--no-color"));
        let printer = Printer::new(Box::new(std::io::stdout()), Box::new(std::io::stderr()), mode, terminal);
        report(printer, &error)
    })
}

/// Whether `--json` is among the flags (before `--`): for errors before the command line is understood.
#[must_use]
pub fn asks_for_json(arguments: &[OsString]) -> bool {
    arguments.iter().take_while(|word| *word != "--").any(|word| word == "--json")
}

fn report(mut printer: Printer, error: &clap::Error) -> ExitCode {
    // The exhaustive list of kinds is clap's and grows; all that is not help or version is a usage error.
    let key = if error.kind() == ErrorKind::DisplayHelp {
        "help"
    } else if error.kind() == ErrorKind::DisplayVersion {
        "version"
    } else if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand && !printer.is_json() {
        // Nothing was asked, so help is no data: it goes where errors go.
        printer.note(error.render());
        return Exit::Usage.into();
    } else if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        let missing = CliError::usage("a command or an argument is missing").hint("see --help");
        return printer.finish(Err(missing));
    } else {
        return printer.finish(Err(usage_error(error)));
    };
    let text = error.render().to_string();
    if printer.is_json() {
        printer.json(&json!({ key: text.trim_end() }));
    } else {
        printer.raw(&text);
    }
    printer.finish(Ok(Exit::Ok))
}

/// A command line that clap refuses, in our own shape. Clap echoes the words that it was given, so the text is
/// escaped when it is printed.
fn usage_error(error: &clap::Error) -> CliError {
    if error.kind() == ErrorKind::ValueValidation {
        return invalid_value(error);
    }
    let text = error.render().to_string();
    let (message, rest) = text.split_once("\n\n").unwrap_or((text.as_str(), ""));
    let message = message.trim_start_matches("error: ").trim_end();
    let is_told =
        |line: &&str| !(line.is_empty() || line.starts_with("tip:") || line.starts_with("For more"));
    let mut rest: Vec<&str> = rest.lines().map(str::trim).filter(is_told).collect();
    rest.push("see --help");
    let hint = rest.join("; ").replacen("Usage:", "usage:", 1);
    CliError::usage(escape_block(message)).suggestions(suggested(error)).hint(hint)
}

/// A value that its own type refuses. The type's words say what is wrong; clap's would repeat the value, which may
/// be long.
fn invalid_value(error: &clap::Error) -> CliError {
    let reason = std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
    let message = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(argument)) => format!("{argument}: {reason}"),
        _ => reason,
    };
    CliError::new(Exit::Usage, "VALIDATION_ERROR", message)
        .details(json!({ "argument": error.get(ContextKind::InvalidArg).map(ToString::to_string) }))
}

fn suggested(error: &clap::Error) -> Vec<String> {
    let kinds = [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue];
    let values = kinds.into_iter().filter_map(|kind| error.get(kind));
    let mut names: Vec<String> = Vec::new();
    for value in values {
        if let ContextValue::String(name) = value {
            names.push(name.clone());
        } else if let ContextValue::Strings(several) = value {
            names.extend(several.iter().cloned());
        }
    }
    names.truncate(3);
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser, Debug)]
    #[command(name = "prog", version = "1.2.3")]
    struct Program {
        #[command(flatten)]
        global: GlobalFlags,
        #[command(subcommand)]
        command: Command,
    }

    #[derive(clap::Subcommand, Debug)]
    enum Command {
        /// Lists
        List {
            #[arg(long)]
            sort: Option<String>,
            #[arg(long)]
            limit: Option<u32>,
        },
    }

    fn words(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    fn error_of(line: &str) -> CliError {
        usage_error(&Program::try_parse_from(words(line)).unwrap_err())
    }

    #[test]
    fn global_flags_stand_anywhere() {
        let program = Program::try_parse_from(words("prog list --json --session s1")).unwrap();
        assert!(program.global.json);
        assert_eq!(program.global.session.as_deref(), Some("s1"));
    }

    #[test]
    fn a_wrong_word_names_what_may_have_been_meant() {
        let error = error_of("prog lits");
        assert_eq!((error.exit, error.suggestions), (Exit::Usage, vec!["list".to_owned()]));
        insta::assert_snapshot!(error.message, @"unrecognized subcommand 'lits'");
        let error = error_of("prog list --srot x");
        assert_eq!(error.suggestions, ["--sort"]);
    }

    #[test]
    fn a_value_that_its_type_refuses_is_told_in_the_types_words() {
        let error = error_of("prog list --limit many");
        assert_eq!((error.code.as_ref(), error.exit), ("VALIDATION_ERROR", Exit::Usage));
        insta::assert_snapshot!(error.message, @"--limit <LIMIT>: invalid digit found in string");
    }

    #[test]
    fn words_that_were_given_come_back_escaped() {
        let error = usage_error(&Program::try_parse_from(["prog", "\u{1b}[31m"]).unwrap_err());
        assert!(!error.message.contains('\u{1b}'), "{error:?}");
    }

    #[test]
    fn json_is_asked_for_before_the_end_of_flags_only() {
        assert!(asks_for_json(&words("prog list --json")));
        assert!(!asks_for_json(&words("prog add -- --json")));
    }

    #[test]
    fn flags_win_over_the_environment() {
        let env = Env::from_iter([("TASKWERK_SESSION", "e"), ("TASKWERK_DIR", "/e"), ("USER", "u")]);
        let none = GlobalFlags::default();
        assert_eq!((none.session(&env).as_deref(), none.actor(&env).as_str()), (Some("e"), "u"));
        assert_eq!(none.dir(&env), Some(PathBuf::from("/e")));
        let given = GlobalFlags {
            session: Some("f".into()),
            actor: Some("a".into()),
            dir: Some("/f".into()),
            ..none
        };
        assert_eq!((given.session(&env).as_deref(), given.actor(&env).as_str()), (Some("f"), "a"));
        assert_eq!(given.dir(&env), Some(PathBuf::from("/f")));
        assert_eq!(GlobalFlags::default().actor(&Env::default()), "unknown");
    }
}
