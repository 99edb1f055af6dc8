//! Command lines of agents: split into words first, filled in afterwards, so that a title or a path can never
//! become a word of its own, an option or shell syntax.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;

use thiserror::Error;

use super::catalogue::Piped;

/// A place in a command line that is filled in for each attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Slot {
    /// The path of the task as JSON.
    TaskFile,
    /// The path where the agent may leave its result.
    ResultFile,
    /// The path of the prompt as Markdown.
    PromptFile,
    /// The path of the workspace.
    Workspace,
    /// The text of the prompt itself, as one argument.
    Prompt,
    /// The configured model.
    Model,
    /// The configured most tokens of one answer.
    MaxTokens,
    /// The configured temperature.
    Temperature,
    /// The name of the agent's own session that goes on.
    Session,
}

impl Slot {
    /// All of them, with the word between the braces.
    pub const ALL: [(&'static str, Self); 9] = [
        ("task_file", Self::TaskFile),
        ("result_file", Self::ResultFile),
        ("prompt_file", Self::PromptFile),
        ("workspace", Self::Workspace),
        ("prompt", Self::Prompt),
        ("model", Self::Model),
        ("max_tokens", Self::MaxTokens),
        ("temperature", Self::Temperature),
        ("session", Self::Session),
    ];

    fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(name, _)| *name == word).map(|(_, slot)| *slot)
    }
}

/// Why a command line is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TemplateError {
    /// It has no word at all.
    #[error("it is empty")]
    Empty,
    /// A quote is not closed.
    #[error("the quote {quote} is not closed")]
    OpenQuote {
        /// The quote.
        quote: char,
    },
    /// The last character is a backslash.
    #[error("nothing follows the last backslash")]
    OpenEscape,
    /// Syntax that only a shell understands.
    #[error("`{sign}` means something to a shell, but none runs here: quote it, or write sh -c '…'")]
    ShellSyntax {
        /// The sign.
        sign: char,
    },
    /// A placeholder that does not exist.
    #[error("there is no placeholder {{{name}}}; write {{{{{name}}}}} for the text itself")]
    UnknownSlot {
        /// What is between the braces.
        name: String,
    },
    /// The program itself is a placeholder.
    #[error("the program must be a fixed word")]
    SlotAsProgram,
    /// A placeholder inside the script of a shell, where its text would become code.
    #[error(
        "a placeholder in the script of a shell would become code: use \"$CONDUCTOR_TASK_FILE\" and the like"
    )]
    SlotInScript,
}

/// A command line, split into words, with its placeholders still open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunTemplate(Vec<Vec<Piece>>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Slot(Slot),
}

impl RunTemplate {
    /// Splits a command line by the rules of a shell for words, quotes and backslashes, and finds its
    /// placeholders. A tilde, a variable or a pipe would silently not work: they are refused.
    ///
    /// # Errors
    /// When it is empty, has an open quote, shell syntax outside quotes, an unknown placeholder, or a
    /// placeholder in a place where its text would be code.
    pub fn parse(line: &str) -> Result<Self, TemplateError> {
        Self::from_words(split(line)?)
    }

    /// Takes words that are split already.
    pub(crate) fn from_words(words: Vec<String>) -> Result<Self, TemplateError> {
        let words: Vec<Vec<Piece>> = words.iter().map(|word| pieces(word)).collect::<Result<_, _>>()?;
        let program = words.first().ok_or(TemplateError::Empty)?;
        let [Piece::Text(program)] = program.as_slice() else { return Err(TemplateError::SlotAsProgram) };
        if is_shell(program) && has_open_script(&words) {
            return Err(TemplateError::SlotInScript);
        }
        Ok(Self(words))
    }

    /// Words that are taken as they are.
    pub(crate) fn literal(words: Vec<String>) -> Self {
        Self(words.into_iter().map(|word| vec![Piece::Text(word)]).collect())
    }

    /// The same with further words, which are taken as they are.
    pub(crate) fn with_words(&self, words: &[String]) -> Self {
        let mut all = self.0.clone();
        all.extend(words.iter().map(|word| vec![Piece::Text(word.clone())]));
        Self(all)
    }

    /// The same without the prompt, which comes by standard input instead.
    pub(super) fn without_prompt(&self, piped: Piped) -> Self {
        let is_prompt = |word: &Vec<Piece>| matches!(word.as_slice(), [Piece::Slot(Slot::Prompt)]);
        let mut words: Vec<Vec<Piece>> = Vec::new();
        for word in &self.0 {
            match piped {
                _ if !is_prompt(word) => words.push(word.clone()),
                Piped::Nothing => {}
                Piped::NoOption => drop(words.pop()),
                Piped::Dash => words.push(vec![Piece::Text("-".to_owned())]),
            }
        }
        Self(words)
    }

