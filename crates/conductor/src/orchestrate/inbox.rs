//! `conductor inbox`.

use cli_kit::text::{escape, escape_block};
use cli_kit::time::now;
use cli_kit::{CliError, Exit};
use conductor_engine::ids::HoldId;
use conductor_engine::session::{HoldKind, Status};
use jiff::Timestamp;

use super::drive::wants_words;
use super::opened::Records;
use super::status::{HoldPicture, holds};
use crate::context::Context;
use crate::failure::from_journal;

/// The most of a hold's detail that is listed: lines, and characters of a line. `review` shows all of it.
const LINES: usize = 12;
const WIDTH: usize = 200;

/// List what waits for you, with what you need to answer it
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  conductor inbox\n  conductor inbox --json")]
pub(crate) struct Args {}

pub(crate) fn run(_: Args, context: &mut Context) -> Result<Exit, CliError> {
    let records = Records::new(context)?;
    let mut all: Vec<HoldPicture> = Vec::new();
    for id in records.db.sessions_with_holds().map_err(from_journal)? {
        all.extend(holds(&records, id)?);
    }
    if context.printer.is_json() {
        context.printer.json(&all);
        return Ok(Exit::Ok);
    }
    let paused = paused(&records)?;
    if all.is_empty() && paused.is_none() {
        context.printer.line("Nothing waits for you.");
    }
    for line in paused.into_iter().flatten() {
        context.printer.line(line);
    }
    let now = now();
    for line in all.iter().flat_map(|hold| lines(hold, now)) {
        context.printer.line(line);
    }
    Ok(Exit::Ok)
}

/// The newest session, where it waits for a person as a whole: why, and how it goes on.
fn paused(records: &Records) -> Result<Option<[String; 2]>, CliError> {
    let Some(id) = records.db.newest_session().map_err(from_journal)? else { return Ok(None) };
    if records.db.session_row(id).map_err(from_journal)?.status != "paused" {
        return Ok(None);
    }
    let session = records.db.fold(id).map_err(from_journal)?;
    let Status::Paused { why } = &session.status else { return Ok(None) };
    let line = format!("Session {id} is paused: {}", escape(why));
    Ok(Some([line, "   conductor orchestrate resume".to_owned()]))
}

/// A hold for people: what is asked, what is needed to answer, and each way to do so as a command of its own.
fn lines(hold: &HoldPicture, now: Timestamp) -> Vec<String> {
    let question = escape(&hold.question);
    let kind = kind_word(hold.kind);
    let mut lines =
        vec![format!("{}  {}  {kind}: {question}  ({})", hold.hold, escape(&hold.task_id), hold.age(now))];
    // A question of one line is its own detail.
    if hold.detail.trim() != hold.question.trim() {
        lines.extend(detail(&hold.detail, &hold.task_id));
    }
    lines.extend(commands(hold.hold, hold.kind).into_iter().map(|command| format!("   {command}")));
    lines
}

/// The beginning of a text, and how much of it is left out.
fn detail(text: &str, task_id: &str) -> Vec<String> {
    let cut = |line: &str| {
        let short: String = line.chars().take(WIDTH).collect();
        let more = if short.len() < line.len() { "…" } else { "" };
        format!("     {}{more}", escape_block(&short))
    };
    let mut lines: Vec<String> = text.lines().take(LINES).map(cut).collect();
    let left = text.lines().count().saturating_sub(LINES);
    if left > 0 {
        lines.push(format!("     … {left} more lines: conductor orchestrate review {}", escape(task_id)));
    }
    lines
}

/// Each way to answer a hold, as a line that can be given to a shell once its words are filled in.
pub(super) fn commands(hold: HoldId, kind: HoldKind) -> Vec<String> {
    let ways: &[&str] = if wants_words(kind) {
        &["\"your answer\"", "reject \"why\""]
    } else {
        &["accept", "retry \"words\"", "reject \"why\""]
    };
    ways.iter().map(|way| format!("conductor answer {hold} {way}")).collect()
}

/// Why a run waits, in a word.
fn kind_word(kind: HoldKind) -> &'static str {
    match kind {
        HoldKind::Question => "question",
        HoldKind::Blocker => "blocker",
        HoldKind::Approval => "approval",
        HoldKind::Failures => "failures",
        HoldKind::Tamper => "tests changed",
        HoldKind::Interactive => "start",
        HoldKind::Budget => "limit",
    }
}

#[cfg(test)]
mod tests {
    use conductor_engine::ids::{RunId, SessionId};
    use jiff::SignedDuration;

    use super::*;

    fn hold(kind: HoldKind, question: &str, detail: &str, closes: Option<i64>) -> HoldPicture {
        let opened_at = Timestamp::UNIX_EPOCH;
        HoldPicture {
            session: SessionId(1),
            hold: HoldId(3),
            run: RunId { session: SessionId(1), number: 2 },
            task_id: "TASK-002".to_owned(),
            kind,
            question: question.to_owned(),
            detail: detail.to_owned(),
            opened_at,
            closes_at: closes.map(|hours| opened_at + SignedDuration::from_hours(hours)),
        }
    }

    fn shown(hold: &HoldPicture) -> String {
        lines(hold, Timestamp::UNIX_EPOCH + SignedDuration::from_hours(5)).join("\n")
    }

    #[test]
    fn a_question_is_shown_once_with_its_age_and_its_deadline() {
        let which = hold(HoldKind::Question, "Which database?", "Which database?", Some(8));
        insta::assert_snapshot!(shown(&which), @r#"
        3  TASK-002  question: Which database?  (5h ago, closes in 3h)
           conductor answer 3 "your answer"
           conductor answer 3 reject "why"
        "#);
        let late = hold(HoldKind::Blocker, "No key", "", Some(4));
        insta::assert_snapshot!(shown(&late), @r#"
        3  TASK-002  blocker: No key  (5h ago, is closed when the session goes on)
           conductor answer 3 "your answer"
           conductor answer 3 reject "why"
        "#);
    }

    #[test]
    fn a_long_detail_is_cut_and_says_so() {
        let long = format!("{}\n{}", "x".repeat(WIDTH + 50), "line\n".repeat(40));
        let shown = shown(&hold(HoldKind::Failures, "The gate fails", &long, None));
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(lines.len(), 1 + LINES + 1 + 3, "{shown}");
        assert_eq!(lines[1].chars().count(), 5 + WIDTH + 1);
        assert_eq!(lines[1 + LINES], "     … 29 more lines: conductor orchestrate review TASK-002");
        assert_eq!(lines[0], "3  TASK-002  failures: The gate fails  (5h ago)");
    }

    #[test]
    fn no_command_holds_what_a_shell_takes_for_more_than_words() {
        for kind in [HoldKind::Question, HoldKind::Approval, HoldKind::Budget] {
            for command in commands(HoldId(3), kind) {
                assert!(!command.contains(['|', ';', '&', '$', '`', '<', '>']), "{command}");
            }
        }
    }
}
