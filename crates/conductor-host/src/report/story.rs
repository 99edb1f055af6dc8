//! The work of a session, run by run: what was tried, what was decided, and why.

use std::collections::BTreeMap;

use conductor_engine::attempt::AttemptEnd;
use conductor_engine::control::{Actor, Control, Reply, Ruling};
use conductor_engine::event::{Event, Recorded};
use conductor_engine::evidence::EvidenceSummary;
use conductor_engine::ids::{HoldId, RunId};
use conductor_engine::judgement::{Answer, Judgement, Verdict};
use conductor_engine::session::{Ending, HoldKind, Phase, Run, Session};
use jiff::Timestamp;
use serde::Serialize;

use super::figures::Spent;
use super::words::{counted, first_line, seconds};

/// The most characters of a reason.
const MOST_WHY: usize = 400;

/// So much of the name of a piece of evidence tells it apart.
const SHORT: usize = 12;

/// One task being worked on once.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Work {
    /// The run.
    pub run: RunId,
    /// The task, as people name it.
    pub task: String,
    /// Its title.
    pub title: String,
    /// What came of it.
    pub outcome: Outcome,
    /// Why, where there is something to say: what is asked, who gave it up.
    pub why: Option<String>,
    /// Where its work landed.
    pub commit: Option<String>,
    /// The evidence that was gathered last.
    pub evidence: Option<String>,
    /// What the task was estimated at.
    pub estimate_minutes: Option<u64>,
    /// When it was taken up.
    pub began: Timestamp,
    /// What was used for it.
    pub spent: Spent,
    /// Attempts begun.
    pub attempts: u32,
    /// The attempts, as far as the rows have them.
    pub tries: Vec<Try>,
    /// What was decided, oldest first.
    pub decisions: Vec<Decision>,
    /// Why its workspace was kept.
    pub kept: Option<String>,
}

/// What came of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It waits for a person.
    Held,
    /// It could not go on.
    Failed,
    /// A person gave it up.
    Rejected,
    /// It goes on.
    UnderWay,
    /// It was stopped with its session, or somebody else took the task.
    LetGo,
    /// Its work is on the session's branch.
    Landed,
}

impl Outcome {
    /// The word for people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Failed => "failed",
            Self::Rejected => "rejected",
            Self::UnderWay => "under way",
            Self::LetGo => "let go",
            Self::Landed => "landed",
        }
    }
}

/// One attempt of an agent.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Try {
    /// Counted from 1 in its run.
    pub number: u32,
    /// When it began.
    pub began: Timestamp,
    /// When it ended; `None` while it has not.
    pub ended: Option<Timestamp>,
    /// How it ended, in words.
    pub end: Option<String>,
    /// What it used.
    pub spent: Spent,
}

/// Something that was decided, with its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// When; the first time, where it was the same several times in a row.
    pub at: Timestamp,
    /// What.
    pub matter: Matter,
    /// Why.
    pub why: String,
    /// The person; `None` for Conductor itself.
    pub by: Option<String>,
    /// How often in a row.
    pub times: u32,
}

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Matter {
    /// It is cut short.
    Cut,
    /// Something counts against the run.
    Fault,
    /// A step could not be done, and is tried again.
    Disturbance,
    /// The work conflicts with what others did.
    Conflict,
    /// Gates failed, and run once more.
    Again,
    /// Gates failed, and the work is to blame.
    Red,
    /// Every gate passed.
    Passed,
    /// The rules were asked.
    Judged,
    /// The agent goes nowhere.
    Stuck,
    /// The work may land.
    Accepted,
    /// The work is on the session's branch.
    Landed,
    /// A person is asked.
    Held,
    /// A person answered.
    Answered,
    /// A person asked for something.
    Asked,
    /// Nobody answered in time.
    Expired,
    /// It is over without having landed.
    Over,
    /// The session.
    Session,
}

impl Matter {
    /// The word for people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Cut => "cut short",
            Self::Fault => "fault",
            Self::Disturbance => "disturbed",
            Self::Conflict => "conflict",
            Self::Again => "tested again",
            Self::Red => "gates failed",
            Self::Passed => "gates passed",
            Self::Judged => "judged",
            Self::Stuck => "stuck",
            Self::Accepted => "accepted",
            Self::Landed => "landed",
            Self::Held => "held",
            Self::Answered => "answered",
            Self::Asked => "asked",
            Self::Expired => "expired",
            Self::Over => "over",
            Self::Session => "session",
        }
    }
}

