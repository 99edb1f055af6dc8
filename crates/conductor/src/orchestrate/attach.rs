//! `conductor orchestrate attach`: the story of a session, told in another terminal than its driver's.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use cli_kit::{CliError, Exit};
use conductor_engine::apply;
use conductor_engine::control::Control;
use conductor_engine::event::Recorded;
use conductor_engine::ids::{HoldId, SessionId};
use conductor_engine::session::{Session, Status};
use conductor_host::journal::JournalError;
use conductor_host::process::{OnHangup, Signals};
use serde_json::json;

use super::control::{ask, say};
use super::drive::{ask_hold, exit, report};
use super::error::{failed, from_host};
use super::opened::Opened;
use super::story;
use super::voices::Voices;
use crate::context::Context;
use crate::failure::from_journal;

/// How many lines of what was before are told.
const LAST_LINES: usize = 10;
/// How often the journal is looked at: as often as a driver looks at what is asked of it.
const LOOK: Duration = Duration::from_millis(100);

/// Follow a session and its agents from another terminal, until it rests; Ctrl-C detaches
///
/// What waits for you is asked here too; whoever answers first has answered. The session goes on when you detach.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  conductor orchestrate attach\n  conductor orchestrate attach --session 2 --read-only --brief\n  \
                        conductor orchestrate attach --json --after 120"
)]
pub(crate) struct Args {
    /// Ask nothing
    #[arg(long)]
    read_only: bool,
    /// Leave out what the agents say
    #[arg(long)]
    brief: bool,
    /// Begin after this row of the journal; else with the last few lines, or with --json at the beginning
    #[arg(long, value_name = "ROW")]
    after: Option<u64>,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let mut opened = Opened::new(context)?;
    let id = opened.some_session()?;
    let may_ask = context.can_ask && !args.read_only && super::people_only(context).is_ok();
    let signals = Signals::catch(OnHangup::Stop).map_err(|e| failed(&e))?;
    let mut attending = signals.attend();
    let mut follower = Follower::new(&opened, id, args.after)?;
    follower.catch_up(context, &opened)?;
    let places = opened.host.places().map_err(|e| from_host(&e))?;
    // With --json the lines are those of the journal; `logs --json` has the agents' own.
    let mut voices = (!args.brief && !context.printer.is_json()).then(|| Voices::new(places));
    loop {
        // Looked at before reading, so that what was written last is read after it.
        let driven = opened.driver()?.is_some();
        follower.go_on(context, &opened)?;
        if let Some(voices) = &mut voices {
            voices.tell(&mut context.printer, &follower.session)?;
        }
        if context.printer.is_closed() {
            return Ok(Exit::Ok);
        }
        if may_ask && follower.has_questions() {
            // Whoever is asked and presses Ctrl-C wants to leave at once.
            drop(attending);
            follower.ask(context, &mut opened)?;
            attending = signals.attend();
        }
        if !driven || follower.rests(&opened)? {
            follower.go_on(context, &opened)?;
            return follower.end(context, &opened);
        }
        if signals.take().is_some() {
            context.printer.note(format!("detached; session {id} goes on"));
            return Ok(Exit::Ok);
        }
        // The journal tells nobody that it has grown.
        std::thread::park_timeout(LOOK);
    }
}

/// The state of the session as far as it was told.
struct Follower {
    session: Session,
    /// The last row of which nothing is told.
    after: Option<u64>,
    asked: BTreeSet<HoldId>,
}

impl Follower {
    fn new(opened: &Opened, id: SessionId, after: Option<u64>) -> Result<Self, CliError> {
        // Of a session that was compacted only the result is left, and nothing of what led to it can be told.
        let session = match opened.db.checkpoint(id).map_err(from_journal)? {
            Some(_) => opened.fold(id)?,
            None => {
                let setup = opened.db.setup(id).map_err(from_journal)?;
                Session::new(id, setup.rules, setup.base)
            }
        };
        Ok(Self { session, after, asked: BTreeSet::new() })
    }

    /// Tells what was before: all after the row that was named, or the last few lines.
    fn catch_up(&mut self, context: &mut Context, opened: &Opened) -> Result<(), CliError> {
        if context.printer.is_json() || self.after.is_some() {
            return Ok(());
        }
        let (mut last, mut earlier) = (VecDeque::new(), 0);
        for row in self.news(opened)? {
            self.apply(&row)?;
            last.extend(story::line(&context.printer, &opened.db, &row, &self.session));
            if last.len() > LAST_LINES {
                last.pop_front();
                earlier += 1;
            }
        }
        if earlier > 0 {
            context.printer.note(format!("({earlier} earlier lines; all of them: --after 0)"));
        }
        for line in last {
            context.printer.line(line);
        }
        Ok(())
    }

    /// Tells what is new.
    fn go_on(&mut self, context: &mut Context, opened: &Opened) -> Result<(), CliError> {
        for row in self.news(opened)? {
            self.apply(&row)?;
            if self.after.is_some_and(|after| row.seq <= after) {
                continue;
            }
            if context.printer.is_json() {
                let line =
                    json!({ "session": self.session.id, "seq": row.seq, "at": row.at, "event": row.event });
                context.printer.json_line(&line);
            } else if let Some(line) = story::line(&context.printer, &opened.db, &row, &self.session) {
                context.printer.line(line);
            }
        }
        context.printer.flush();
        Ok(())
    }

    fn news(&self, opened: &Opened) -> Result<Vec<Recorded>, CliError> {
        opened.db.rows(self.session.id, self.session.seq).map_err(from_journal)
    }

    fn apply(&mut self, row: &Recorded) -> Result<(), CliError> {
        let session = self.session.id;
        apply(&mut self.session, row).map_err(|source| from_journal(JournalError::Fold { session, source }))
    }

    fn has_questions(&self) -> bool {
        self.session.open_holds().any(|hold| !self.asked.contains(&hold.id))
    }

    /// Asks about each open hold once.
    fn ask(&mut self, context: &mut Context, opened: &mut Opened) -> Result<(), CliError> {
        let id = self.session.id;
        let open: Vec<_> =
            self.session.open_holds().filter(|hold| !self.asked.contains(&hold.id)).cloned().collect();
        for hold in open {
            self.asked.insert(hold.id);
            let Some(ruling) = ask_hold(context, &self.session, &hold) else { continue };
            match ask(context, opened, id, &Control::Answer { hold: hold.id, ruling }) {
                Ok(asked) => say(context, id, &format!("hold {} answered", hold.id), &asked),
                // Somebody else was faster, or the run went on without an answer.
                Err(error) if error.exit == Exit::Refused => context.printer.note(error.message),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Whether the driver that is at work has nothing more to do with this session. While a hold is open it may be
    /// asking its own person.
    fn rests(&self, opened: &Opened) -> Result<bool, CliError> {
        if !self.session.is_at_rest() {
            return Ok(false);
        }
        let sessions = opened.db.sessions().map_err(from_journal)?;
        let elsewhere = sessions.iter().any(|row| row.id != self.session.id && row.status == "active");
        Ok(elsewhere || self.session.open_holds().next().is_none())
    }

    fn end(&self, context: &mut Context, opened: &Opened) -> Result<Exit, CliError> {
        let id = self.session.id;
        if self.session.status == Status::Active {
            let message = format!("the driver of session {id} ended before the session did");
            return Err(CliError::new(Exit::Refused, "SESSION_INTERRUPTED", message)
                .hint(format!("nothing is lost; take it up: conductor orchestrate resume --session {id}")));
        }
        if context.printer.is_json() {
            Ok(exit(&self.session))
        } else {
            report(context, opened, &self.session)
        }
    }
}
