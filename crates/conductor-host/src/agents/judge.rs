//! What an attempt came to, from everything that is known of it.

use conductor_engine::agent_event::Heard;
use conductor_engine::attempt::{AttemptEnd, FailureClass};

use super::result_file::{AgentResult, Status, bounded};
use super::speaker::TurnEnd;
use crate::process::Exit;

/// An agent needs somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Appeal {
    /// It asks.
    Question(String),
    /// Something is missing.
    Blocked(String),
}

impl From<Appeal> for AttemptEnd {
    fn from(appeal: Appeal) -> Self {
        match appeal {
            Appeal::Question(question) => Self::Asked { question },
            Appeal::Blocked(reason) => Self::Blocked { reason },
        }
    }
}

/// The strict form of an appeal: the last line of the last words, with nothing before the word and something after
/// it.
pub(super) fn appeal(words: &str) -> Option<Appeal> {
    let line = words.lines().rev().find(|line| !line.trim().is_empty())?;
    match line.split_once(": ").map(|(word, rest)| (word, bounded(rest))) {
        Some((_, rest)) if rest.is_empty() => None,
        Some(("QUESTION", rest)) => Some(Appeal::Question(rest)),
        Some(("BLOCKED", rest)) => Some(Appeal::Blocked(rest)),
        Some(_) | None => None,
    }
}

/// How an attempt ended whose last turn ended so. "End of turn" alone is never success: what the agent asked, was
/// refused or met an error in comes first, and whether anything changed is looked at after this.
///
/// `words` are the agent's last words.
pub(super) fn judge(end: TurnEnd, heard: &Heard, words: &str, file: &AgentResult) -> AttemptEnd {
    match end {
        TurnEnd::Cancelled => AttemptEnd::Cancelled,
        TurnEnd::Refused { reason } => AttemptEnd::Refused { reason: bounded(&reason) },
        TurnEnd::Limited { until } => AttemptEnd::RateLimited { until: until.or(file.until) },
        TurnEnd::NoSession { message } => {
            AttemptEnd::Failed { class: FailureClass::Transient, message: bounded(&message) }
        }
        TurnEnd::Failed { class, message } => match (by_file(file, words), class) {
            (Some(said), FailureClass::Agent | FailureClass::Transient) => said,
            (Some(_) | None, _) => {
                let words = file.message.as_deref().unwrap_or(words);
                AttemptEnd::Failed { class, message: with_words(&message, words) }
            }
        },
        TurnEnd::Ended => {
            if let Some(said) = by_file(file, words) {
                return said;
            }
            if file.status != Some(Status::Done)
                && let Some(appeal) = appeal(words)
            {
                return appeal.into();
            }
            if let Some(what) = heard.refused() {
                return refused_tool(what, words);
            }
            if let Some(error) = &heard.error {
                return AttemptEnd::Failed { class: FailureClass::Agent, message: with_words(error, words) };
            }
            let summary = file.message.clone().or_else(|| heard.submitted.clone());
            AttemptEnd::Finished { summary: bounded(summary.as_deref().unwrap_or(words)) }
        }
    }
}

/// What the agent's own file says, where that is anything but "done".
fn by_file(file: &AgentResult, words: &str) -> Option<AttemptEnd> {
    let message = file.message.clone().unwrap_or_else(|| bounded(words));
    match file.status? {
        Status::Done => None,
        Status::Question => Some(AttemptEnd::Asked { question: message }),
        Status::Blocked => Some(AttemptEnd::Blocked { reason: message }),
        Status::RateLimited => Some(AttemptEnd::RateLimited { until: file.until }),
        Status::Refused => Some(AttemptEnd::Refused { reason: message }),
        Status::Failed => Some(AttemptEnd::Failed { class: FailureClass::Agent, message }),
    }
}

/// It stopped at something that it was not allowed to do.
fn refused_tool(what: &str, words: &str) -> AttemptEnd {
    let why = format!(
        "it was not allowed to do this, and stopped there: {}. Do the task without it, or end with a line \
         `BLOCKED: …` if that is not possible",
        bounded(what)
    );
    AttemptEnd::Failed { class: FailureClass::Agent, message: with_words(&why, words) }
}

/// What an exit says when nothing else does; `None` for success.
pub(super) fn class_of(exit: Exit) -> Option<(FailureClass, String)> {
    /// `EX_TEMPFAIL` of sysexits: try again later.
    const TRY_LATER: i32 = 75;
    const NOT_EXECUTABLE: i32 = 126;
    const NOT_FOUND: i32 = 127;
    match exit {
        Exit::Code(0) => None,
        Exit::Code(TRY_LATER) => {
            Some((FailureClass::Transient, "the agent asks to be tried later (exit 75)".into()))
        }
        Exit::Code(code @ (NOT_EXECUTABLE | NOT_FOUND)) => {
            Some((FailureClass::Setup, format!("the agent's command could not be run (exit {code})")))
        }
        Exit::Code(code) => {
            Some((FailureClass::Agent, format!("the agent's program ended with exit {code}")))
        }
        Exit::Signal(signal) => {
            Some((FailureClass::Agent, format!("the agent's program was killed by signal {signal}")))
        }
    }
}

