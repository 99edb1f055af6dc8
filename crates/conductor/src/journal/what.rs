//! What a row says beyond the word of its kind, as one line. The caller escapes it.

use conductor_engine::control::{Control, Reply, Ruling};
use conductor_engine::event::{Event, TaskChange};
use conductor_engine::evidence::EvidenceSummary;
use conductor_engine::judgement::{Answer, Judgement, Verdict};
use conductor_engine::session::{Ending, Goal, SessionOutcome, Standing, TaskFacts, WaitKind};

use crate::orchestrate::story::{attempt_end, working_time};

/// More than this many things are counted and not named.
const NAMED: usize = 4;

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the word of its kind says all that there is to an event without details"
)]
pub(super) fn what(event: &Event) -> String {
    match event {
        Event::TasksChanged { changes } => list(changes.iter().map(change), "tasks"),
        Event::ControlSeen { actor, control, reply, .. } => {
            let reply = match reply {
                Reply::Obeyed => "obeyed".to_owned(),
                Reply::Refused { why } => format!("refused: {why}"),
            };
            format!("{}: {}, {reply}", actor.0, asked(control))
        }
        Event::StopAsked { why } | Event::SessionPaused { why } | Event::SessionFailed { why } => why.clone(),
        Event::SessionCompleted { outcome } => match outcome {
            SessionOutcome::AllDone => "all done".to_owned(),
            SessionOutcome::HoldsLeft => "only holds are left".to_owned(),
            SessionOutcome::Stopped => "stopped".to_owned(),
            SessionOutcome::Limit => "its limit on tasks was reached".to_owned(),
        },
        Event::Queued { run, .. } => format!("run {run}"),
        Event::Claimed { token, .. } => format!("token {token}"),
        Event::Prepared { base, .. } => format!("from {}", base.short()),
        Event::Disturbed { verb, message, until, .. } => {
            format!("{verb}: {}; again at {until:.0}", first_line(message))
        }
        Event::Waited { until, why, .. } => match why {
            WaitKind::RateLimit => format!("for the provider's limit until {until:.0}"),
            WaitKind::Backoff => format!("for its surroundings until {until:.0}"),
            WaitKind::Slot => "for a free slot".to_owned(),
        },
        Event::HoldOpened { hold, question, .. } => format!("hold {hold}: {question}"),
        Event::HoldExpired { hold, why, .. } => format!("hold {hold}, by the clock: {why}"),
        Event::Requeued { hold, goal, words, .. } => match goal {
            Goal::Candidate => format!("hold {hold}: accepted"),
            Goal::Attempt => format!("hold {hold}: {}", words.as_deref().map_or("", first_line)),
        },
        Event::Ending { ending, .. } => match ending {
            Ending::Landed { commit } => format!("landed as {}", commit.short()),
            Ending::Rejected { why } => format!("rejected: {why}"),
            Ending::Failed { why } => format!("failed: {why}"),
            Ending::Stopped { why } => format!("stopped: {why}"),
            Ending::Superseded { why } => format!("superseded: {why}"),
        },
        Event::StepDone { verb, note, .. } => match note {
            Some(note) => format!("{verb}: {note}"),
            None => verb.to_string(),
        },
        other => work(other),
    }
}