    /// The program to run.
    pub fn program(&self) -> &str {
        match self.0.first().map(Vec::as_slice) {
            Some([Piece::Text(program), ..]) => program,
            Some([Piece::Slot(_), ..] | []) | None => "",
        }
    }

    /// Whether `slot` occurs in it.
    pub fn uses(&self, slot: Slot) -> bool {
        self.0.iter().flatten().any(|piece| *piece == Piece::Slot(slot))
    }

    /// The words to execute. A slot that has no value leaves nothing in its place.
    pub fn fill(&self, values: &BTreeMap<Slot, OsString>) -> Vec<OsString> {
        let word = |pieces: &Vec<Piece>| {
            let mut word = OsString::new();
            for piece in pieces {
                match piece {
                    Piece::Text(text) => word.push(text),
                    Piece::Slot(slot) => word.push(values.get(slot).cloned().unwrap_or_default()),
                }
            }
            word
        };
        self.0.iter().map(word).collect()
    }
}

/// For people: with the names of its placeholders, quoted where a word would not be seen as one.
impl fmt::Display for RunTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, pieces) in self.0.iter().enumerate() {
            let word: String = pieces.iter().map(Piece::shown).collect();
            let space = if at == 0 { "" } else { " " };
            let plain = !word.is_empty() && !word.contains(|c: char| c.is_whitespace() || "'\"".contains(c));
            if plain {
                write!(f, "{space}{word}")?;
            } else {
                write!(f, "{space}'{}'", word.replace('\'', r"'\''"))?;
            }
        }
        Ok(())
    }
}

impl Piece {
    fn shown(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Slot(slot) => {
                let name = Slot::ALL.iter().find(|(_, other)| other == slot).map_or("", |(name, _)| *name);
                format!("{{{name}}}")
            }
        }
    }
}

/// Whether a word is the name of a shell, whose `-c` makes code of its argument.
fn is_shell(program: &str) -> bool {
    let name = program.rsplit('/').next().unwrap_or(program);
    matches!(name, "sh" | "bash" | "dash" | "zsh" | "ksh" | "fish" | "env")
}

/// The word after `-c` (or a bundle such as `-ec`) is a script.
fn has_open_script(words: &[Vec<Piece>]) -> bool {
    words.windows(2).any(|pair| match pair {
        [flag, script] => {
            let is_flag = matches!(flag.as_slice(), [Piece::Text(text)]
                if text.starts_with('-') && !text.starts_with("--") && text.ends_with('c'));
            is_flag && script.iter().any(|piece| matches!(piece, Piece::Slot(_)))
        }
        _ => false,
    })
}

fn split(line: &str) -> Result<Vec<String>, TemplateError> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match c {
            ' ' | '\t' | '\n' => words.extend(word.take()),
            '\'' => quoted(&mut chars, word.get_or_insert_default())?,
            '"' => double_quoted(&mut chars, word.get_or_insert_default())?,
            '\\' => {
                word.get_or_insert_default().push(chars.next().ok_or(TemplateError::OpenEscape)?);
            }
            '|' | '&' | ';' | '<' | '>' | '(' | ')' | '$' | '`' => {
                return Err(TemplateError::ShellSyntax { sign: c });
            }
            '~' | '#' if word.is_none() => return Err(TemplateError::ShellSyntax { sign: c }),
            _ => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Ok(words)
}

fn quoted(chars: &mut std::str::Chars<'_>, word: &mut String) -> Result<(), TemplateError> {
    for c in chars {
        if c == '\'' {
            return Ok(());
        }
        word.push(c);
    }
    Err(TemplateError::OpenQuote { quote: '\'' })
}

fn double_quoted(chars: &mut std::str::Chars<'_>, word: &mut String) -> Result<(), TemplateError> {
    while let Some(c) = chars.next() {
        match c {
            '"' => return Ok(()),
            '$' | '`' => return Err(TemplateError::ShellSyntax { sign: c }),
            '\\' => match chars.next().ok_or(TemplateError::OpenEscape)? {
                escaped @ ('"' | '\\' | '$' | '`') => word.push(escaped),
                other => word.extend(['\\', other]),
            },
            _ => word.push(c),
        }
    }
    Err(TemplateError::OpenQuote { quote: '"' })
}

