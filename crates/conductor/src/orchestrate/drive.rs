//! Driving a session in the foreground, with its story told and its holds asked.

use cli_kit::text::{escape, escape_block};
use cli_kit::time::now;
use cli_kit::{CliError, Exit};
use conductor_engine::control::{Control, Ruling};
use conductor_engine::event::{Event, Recorded};
use conductor_engine::ids::SessionId;
use conductor_engine::ledger;
use conductor_engine::session::{Hold, HoldKind, Phase, Session, SessionOutcome, Status};
use conductor_host::driver::{Caller, DriverLock};
use conductor_host::process::{OnHangup, Signals};
use serde_json::json;

use super::error::{failed, from_drive};
use super::opened::Opened;
use super::status::Picture;
use super::story;
use crate::ask::{Choice, ask};
use crate::context::Context;
use crate::failure::from_journal;

/// How sessions are driven by this program.
#[derive(Debug, Clone)]
pub(super) struct Manner {
    /// Whether a person may be asked at the terminal.
    ask: bool,
    signals: Signals,
}

impl Manner {
    /// In the foreground, where the end of the terminal is the end of the work. From here on the program is asked to
    /// end by signals, and does so in order.
    pub(super) fn here(ask: bool) -> Result<Self, CliError> {
        Self::with(ask, OnHangup::Stop)
    }

    /// In the background, where nobody can be asked.
    pub(super) fn detached() -> Result<Self, CliError> {
        Self::with(false, OnHangup::GoOn)
    }

    fn with(ask: bool, on_hangup: OnHangup) -> Result<Self, CliError> {
        Ok(Self { ask, signals: Signals::catch(on_hangup).map_err(|e| failed(&e))? })
    }

    /// Whether this program was asked to end, so that nothing more is to be begun.
    pub(super) fn was_interrupted(&self) -> bool {
        self.signals.came()
    }
}

/// Drives a session until only holds that nobody answers here are left, and says how it stands.
pub(super) fn drive(
    context: &mut Context,
    opened: &mut Opened,
    lock: &DriverLock,
    id: SessionId,
    manner: &Manner,
) -> Result<Exit, CliError> {
    let session = drive_to_rest(context, opened, lock, id, manner)?;
    report(context, opened, &session)
}

/// The same, without a word on how it stands.
pub(super) fn drive_to_rest(
    context: &mut Context,
    opened: &mut Opened,
    lock: &DriverLock,
    id: SessionId,
    manner: &Manner,
) -> Result<Session, CliError> {
    loop {
        let db = opened.project.database()?;
        let caller = Caller { actor: Opened::actor(context)?, signals: manner.signals.clone() };
        let printer = &mut context.printer;
        let mut tell = |rows: &[Recorded], session: &Session| {
            story::tell(printer, &db, rows, session);
            if rows.iter().any(|row| matches!(row.event, Event::StopAsked { .. })) {
                printer.note("stopping; Ctrl-C again to end at once");
            }
        };
        let session = opened.host.drive(lock, id, caller, &mut tell).map_err(|e| from_drive(&e))?;
        let may_ask = manner.ask && context.can_ask && !manner.was_interrupted();
        let spends = may_ask && asks_to_spend(&session) && ask_to_spend(context, opened, &session)?;
        let answered = spends | (may_ask && ask_holds(context, opened, &session)?);
        // What others asked meanwhile is obeyed too, and not left for the next driver.
        let waiting = opened.db.controls(id, session.last_control).map_err(from_journal)?;
        if !answered && waiting.is_empty() {
            return Ok(session);
        }
    }
}

/// Asks whether the session may spend more. True when it may.
fn ask_to_spend(context: &mut Context, opened: &mut Opened, session: &Session) -> Result<bool, CliError> {
    let Status::Paused { why } = &session.status else { return Ok(false) };
    let choices =
        [Choice { key: 'y', word: "yes", means: true }, Choice { key: 'l', word: "later", means: false }];
    if ask(&mut context.printer, &escape(why), &choices) != Some(true) {
        return Ok(false);
    }
    let actor = Opened::actor(context)?;
    opened.db.ask(session.id, &actor, &Control::Resume, now()).map_err(from_journal)?;
    Ok(true)
}

/// Asks about each open hold. True when something was answered, so that the session goes on.
fn ask_holds(context: &mut Context, opened: &mut Opened, session: &Session) -> Result<bool, CliError> {
    let actor = Opened::actor(context)?;
    let mut answered = false;
    for hold in session.open_holds() {
        let Some(ruling) = ask_hold(context, session, hold) else { continue };
        let control = Control::Answer { hold: hold.id, ruling };
        opened.db.ask(session.id, &actor, &control, now()).map_err(from_journal)?;
        answered = true;
    }
    if answered {
        opened.db.ask(session.id, &actor, &Control::Resume, now()).map_err(from_journal)?;
    }
    Ok(answered)
}

#[derive(Clone, Copy)]
enum Word {
    Detail,
    Accept,
    Retry,
    Reject,
    Later,
}

