//! `conductor agents check`.

use std::time::Duration;

use cli_kit::printer::Style;
use cli_kit::table::{Cell, Fit, Table};
use cli_kit::{CliError, Exit};
use conductor_host::agents::{
    AgentRunner, Checked, Detected, Offered, Profile, Protocol, agent_environment, detect,
    unsupported_options,
};
use jiff::SignedDuration;
use serde::Serialize;

use super::list::{may, may_text, program_of};
use super::{found, named, way_to_get};
use crate::context::Context;
use crate::survey::{self, Scratch};

/// Look whether an agent would work here, without asking its model anything
///
/// Tells how it would be started. One that speaks the Agent Client Protocol is started for real and begins a session, in
/// a folder of its own and without a prompt, so that it costs nothing. Ends with 1 when something is missing.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  conductor agents check claude\n  conductor agents check claude --json")]
pub(super) struct Args {
    /// Its name, as `conductor agents` lists it
    #[arg(value_name = "NAME")]
    name: String,
}

#[derive(Serialize)]
struct Document<'a> {
    name: &'a str,
    /// Nothing is known to be in the way.
    ok: bool,
    program: String,
    version: Option<&'a str>,
    protocol: &'static str,
    /// Its command line with the places that are filled in.
    command: Option<String>,
    /// The same when it goes on with a session of before.
    resume: Option<String>,
    mode: Option<&'static str>,
    allow: Vec<&'static str>,
    model: Option<&'a str>,
    silence: Option<String>,
    /// The names of the variables that it gets, but for those of each attempt.
    environment: Vec<String>,
    credentials: Option<&'a Credentials>,
    /// Null where none is begun without asking its model.
    session: Option<SessionJson<'a>>,
    /// What is in the way, with what helps.
    problems: &'a [String],
    warnings: &'a [String],
}

/// Whether somebody seems to be signed in.
#[derive(Serialize)]
struct Credentials {
    /// The folder in which the agent keeps them.
    folder: String,
    there: bool,
    /// The variables with a key that are set. Names only.
    keys: Vec<&'static str>,
}

#[derive(Default, Serialize)]
struct SessionJson<'a> {
    begun: bool,
    agent: Option<&'a str>,
    mode: Option<&'a str>,
    modes: &'a [String],
    model: Option<&'a str>,
    models: &'a [String],
}

/// What was found out.
struct Findings {
    profile: Profile,
    program: String,
    version: Option<String>,
    environment: Vec<String>,
    credentials: Option<Credentials>,
    checked: Checked,
    problems: Vec<String>,
    warnings: Vec<String>,
}

pub(super) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let runner = survey::runner(context)?;
    let profile = named(context, &runner, &args.name)?;
    let findings = look(context, &runner, profile)?;
    if context.printer.is_json() {
        context.printer.json(&findings.document());
    } else {
        print(context, &findings);
    }
    Ok(if findings.problems.is_empty() { Exit::Ok } else { Exit::Refused })
}

fn look(context: &Context, runner: &AgentRunner, profile: Profile) -> Result<Findings, CliError> {
    let scratch = Scratch::new(context)?;
    let credentials = credentials(context, &profile);
    let names = agent_environment(&runner.user_env, &profile).into_keys();
    let mut findings = Findings {
        environment: names.map(|name| name.to_string_lossy().into_owned()).collect(),
        warnings: unsupported_options(&profile).into_iter().map(|option| option.why).collect(),
        program: String::new(),
        version: None,
        credentials,
        checked: Checked::NotTried,
        problems: Vec::new(),
        profile,
    };
    match found(runner, &findings.profile) {
        Err(error) => {
            findings.problems.push(format!("{}; {}", error.message, way_to_get(&findings.profile)));
        }
        Ok(file) => {
            findings.program = file.display().to_string();
            let detected = detect(runner, &findings.profile, scratch.path(), survey::PATIENT);
            if let Detected::Ready { version, .. } = detected {
                findings.version = version;
            }
            findings.checked = runner.check(&findings.profile, scratch.path());
            findings.judge();
        }
    }
    Ok(findings)
}

impl Findings {
    /// What is in the way of an agent that is there. Whether one that speaks the protocol is signed in, it said itself.
    fn judge(&mut self) {
        match (&self.checked, &self.credentials, self.profile.known()) {
            (Checked::Failed { why }, _, _) => self.problems.push(why.clone()),
            (Checked::Begun(offered), _, _) => self.warnings.extend(offered.findings.iter().cloned()),
            (Checked::NotTried, Some(credentials), Some(known))
                if !credentials.there && credentials.keys.is_empty() =>
            {
                let folder = &credentials.folder;
                self.problems
                    .push(format!("nobody seems to be signed in: there is no {folder}; {}", known.sign_in()));
            }
            (Checked::NotTried, _, _) => {}
        }
    }