/// A question that waits for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OpenHold {
    /// Its number.
    pub hold: HoldId,
    /// The task, as people name it.
    pub task: String,
    /// Its title.
    pub title: String,
    /// Why a person is needed.
    pub kind: HoldKind,
    /// What is asked.
    pub question: String,
    /// What is needed to answer.
    pub detail: String,
    /// How long it waits, in seconds.
    pub waits: u64,
}

/// What waits for a person, the longest first.
pub(super) fn waiting(session: &Session, until: Timestamp) -> Vec<OpenHold> {
    let told = session.open_holds().map(|hold| {
        let run = session.runs.get(&hold.run);
        let task = run.and_then(|run| session.tasks.get(&run.task));
        OpenHold {
            hold: hold.id,
            task: task.map_or_else(|| hold.run.to_string(), |task| task.id.clone()),
            title: task.map(|task| task.title.clone()).unwrap_or_default(),
            kind: hold.kind,
            question: hold.question.clone(),
            detail: hold.detail.clone(),
            waits: seconds(hold.opened_at, until),
        }
    });
    let mut told: Vec<OpenHold> = told.collect();
    told.sort_by_key(|hold| std::cmp::Reverse(hold.waits));
    told
}

/// Each run with its story, and what was decided about the session as a whole.
pub(super) fn stories(session: &Session, rows: &[Recorded]) -> (Vec<Work>, Vec<Decision>) {
    let mut work: BTreeMap<RunId, Work> =
        session.runs.values().map(|run| (run.id, told(session, run))).collect();
    let mut whole = Vec::new();
    for row in rows {
        if let Event::ControlSeen { actor, control, reply: Reply::Obeyed, .. } = &row.event {
            answered(session, &mut work, &mut whole, (row.at, actor, control));
        }
        match row.event.run() {
            Some(run) => {
                let Some(work) = work.get_mut(&run) else { continue };
                attempt(work, row);
                if let Some((matter, why, by)) = decided(&row.event) {
                    note(&mut work.decisions, row.at, matter, &why, by);
                }
            }
            None => {
                if let Some(why) = of_session(&row.event) {
                    note(&mut whole, row.at, Matter::Session, &why, None);
                }
            }
        }
    }
    (work.into_values().collect(), whole)
}

fn told(session: &Session, run: &Run) -> Work {
    let task = session.tasks.get(&run.task);
    let (outcome, why, commit) = outcome(session, run);
    Work {
        run: run.id,
        task: task.map_or_else(|| run.id.to_string(), |task| task.id.clone()),
        title: task.map(|task| task.title.clone()).unwrap_or_default(),
        outcome,
        why,
        commit,
        evidence: run.evidence.as_ref().map(|(id, _)| id.0.clone()),
        estimate_minutes: task.map(|task| task.estimate_minutes).filter(|minutes| *minutes > 0),
        began: run.created_at,
        spent: Spent::of(&run.usage, run.working_ms),
        attempts: run.counters.attempts,
        tries: Vec::new(),
        decisions: Vec::new(),
        kept: run.kept.clone(),
    }
}

fn outcome(session: &Session, run: &Run) -> (Outcome, Option<String>, Option<String>) {
    match &run.phase {
        Phase::Ended(ending) | Phase::Stopping(ending) => match ending {
            Ending::Landed { commit } => (Outcome::Landed, None, Some(commit.as_str().to_owned())),
            Ending::Rejected { why } => (Outcome::Rejected, Some(why.clone()), None),
            Ending::Failed { why } => (Outcome::Failed, Some(why.clone()), None),
            Ending::Stopped { why } | Ending::Superseded { why } => (Outcome::LetGo, Some(why.clone()), None),
        },
        Phase::Held(hold) => (Outcome::Held, session.holds.get(hold).map(|hold| hold.question.clone()), None),
        Phase::Queued
        | Phase::Preparing
        | Phase::Working(_)
        | Phase::Collecting
        | Phase::Gating(_)
        | Phase::Deciding(_)
        | Phase::Landing(_)
        | Phase::Waiting { .. } => (Outcome::UnderWay, None, None),
    }
}