/// The straight path of a run.
#[expect(clippy::wildcard_enum_match_arm, reason = "as above")]
fn work(event: &Event) -> String {
    match event {
        Event::AttemptBegun { number, feedback, .. } => match feedback {
            Some(feedback) => format!("{number}, told: {}", first_line(feedback)),
            None => number.to_string(),
        },
        Event::AttemptCut { end, .. } => attempt_end(end).unwrap_or_else(|| "finished".to_owned()),
        Event::AttemptEnded { report, .. } => {
            let end = attempt_end(&report.end).unwrap_or_else(|| "finished".to_owned());
            format!("{end}, after {}", working_time(report.working_ms))
        }
        Event::Snapshotted { number, commit, .. } => format!("{number} as {}", commit.short()),
        Event::Collected { files, .. } => format!("{files} files"),
        Event::CandidateBuilt { candidate, on, .. } => {
            let ground = on.map_or_else(|| candidate.tip.short().to_owned(), |run| format!("run {run}'s"));
            format!("tree {} on {ground}", candidate.tree.short())
        }
        Event::Deferred { on, paths, .. } => {
            format!("until run {on} has landed: {}", list(paths.iter().cloned(), "files"))
        }
        Event::Conflicted { paths, .. } => list(paths.iter().cloned(), "files"),
        Event::GatesPassed { evidence, summary, by, .. } => {
            let by = by.map_or_else(String::new, |run| format!(", by the test of run {run}"));
            format!("{}, evidence {evidence}{by}", gates(summary))
        }
        Event::GatesRetried { summary, .. }
        | Event::GatesRed { summary, .. }
        | Event::GatesFailed { summary, .. } => format!("{} fails", summary.failed.join(", ")),
        Event::Stuck { step, agent, verdict, .. } => {
            let agent = agent.as_ref().map_or_else(String::new, |agent| format!(" {agent}"));
            format!("{}{agent}, since {}", step.name(), first_line(&verdict.why))
        }
        Event::Faulted { why, .. } => first_line(why).to_owned(),
        Event::Judged { judgement, .. } => judged(judgement),
        Event::Accepted { by, .. } => by.as_ref().map_or_else(String::new, |by| format!("by {}", by.0)),
        Event::Landed { commit, .. } => format!("as {}", commit.short()),
        Event::Moved { tip, .. } => format!("the tip is {}", tip.short()),
        _ => String::new(),
    }
}

/// The verdict, and the rules that led to it.
fn judged(judgement: &Judgement) -> String {
    let verdict = match &judgement.verdict {
        Verdict::Accept => "accept".to_owned(),
        Verdict::Retry { feedback } => format!("retry: {}", first_line(feedback)),
        Verdict::Hold { question, .. } => format!("hold: {}", first_line(question)),
        Verdict::Reject { why } => format!("reject: {}", first_line(why)),
    };
    let met: Vec<&str> =
        judgement.rules.iter().filter(|r| r.answer != Answer::HoldsNot).map(|r| r.rule.as_str()).collect();
    if met.is_empty() { verdict } else { format!("{verdict} (rules: {})", met.join(", ")) }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

fn list(things: impl ExactSizeIterator<Item = String>, what: &str) -> String {
    let count = things.len();
    let mut named: Vec<String> = things.take(NAMED).collect();
    if count > NAMED {
        named.push(format!("{} more {what}", count - NAMED));
    }
    named.join(", ")
}

fn change(change: &TaskChange) -> String {
    match change {
        TaskChange::Is(TaskFacts { id, standing, .. }) => match standing {
            Standing::Ready => format!("{id} ready"),
            Standing::Waiting { on } => format!("{id} waits for {}", on.join("+")),
            Standing::Ours => format!("{id} ours"),
            Standing::Taken { by } => format!("{id} taken by {by}"),
            Standing::Aside { status } => format!("{id} {status}"),
            Standing::Container => format!("{id} holds others"),
            Standing::Done => format!("{id} done"),
            Standing::Gone => format!("{id} gone"),
        },
        TaskChange::Deleted(task) => format!("{task} deleted"),
    }
}

fn asked(control: &Control) -> String {
    match control {
        Control::Stop { why } => format!("stop ({why})"),
        Control::Abandon { why } => format!("abandon ({why})"),
        Control::Pause => "pause".to_owned(),
        Control::Resume => "resume".to_owned(),
        Control::Answer { hold, ruling } => match ruling {
            Ruling::Accept => format!("hold {hold} accept"),
            Ruling::Retry { words } => format!("hold {hold} retry: {}", first_line(words)),
            Ruling::Reject { why } => format!("hold {hold} reject: {}", first_line(why)),
        },
    }
}

fn gates(summary: &EvidenceSummary) -> String {
    match summary.tests_run {
        Some(tests) => format!("{} gates, {tests} tests", summary.gates),
        None => format!("{} gates", summary.gates),
    }
}