/// The answer of the person at the terminal; `None` when they put it off, or are gone.
pub(super) fn ask_hold(context: &mut Context, session: &Session, hold: &Hold) -> Option<Ruling> {
    let task = session.runs.get(&hold.run).and_then(|r| session.tasks.get(&r.task));
    let id = task.map_or_else(|| hold.run.to_string(), |t| t.id.clone());
    let question = format!("{}  {}", escape(&id), escape(&hold.question));
    let mut choices = vec![Choice { key: 'd', word: "detail", means: Word::Detail }];
    let asks = wants_words(hold.kind);
    if !asks {
        choices.push(Choice { key: 'a', word: "accept", means: Word::Accept });
    }
    let words = if asks { "answer" } else { "retry" };
    let key = words.chars().next().unwrap_or('r');
    choices.push(Choice { key, word: words, means: Word::Retry });
    choices.push(Choice { key: 'x', word: "reject", means: Word::Reject });
    choices.push(Choice { key: 'l', word: "later", means: Word::Later });
    loop {
        match ask(&mut context.printer, &question, &choices)? {
            Word::Detail => context.printer.line(escape_block(&hold.detail)),
            Word::Accept => return Some(Ruling::Accept),
            Word::Later => return None,
            Word::Retry => {
                let words = crate::ask::words(&mut context.printer, "What should the agent know?")?;
                return Some(Ruling::Retry { words });
            }
            Word::Reject => {
                let why = crate::ask::words(&mut context.printer, "Why?")?;
                return Some(Ruling::Reject { why });
            }
        }
    }
}

/// Whether the agent waits for words, so that there is nothing to accept.
pub(super) fn wants_words(kind: HoldKind) -> bool {
    match kind {
        HoldKind::Question | HoldKind::Blocker => true,
        HoldKind::Approval
        | HoldKind::Failures
        | HoldKind::Tamper
        | HoldKind::Interactive
        | HoldKind::Budget => false,
    }
}

/// Says how the session stands, and what is next.
pub(super) fn report(context: &mut Context, opened: &Opened, session: &Session) -> Result<Exit, CliError> {
    let exit = exit(session);
    if context.printer.is_json() {
        let picture = Picture::new(opened, session.id)?;
        context.printer.json(&json!(picture));
        return Ok(exit);
    }
    let row = opened.db.session_row(session.id).map_err(from_journal)?;
    let left = session
        .tasks
        .values()
        .filter(|t| {
            use conductor_engine::session::Standing as S;
            !matches!(t.standing, S::Done | S::Gone | S::Container)
        })
        .count();
    let cost = row.metrics.cost_micros.map_or_else(String::new, |c| format!(", {}", story::dollars(c)));
    let (done, held) = (row.metrics.done, row.metrics.held);
    let held_text = if held > 0 { format!("{held} held, ") } else { String::new() };
    context.printer.line(format!("{done} done, {held_text}{left} left{cost}"));
    next_steps(context, session);
    Ok(exit)
}

fn next_steps(context: &mut Context, session: &Session) {
    for hold in session.open_holds() {
        let words = if wants_words(hold.kind) {
            "\"your answer\""
        } else {
            "accept, retry \"words\" or reject \"why\""
        };
        context.printer.note(format!("answer hold {}: conductor answer {} {words}", hold.id, hold.id));
    }
    if let Status::Paused { why } = &session.status {
        context.printer.note(format!("paused: {}; go on with: conductor orchestrate resume", escape(why)));
    }
    let landed = session
        .runs
        .values()
        .any(|r| matches!(r.phase, Phase::Ended(conductor_engine::session::Ending::Landed { .. })));
    if landed {
        context.printer.note("bring it to your branch: conductor orchestrate land");
    }
}

/// Whether it was money, tokens or time that ended the session, and not the number of tasks that it was to begin.
fn reached_limit(session: &Session) -> bool {
    let enough = session.rules.max_tasks.is_some_and(|max| session.dispatched >= max);
    ledger::exhausted(session).is_some() || !enough
}

/// Whether it is paused so that a person says whether it may spend more.
fn asks_to_spend(session: &Session) -> bool {
    matches!(session.status, Status::Paused { .. }) && ledger::share(session) > session.asked_share
}

/// What scripts are told.
pub(super) fn exit(session: &Session) -> Exit {
    match &session.status {
        Status::Completed { outcome } => match outcome {
            SessionOutcome::AllDone | SessionOutcome::Stopped => Exit::Ok,
            SessionOutcome::Limit if reached_limit(session) => Exit::Limit,
            SessionOutcome::Limit if session.open_holds().next().is_some() => Exit::Holds,
            SessionOutcome::Limit => Exit::Ok,
            SessionOutcome::HoldsLeft => Exit::Holds,
        },
        Status::Paused { .. } | Status::Active if session.open_holds().next().is_some() => Exit::Holds,
        Status::Paused { .. } if asks_to_spend(session) => Exit::Holds,
        Status::Paused { .. } | Status::Active => Exit::Ok,
        Status::Failed { .. } => Exit::Internal,
    }
}