/// What a row says of attempts.
fn attempt(work: &mut Work, row: &Recorded) {
    if let Event::AttemptBegun { number, .. } = &row.event {
        let spent = Spent::default();
        work.tries.push(Try { number: *number, began: row.at, ended: None, end: None, spent });
    } else if let (Event::AttemptEnded { report, .. }, Some(last)) = (&row.event, work.tries.last_mut()) {
        last.ended = Some(row.at);
        last.end = Some(end_words(&report.end));
        last.spent = Spent::of(&report.usage, report.working_ms);
    }
}

fn note(decisions: &mut Vec<Decision>, at: Timestamp, matter: Matter, why: &str, by: Option<&Actor>) {
    let (why, by) = (first_line(why, MOST_WHY), by.map(|actor| actor.0.clone()));
    match decisions.last_mut() {
        Some(last) if (last.matter, &last.why, &last.by) == (matter, &why, &by) => last.times += 1,
        Some(_) | None => decisions.push(Decision { at, matter, why, by, times: 1 }),
    }
}

fn answered(
    session: &Session,
    work: &mut BTreeMap<RunId, Work>,
    whole: &mut Vec<Decision>,
    (at, actor, control): (Timestamp, &Actor, &Control),
) {
    let (why, hold) = match control {
        Control::Answer { hold, ruling } => (ruling_words(ruling), Some(hold)),
        Control::Stop { why } => (format!("stop: {why}"), None),
        Control::Abandon { why } => (format!("give it up: {why}"), None),
        Control::Pause => ("pause".to_owned(), None),
        Control::Resume => ("go on".to_owned(), None),
    };
    let run = hold.and_then(|hold| session.holds.get(hold)).map(|hold| hold.run);
    match run.and_then(|run| work.get_mut(&run)) {
        Some(work) => note(&mut work.decisions, at, Matter::Answered, &why, Some(actor)),
        None => note(whole, at, Matter::Asked, &why, Some(actor)),
    }
}

fn ruling_words(ruling: &Ruling) -> String {
    match ruling {
        Ruling::Accept => "accept".to_owned(),
        Ruling::Retry { words } => format!("try again: {words}"),
        Ruling::Reject { why } => format!("reject: {why}"),
    }
}

/// What was decided about a run, and why.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other events are steps and no decisions")]
fn decided(event: &Event) -> Option<(Matter, String, Option<&Actor>)> {
    Some(match event {
        Event::AttemptCut { end, .. } => (Matter::Cut, end_words(end), None),
        Event::Faulted { why, .. } => (Matter::Fault, why.clone(), None),
        Event::Disturbed { verb, message, .. } => {
            (Matter::Disturbance, format!("{verb}: {}", first_line(message, MOST_WHY)), None)
        }
        Event::Conflicted { paths, .. } | Event::Deferred { paths, .. } => {
            (Matter::Conflict, few(paths, "file"), None)
        }
        Event::GatesRetried { summary, .. } => (Matter::Again, red(summary), None),
        Event::GatesFailed { summary, .. } => (Matter::Red, red(summary), None),
        Event::GatesPassed { summary, evidence, .. } => {
            let evidence: String = evidence.0.chars().take(SHORT).collect();
            (Matter::Passed, format!("{}, evidence {evidence}", green(summary)), None)
        }
        Event::Judged { judgement, .. } => (Matter::Judged, judged(judgement)?, None),
        Event::Stuck { verdict, step, agent, .. } => {
            let to = agent.as_ref().map(|agent| format!(" {agent}")).unwrap_or_default();
            (Matter::Stuck, format!("{verdict}; step: {}{to}", step.name()), None)
        }
        Event::Accepted { by, .. } => {
            let why = if by.is_some() { "by a person" } else { "nothing speaks against it" };
            (Matter::Accepted, why.to_owned(), by.as_ref())
        }
        Event::Landed { commit, .. } => (Matter::Landed, format!("as {}", commit.short()), None),
        Event::HoldOpened { question, .. } => (Matter::Held, question.clone(), None),
        Event::HoldExpired { why, .. } => (Matter::Expired, why.clone(), None),
        Event::Ending { ending, .. } => (Matter::Over, ending_words(ending)?, None),
        _ => return None,
    })
}

