//! What happens in a session, as lines for people.

use cli_kit::printer::{Printer, Style};
use cli_kit::text::escape;
use cli_kit::time::compact;
use conductor_engine::event::{Event, Recorded};
use conductor_engine::evidence::Evidence;
use conductor_engine::gate::{GateResult, TestResults, TestStatus};
use conductor_engine::ids::RunId;
use conductor_engine::judgement::Judgement;
use conductor_engine::session::{Ending, Run, Session, Step, WaitKind};
use conductor_host::journal::Database;
use jiff::{SignedDuration, Timestamp};

pub(crate) use conductor_host::report::dollars;

/// Tells what `rows` say, each as it happened.
pub(super) fn tell(printer: &mut Printer, db: &Database, rows: &[Recorded], session: &Session) {
    for row in rows {
        if let Some(line) = line(printer, db, row, session) {
            printer.line(line);
        }
    }
    printer.flush();
}

/// What a step of the ladder means for the run.
fn step_words(step: Step) -> &'static str {
    match step {
        Step::Nudge => "it is told",
        Step::Interrupt => "it is told, and goes on",
        Step::Fresh => "it begins anew",
        Step::OtherAgent => "another agent takes over",
        Step::Split | Step::Hold => "you are asked",
    }
}

/// What a row says to people, if anything.
#[expect(clippy::wildcard_enum_match_arm, reason = "what is not told is of no interest to people")]
pub(super) fn line(printer: &Printer, db: &Database, row: &Recorded, session: &Session) -> Option<String> {
    let text = match &row.event {
        Event::AttemptBegun { run, number, .. } => {
            format!("{} {}", head(printer, session, *run), begins(session, *run, *number))
        }
        Event::AttemptEnded { run, report, .. } => {
            format!("{} agent {}", head(printer, session, *run), attempt_end(&report.end)?)
        }
        Event::Stuck { run, step, verdict, .. } => {
            format!("{} {}", head(printer, session, *run), nowhere(printer, *step, &verdict.why))
        }
        Event::GatesFailed { run, summary, .. } => {
            let gates = summary.failed.join(", ");
            let text = format!("gate {} fails", escape(&gates));
            format!("{} {}", head(printer, session, *run), printer.paint(Style::Red, &text))
        }
        Event::Conflicted { run, paths, marked, .. } => {
            let next = if marked.is_some() { "brings both sides together" } else { "starts afresh" };
            let paths = paths.join(", ");
            format!("{} conflicts in {}; {next}", head(printer, session, *run), escape(&paths))
        }
        Event::Disturbed { run, verb, message, until } => {
            let message = escape(message.lines().next().unwrap_or_default());
            format!("{} {verb} failed ({message}); again at {until:.0}", head(printer, session, *run))
        }
        Event::Waited { run, until, why, .. } => waiting(printer, session, *run, &waits(*why, *until)),
        Event::GatesRetried { run, summary, .. } => {
            let gates = summary.failed.join(", ");
            format!("{} gate {} fails; once more", head(printer, session, *run), escape(&gates))
        }
        Event::HoldOpened { run, hold, question, .. } => {
            let held = format!("held ({hold}): {}", escape(question));
            format!("{} {}", head(printer, session, *run), printer.paint(Style::Yellow, &held))
        }
        Event::Judged { run, judgement } => judged(printer, session, *run, judgement)?,
        Event::HoldExpired { run, why, .. } => {
            format!("{} {}", head(printer, session, *run), closed(printer, why))
        }
        Event::Landed { run, .. } => done_line(printer, db, session, *run)?,
        Event::Ending { run, ending } => {
            let text = match ending {
                Ending::Landed { .. } => return None,
                Ending::Rejected { why } => format!("rejected: {}", escape(why)),
                Ending::Failed { why } => format!("failed: {}", escape(why)),
                Ending::Stopped { why } => format!("stopped: {}", escape(why)),
                Ending::Superseded { why } => format!("let go: {}", escape(why)),
            };
            format!("{} {text}", head(printer, session, *run))
        }
        Event::StopAsked { why } => format!("Session {} stops: {}", session.id, escape(why)),
        Event::SessionPaused { why } => format!("Session {} paused: {}", session.id, escape(why)),
        Event::SessionResumed => format!("Session {} goes on.", session.id),
        Event::ControlSeen { reply: conductor_engine::control::Reply::Refused { why }, .. } => {
            format!("Session {}: a request was not obeyed: {}", session.id, escape(why))
        }
        _ => return None,
    };
    Some(text)
}

/// Who makes an attempt, and which.
fn begins(session: &Session, run: RunId, number: u32) -> String {
    let other = session.runs.get(&run).and_then(|run| run.agent.as_ref());
    let agent = other.unwrap_or(&session.rules.agent);
    if number > 1 { format!("{agent}, attempt {number}") } else { agent.clone() }
}

/// That it goes nowhere, and what is done about it.
fn nowhere(printer: &Printer, step: Step, why: &str) -> String {
    let text = format!("goes nowhere: {}; {}", escape(why), step_words(step));
    printer.paint(Style::Yellow, &text).into_owned()
}

/// That nobody answered in time.
fn closed(printer: &Printer, why: &str) -> String {
    printer.paint(Style::Red, &format!("closed by the clock: {}", escape(why))).into_owned()
}