/// Finds `{name}` in a word. `{{name}}` is the text `{name}`; braces around anything but a lower-case name are
/// text, since JSON and patterns are full of them.
fn pieces(word: &str) -> Result<Vec<Piece>, TemplateError> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut rest = word;
    while let Some(open) = rest.find('{') {
        let (before, at) = rest.split_at(open);
        text.push_str(before);
        if let Some((name, after)) = braced(at, "{{", "}}") {
            text.extend(["{", name, "}"]);
            rest = after;
        } else if let Some((name, after)) = braced(at, "{", "}") {
            let slot =
                Slot::parse(name).ok_or_else(|| TemplateError::UnknownSlot { name: name.to_owned() })?;
            if !text.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut text)));
            }
            pieces.push(Piece::Slot(slot));
            rest = after;
        } else {
            text.push('{');
            rest = at.get(1..).unwrap_or_default();
        }
    }
    text.push_str(rest);
    if !text.is_empty() || pieces.is_empty() {
        pieces.push(Piece::Text(text));
    }
    Ok(pieces)
}

/// The lower-case name between `open` and `close` at the start of `text`, and what follows.
fn braced<'t>(text: &'t str, open: &str, close: &str) -> Option<(&'t str, &'t str)> {
    let (name, after) = text.strip_prefix(open)?.split_once(close)?;
    let plain = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    plain.then_some((name, after))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn filled(line: &str) -> Vec<String> {
        let values = BTreeMap::from([
            (Slot::TaskFile, OsString::from("/a b/task.json")),
            (Slot::Prompt, OsString::from("--force $(touch x)\n'\"; rm -rf /")),
        ]);
        let template = RunTemplate::parse(line).unwrap();
        template.fill(&values).into_iter().map(|w| w.into_string().unwrap()).collect()
    }

    #[test]
    fn words_are_split_before_anything_is_filled_in() {
        let table: &[(&str, &[&str])] = &[
            ("a b", &["a", "b"]),
            ("a --task {task_file}", &["a", "--task", "/a b/task.json"]),
            ("a '--task={task_file}'x", &["a", "--task=/a b/task.jsonx"]),
            ("a {prompt}", &["a", "--force $(touch x)\n'\"; rm -rf /"]),
            (r#"a "b \" c" 'd $e' f\ g """#, &["a", "b \" c", "d $e", "f g", ""]),
            ("a '{\"x\": 1}' {} {{task_file}} {X}", &["a", "{\"x\": 1}", "{}", "{task_file}", "{X}"]),
            (
                "sh -c 'my-agent \"$CONDUCTOR_TASK_FILE\" | tee log'",
                &["sh", "-c", "my-agent \"$CONDUCTOR_TASK_FILE\" | tee log"],
            ),
            ("a {model}", &["a", ""]),
        ];
        for (line, words) in table {
            assert_eq!(&filled(line), words, "{line}");
        }
    }

    #[test]
    fn a_command_line_is_shown_with_its_words_and_placeholders() {
        let shown = |line: &str| RunTemplate::parse(line).unwrap().to_string();
        assert_eq!(
            shown("my-agent --task={task_file} 'two words' ''"),
            "my-agent --task={task_file} 'two words' ''"
        );
        assert_eq!(shown("sh -c \"it's\""), r"sh -c 'it'\''s'");
    }

    #[test]
    fn what_would_not_work_or_would_become_code_is_refused() {
        let refused = |line: &str| RunTemplate::parse(line).unwrap_err();
        use TemplateError as E;
        assert_eq!(refused("  "), E::Empty);
        assert_eq!(refused("a 'b"), E::OpenQuote { quote: '\'' });
        assert_eq!(refused("a \"b"), E::OpenQuote { quote: '"' });
        assert_eq!(refused("a \\"), E::OpenEscape);
        for (line, sign) in
            [("a|b", '|'), ("a $X", '$'), ("a \"$X\"", '$'), ("~/a", '~'), ("a > b", '>'), ("a && b", '&')]
        {
            assert_eq!(refused(line), E::ShellSyntax { sign }, "{line}");
        }
        assert_eq!(refused("a {taskfile}"), E::UnknownSlot { name: "taskfile".into() });
        assert_eq!(refused("{prompt} a"), E::SlotAsProgram);
        assert_eq!(refused("sh -c 'agent {prompt}'"), E::SlotInScript);
        assert_eq!(refused("/bin/bash -ec 'agent {workspace}' x"), E::SlotInScript);
        assert_eq!(refused("env bash -c 'agent {workspace}'"), E::SlotInScript);
        assert!(RunTemplate::parse("sh -c 'agent \"$1\"' sh {prompt}").is_ok());
    }

    proptest! {
        #[test]
        fn any_line_is_split_or_refused_and_the_count_of_words_never_depends_on_the_values(
            line in r#"[a-z{}_'" \\$|]{0,24}"#, value in any::<String>(),
        ) {
            if let Ok(template) = RunTemplate::parse(&line) {
                let values: BTreeMap<Slot, OsString> =
                    Slot::ALL.iter().map(|(_, slot)| (*slot, OsString::from(&value))).collect();
                prop_assert_eq!(template.fill(&values).len(), template.fill(&BTreeMap::new()).len());
            }
        }
    }
}