/// What the rules said; nothing when they had nothing to say, since what follows tells that.
fn judged(judgement: &Judgement) -> Option<String> {
    let verdict = match &judgement.verdict {
        Verdict::Accept => None,
        Verdict::Retry { feedback } => Some(format!("sent back: {}", first_line(feedback, MOST_WHY))),
        // The hold that follows has the question.
        Verdict::Hold { .. } => Some("a person is to look".to_owned()),
        Verdict::Reject { why } => Some(format!("refused: {why}")),
    };
    let rules = judgement.rules.iter().filter_map(|rule| match &rule.answer {
        Answer::Holds => Some(format!("rule {} holds", rule.rule)),
        Answer::Undecided { why } => Some(format!("rule {} cannot be told ({why})", rule.rule)),
        Answer::HoldsNot => None,
    });
    let review = judgement.review.as_ref().map(|review| {
        format!("review by {}: {}, worst {}", review.agent, counted(review.findings, "finding"), review.worst)
    });
    let parts: Vec<String> =
        verdict.into_iter().chain(rules).chain(review).chain(judgement.notes.iter().cloned()).collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

fn ending_words(ending: &Ending) -> Option<String> {
    Some(match ending {
        Ending::Landed { .. } => return None,
        Ending::Rejected { why } => format!("rejected: {why}"),
        Ending::Failed { why } => format!("failed: {why}"),
        Ending::Stopped { why } => format!("stopped: {why}"),
        Ending::Superseded { why } => format!("let go: {why}"),
    })
}

#[expect(clippy::wildcard_enum_match_arm, reason = "all other events are no news of the session as a whole")]
fn of_session(event: &Event) -> Option<String> {
    Some(match event {
        Event::StopAsked { why } => format!("is to end: {why}"),
        Event::SessionPaused { why } => format!("paused: {why}"),
        Event::SessionResumed => "goes on".to_owned(),
        Event::SessionFailed { why } => format!("failed: {why}"),
        Event::SessionCompleted { outcome } => format!("over: {}", super::outcome_words(*outcome)),
        _ => return None,
    })
}

fn red(summary: &EvidenceSummary) -> String {
    let words = summary.feedback.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    if summary.failed.is_empty() { words.to_owned() } else { few(&summary.failed, "gate") }
}

fn green(summary: &EvidenceSummary) -> String {
    let gates = counted(u64::try_from(summary.gates).unwrap_or(u64::MAX), "gate");
    match summary.tests_run {
        Some(tests) => format!("{gates}, {}", counted(u64::try_from(tests).unwrap_or(u64::MAX), "test")),
        None => gates,
    }
}

/// The first few names, and how many more there are.
fn few(names: &[String], thing: &str) -> String {
    const FEW: usize = 4;
    let shown: Vec<&str> = names.iter().take(FEW).map(String::as_str).collect();
    let more = names.len().saturating_sub(FEW);
    let rest = match more {
        0 => String::new(),
        more => format!(" and {} more", counted(u64::try_from(more).unwrap_or(u64::MAX), thing)),
    };
    format!("{}{rest}", shown.join(", "))
}

/// How an attempt ended.
fn end_words(end: &AttemptEnd) -> String {
    match end {
        AttemptEnd::Finished { .. } => "finished".to_owned(),
        AttemptEnd::Failed { message, .. } => format!("failed: {}", first_line(message, MOST_WHY)),
        AttemptEnd::TimedOut => "ran out of time".to_owned(),
        AttemptEnd::Stalled => "stalled".to_owned(),
        AttemptEnd::Looped => "went in circles".to_owned(),
        AttemptEnd::OverBudget => "used up its budget".to_owned(),
        AttemptEnd::Asked { question } => format!("asks: {}", first_line(question, MOST_WHY)),
        AttemptEnd::Blocked { reason } => format!("is blocked: {}", first_line(reason, MOST_WHY)),
        AttemptEnd::RateLimited { .. } => "met the provider's limit".to_owned(),
        AttemptEnd::Refused { reason } => format!("refuses: {}", first_line(reason, MOST_WHY)),
        AttemptEnd::Cancelled => "was stopped".to_owned(),
        AttemptEnd::Interrupted => "was interrupted".to_owned(),
    }
}