fn waits(why: WaitKind, until: Timestamp) -> String {
    match why {
        WaitKind::RateLimit => format!("waits for the provider's limit until {until:.0}"),
        WaitKind::Backoff => format!("waits for its surroundings until {until:.0}"),
        WaitKind::Slot => "waits for a free slot".to_owned(),
    }
}

/// `TASK-001`, coloured.
fn head(printer: &Printer, session: &Session, run: RunId) -> String {
    let id = session
        .runs
        .get(&run)
        .and_then(|r| session.tasks.get(&r.task))
        .map_or_else(|| run.to_string(), |t| t.id.clone());
    printer.paint(Style::Cyan, &format!("{:<9}", escape(&id))).into_owned()
}

pub(crate) fn attempt_end(end: &conductor_engine::attempt::AttemptEnd) -> Option<String> {
    use conductor_engine::attempt::AttemptEnd as E;
    Some(match end {
        E::Finished { .. } => return None,
        E::Failed { message, .. } => {
            format!("failed: {}", escape(message.lines().next().unwrap_or_default()))
        }
        E::TimedOut => "ran out of time".to_owned(),
        E::Stalled => "stalled".to_owned(),
        E::Looped => "went in circles".to_owned(),
        E::OverBudget => "used up its budget".to_owned(),
        E::Asked { .. } => "asks".to_owned(),
        E::Blocked { .. } => "is blocked".to_owned(),
        E::RateLimited { .. } => "met the provider's limit".to_owned(),
        E::Refused { .. } => "refuses".to_owned(),
        E::Cancelled => "was stopped".to_owned(),
        E::Interrupted => "was interrupted; goes on from its files".to_owned(),
    })
}

fn done_line(printer: &Printer, db: &Database, session: &Session, id: RunId) -> Option<String> {
    let run = session.runs.get(&id)?;
    let mut parts = vec![session.rules.agent.clone(), working_time(run.working_ms)];
    let evidence = run.evidence.as_ref().and_then(|(id, _)| db.evidence(id).ok());
    parts.extend(evidence.as_ref().map(gates_text));
    let commit = landed_commit(run)?;
    parts.push(printer.paint(Style::Green, &format!("done {commit}")).into_owned());
    if let Some(cost) = run.usage.cost_micros {
        parts.push(dollars(cost));
    }
    Some(format!("{} {}", head(printer, session, id), parts.join("  ")))
}

/// Where a run's work landed, abbreviated.
fn landed_commit(run: &Run) -> Option<String> {
    use conductor_engine::session::Phase;
    match &run.phase {
        Phase::Stopping(Ending::Landed { commit }) | Phase::Ended(Ending::Landed { commit }) => {
            Some(commit.short().to_owned())
        }
        Phase::Queued
        | Phase::Preparing
        | Phase::Working(_)
        | Phase::Collecting
        | Phase::Gating(_)
        | Phase::Deciding(_)
        | Phase::Landing(_)
        | Phase::Waiting { .. }
        | Phase::Held(_)
        | Phase::Stopping(_)
        | Phase::Ended(_) => None,
    }
}

/// Milliseconds as people read them.
pub(crate) fn working_time(ms: u64) -> String {
    compact(SignedDuration::from_millis(i64::try_from(ms).unwrap_or(i64::MAX)))
}

/// What people should know of a judgement beside what follows from it; `None` when there is nothing.
fn judged(printer: &Printer, session: &Session, run: RunId, judgement: &Judgement) -> Option<String> {
    let found = judgement.review.as_ref().filter(|review| review.findings > 0);
    let review = found.map(|review| {
        let things = if review.findings == 1 { "finding" } else { "findings" };
        format!("review by {}: {} {things}, the worst: {}", review.agent, review.findings, review.worst)
    });
    let all: Vec<String> = review.into_iter().chain(judgement.notes.iter().cloned()).collect();
    (!all.is_empty()).then(|| format!("{} {}", head(printer, session, run), escape(&all.join("; "))))
}

fn waiting(printer: &Printer, session: &Session, run: RunId, why: &str) -> String {
    format!("{} {why}", head(printer, session, run))
}

/// `build ok  test 41 -> 47 ok`, or that there were no gates.
pub(super) fn gates_text(evidence: &Evidence) -> String {
    if evidence.gates.is_empty() {
        return "no gates".to_owned();
    }
    let all: Vec<String> = evidence.gates.iter().map(|gate| gate_text(gate, evidence)).collect();
    all.join("  ")
}

fn gate_text(gate: &GateResult, evidence: &Evidence) -> String {
    let verdict = if gate.passed() { "ok" } else { "FAILS" };
    let tests = gate.tests.as_ref().map_or_else(String::new, |tests| match &evidence.tests {
        Some(delta) => {
            let now = tests.ran();
            let before =
                (now + delta.removed.len() + delta.newly_skipped.len()).saturating_sub(delta.added.len());
            format!(" {before} -> {now}{}", failures(tests))
        }
        None => format!(" {}{}", tests.ran(), failures(tests)),
    });
    format!("{}{tests} {verdict}", escape(&gate.name))
}

fn failures(tests: &TestResults) -> String {
    match tests.count(TestStatus::Failed) {
        0 => String::new(),
        n => format!(" ({n} failed)"),
    }
}