/// A failure by exit code, where the protocol said nothing.
pub(super) fn end_of(exit: Exit) -> TurnEnd {
    match class_of(exit) {
        None => TurnEnd::Ended,
        Some((class, message)) => TurnEnd::Failed { class, message },
    }
}

fn with_words(why: &str, words: &str) -> String {
    if words.is_empty() || why.contains(words) {
        return bounded(why);
    }
    bounded(&format!("{why}; its last words: {words}"))
}

#[cfg(test)]
mod tests {
    use conductor_engine::agent_event::{AgentEvent, Permit, ToolKind};

    use super::*;

    fn heard(words: &str) -> Heard {
        let mut heard = Heard::default();
        heard.hear(&AgentEvent::Message { text: words.into(), part: false });
        heard
    }

    fn told(end: TurnEnd, heard: &Heard, file: &AgentResult) -> String {
        match judge(end, heard, heard.last_words(), file) {
            AttemptEnd::Finished { summary } => format!("finished: {summary}"),
            AttemptEnd::Failed { class, message } => format!("failed {class:?}: {message}"),
            AttemptEnd::Asked { question } => format!("asked: {question}"),
            AttemptEnd::Blocked { reason } => format!("blocked: {reason}"),
            AttemptEnd::Refused { reason } => format!("refused: {reason}"),
            AttemptEnd::RateLimited { until } => format!("limited: {until:?}"),
            other @ (AttemptEnd::TimedOut
            | AttemptEnd::Stalled
            | AttemptEnd::Looped
            | AttemptEnd::OverBudget
            | AttemptEnd::Cancelled
            | AttemptEnd::Interrupted) => format!("{other:?}"),
        }
    }

    #[test]
    fn last_words_are_an_appeal_only_in_the_strict_form() {
        let table = [
            ("", None),
            ("x\n\nQUESTION: Which database?\n", Some(Appeal::Question("Which database?".into()))),
            ("BLOCKED: no network\r\n\n \n", Some(Appeal::Blocked("no network".into()))),
            ("QUESTION: a?\nnever mind", None),
            ("my QUESTION: a?", None),
            ("question: a?", None),
            ("QUESTION: ", None),
        ];
        for (words, expected) in table {
            assert_eq!(appeal(words), expected, "{words:?}");
        }
    }

    #[test]
    fn the_end_of_a_turn_is_success_only_when_nothing_speaks_against_it() {
        let none = AgentResult::default();
        let ended = |heard: &Heard| told(TurnEnd::Ended, heard, &none);
        assert_eq!(ended(&heard("Done.")), "finished: Done.");
        assert_eq!(ended(&heard("Done.\nQUESTION: Which?")), "asked: Which?");
        let mut refused = heard("I stop here.");
        refused.hear(&AgentEvent::Permission {
            title: "rm -rf x".into(),
            tool: ToolKind::Execute,
            call: None,
            answer: Permit::Refused,
            why: "policy".into(),
        });
        assert!(ended(&refused).starts_with("failed Agent: it was not allowed to do this"));
        let mut error = heard("");
        error.hear(&AgentEvent::Error { text: "API Error: 500".into() });
        assert_eq!(ended(&error), "failed Agent: API Error: 500");
        let mut submitted = heard("ok");
        submitted.hear(&AgentEvent::Submitted { summary: "Stored notes.".into() });
        assert_eq!(ended(&submitted), "finished: Stored notes.");
    }

    #[test]
    fn the_agents_own_file_is_heard_first_but_cannot_undo_a_failure() {
        let file =
            |status| AgentResult { status: Some(status), message: Some("m".into()), ..Default::default() };
        let words = heard("Done.\nQUESTION: Which?");
        assert_eq!(told(TurnEnd::Ended, &words, &file(Status::Blocked)), "blocked: m");
        assert_eq!(told(TurnEnd::Ended, &words, &file(Status::Done)), "finished: m");
        assert_eq!(
            told(TurnEnd::failed("exit 1"), &heard("x"), &file(Status::Done)),
            "failed Agent: exit 1; its last words: m"
        );
        assert_eq!(told(TurnEnd::failed("exit 1"), &heard("x"), &file(Status::Question)), "asked: m");
        assert_eq!(
            told(TurnEnd::setup("no"), &heard(""), &file(Status::Question)),
            "failed Setup: no; its last words: m"
        );
    }

    #[test]
    fn exits_that_mean_something_are_told_apart() {
        let class = |exit| class_of(exit).map(|(class, _)| class);
        assert_eq!(class(Exit::Code(0)), None);
        assert_eq!(class(Exit::Code(75)), Some(FailureClass::Transient));
        assert_eq!(class(Exit::Code(127)), Some(FailureClass::Setup));
        assert_eq!(class(Exit::Code(1)), Some(FailureClass::Agent));
        assert_eq!(class(Exit::Signal(9)), Some(FailureClass::Agent));
    }
}