    fn document(&self) -> Document<'_> {
        let program = program_of(&self.profile);
        let (mode, allow) = may(&self.profile).unzip();
        Document {
            name: &self.profile.label.name,
            ok: self.problems.is_empty(),
            program: self.program.clone(),
            version: self.version.as_deref(),
            protocol: self.profile.protocol(),
            command: program.map(|program| program.run.to_string()),
            resume: program.and_then(|program| program.resume.as_ref()).map(ToString::to_string),
            mode,
            allow: allow.unwrap_or_default(),
            model: program.and_then(|program| program.model.as_deref()),
            silence: program.and_then(|program| program.silence).map(span),
            environment: self.environment.clone(),
            credentials: self.credentials.as_ref(),
            session: self.session(),
            problems: &self.problems,
            warnings: &self.warnings,
        }
    }

    fn session(&self) -> Option<SessionJson<'_>> {
        match &self.checked {
            Checked::NotTried => None,
            Checked::Failed { .. } => Some(SessionJson::default()),
            Checked::Begun(offered) => Some(SessionJson {
                begun: true,
                agent: offered.agent.as_deref(),
                mode: offered.mode.as_deref(),
                modes: &offered.modes,
                model: offered.model.as_deref(),
                models: &offered.models,
            }),
        }
    }
}

fn credentials(context: &Context, profile: &Profile) -> Option<Credentials> {
    let known = profile.known()?;
    let own = known.credentials_env().and_then(|name| context.env.path(name));
    let folder = own.or_else(|| Some(context.env.path("HOME")?.join(known.credentials())))?;
    let keys = known.keys().iter().copied();
    Some(Credentials {
        there: folder.is_dir(),
        folder: folder.display().to_string(),
        keys: keys.filter(|name| context.env.get(name).is_some_and(|value| !value.is_empty())).collect(),
    })
}

fn print(context: &mut Context, findings: &Findings) {
    let mut table = Table::new(&[("", Fit::Keep), ("", Fit::Keep)]);
    for (name, text) in rows(findings) {
        table.row([Cell::new(name).style(Style::Dim), Cell::new(&text)]);
    }
    let printer = &mut context.printer;
    let text = table.render(printer);
    printer.raw(&text);
    for warning in &findings.warnings {
        printer.warn(warning);
    }
    for problem in &findings.problems {
        let mark = printer.paint(Style::Red, "broken").into_owned();
        printer.line(format!("{mark}  {}", cli_kit::text::escape(problem)));
    }
    if findings.problems.is_empty() {
        let name = &findings.profile.label.name;
        printer.note(format!("Next: conductor agents try {}", cli_kit::text::escape(name)));
    }
}

fn rows(findings: &Findings) -> Vec<(&'static str, String)> {
    let profile = &findings.profile;
    let version = findings.version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
    let mut rows = vec![("agent", format!("{}{version}", profile.label))];
    let mut tell = |name, text: String| {
        if !text.is_empty() {
            rows.push((name, text));
        }
    };
    tell("program", findings.program.clone());
    tell("by", profile.protocol().to_owned());
    if let Some(program) = program_of(profile) {
        tell("command", program.run.to_string());
        tell("going on", program.resume.as_ref().map(ToString::to_string).unwrap_or_default());
        tell("may", may_text(profile));
        tell("model", program.model.clone().unwrap_or_default());
        let silent = program.silence.map_or_else(|| "as long as it likes".to_owned(), span);
        tell("silence", silent);
        tell("variables", findings.environment.join(" "));
    }
    tell("signed in", findings.credentials.as_ref().map(signed_in).unwrap_or_default());
    tell("session", session(profile, &findings.checked));
    if let Checked::Begun(offered) = &findings.checked {
        tell("modes", listed(&offered.modes, offered.mode.as_deref()));
        tell("models", listed(&offered.models, offered.model.as_deref()));
    }
    rows
}

fn signed_in(credentials: &Credentials) -> String {
    let folder = &credentials.folder;
    match (credentials.there, credentials.keys.as_slice()) {
        (true, []) => format!("{folder} is there"),
        (true, keys) => format!("{folder} is there, and {} set", keys.join(", ")),
        (false, []) => format!("no {folder}, and no key is set"),
        (false, keys) => format!("no {folder}, but {} set", keys.join(", ")),
    }
}

fn session(profile: &Profile, checked: &Checked) -> String {
    match checked {
        Checked::Begun(Offered { agent: Some(agent), .. }) => format!("begun and ended, with {agent}"),
        Checked::Begun(Offered { agent: None, .. }) => "begun and ended".to_owned(),
        Checked::Failed { .. } => "could not be begun".to_owned(),
        Checked::NotTried => match program_of(profile).map(|program| program.protocol) {
            Some(Protocol::Headless | Protocol::Command) => {
                "not tried, since it would ask its model (`conductor agents try`)".to_owned()
            }
            Some(Protocol::Acp) | None => String::new(),
        },
    }
}

/// The one that is used first.
fn listed(all: &[String], used: Option<&str>) -> String {
    /// Some agents offer hundreds.
    const SHOWN: usize = 20;
    let others = all.iter().map(String::as_str).filter(|one| Some(*one) != used);
    let mut words: Vec<String> = used.map(|used| format!("{used} (used)")).into_iter().collect();
    words.extend(others.take(SHOWN).map(str::to_owned));
    if all.len() > SHOWN {
        words.push(format!("and more, {} in all", all.len()));
    }
    words.join(", ")
}

/// A span as the configuration has it.
pub(super) fn span(time: Duration) -> String {
    SignedDuration::try_from(time).map_or_else(|_| "ever".to_owned(), |time| format!("{time:#}"))
}
