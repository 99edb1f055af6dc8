//! The loop: a key, what it does, what is on the screen then.

use std::io;
use std::time::Duration;

use cli_kit::{CliError, Exit};
use conductor_host::planner::Planned;
use conductor_host::process::{Interrupt, OnHangup, Signals};
use conductor_plan::ItemKey;
use conductor_plan::edit::Edit;
use ratatui::crossterm::event::{Event, poll, read};

use super::errand::{self, Errand, News, Order};
use super::key::Key;
use super::screen::{Screen, listens};
use super::state::{Asked, State};
use super::texts::Texts;
use super::update::{Effect, paste, update};
use super::view::{Theme, view};
use crate::context::{Context, Project};
use crate::plan::asking::{self, Asking};
use crate::plan::buffer::{Buffer, Unread, WHAT, Wanted};
use crate::plan::editing::{Done, Editing, Way};
use crate::plan::engine::EngineArgs;
use crate::plan::progress::used_text;
use crate::plan::{import, report};

/// How often it is looked whether somebody asked the program to end.
const LOOK: Duration = Duration::from_millis(200);

/// How it ended.
enum End {
    Left,
    Import,
    Asked(Interrupt),
}

/// How often it is looked what became of a question that is under way.
const LOOK_AT_ERRAND: Duration = Duration::from_millis(50);

/// What the loop works with.
struct Desk<'c> {
    screen: Screen,
    editing: Editing,
    context: &'c Context,
    project: &'c Project,
    engine: EngineArgs,
    errand: Option<Errand>,
}

/// Shows the plan until somebody leaves.
pub(super) fn run(context: &mut Context, editing: Editing, named: &EngineArgs) -> Result<Exit, CliError> {
    let theme = Theme { colors: !context.flags.no_color && context.env.get("NO_COLOR").is_none() };
    let project = context.open()?;
    let signals = Signals::catch(OnHangup::Stop).map_err(|error| failed(&error))?;
    let (stored, texts) = (&editing.stored, Texts::new(editing.texts()?));
    let mut state = State::new(
        stored.row.id,
        &stored.row.source_file,
        stored.plan.clone(),
        stored.findings.clone(),
        texts,
    );
    state.asks = errand::asks(named, &stored.plan, &context.config()?)?;
    let engine = errand::engine_of(named, &stored.plan);
    context.printer.flush();
    let screen = Screen::take().map_err(|error| failed(&error))?;
    let mut desk = Desk { screen, editing, context, project: &project, engine, errand: None };
    let end = {
        let _attending = signals.attend();
        desk.look(&mut state, theme, &signals)
    };
    let Desk { screen, mut editing, errand, .. } = desk;
    drop(screen);
    // Nobody sees any more what would come of it.
    drop(errand);
    match end? {
        End::Left => {
            let tally = state.tally.told();
            context.printer.line(format!("Plan {}: {tally}", editing.stored.row.id));
            report::note_next(&mut context.printer, &editing.stored);
            Ok(Exit::Ok)
        }
        End::Import => {
            if editing.stored.metadata.errors > 0 {
                return Err(report::has_errors(&editing.stored));
            }
            import::import(context, &project, &mut editing.database, &mut editing.stored)?;
            import::print(&mut context.printer, &editing.stored);
            Ok(Exit::Ok)
        }
        End::Asked(interrupt) => {
            let message = format!("the review ended, since {}", reason(interrupt));
            Err(CliError::new(Exit::Refused, "INTERRUPTED", message).hint("every change was stored"))
        }
    }
}

fn reason(interrupt: Interrupt) -> &'static str {
    match interrupt {
        Interrupt::CtrlC => "it was interrupted",
        Interrupt::Terminated | Interrupt::HungUp => interrupt.reason(),
    }
}

impl Desk<'_> {
    fn look(&mut self, state: &mut State, theme: Theme, signals: &Signals) -> Result<End, CliError> {
        let mut drawn = false;
        loop {
            if let Some(interrupt) = signals.take() {
                return Ok(End::Asked(interrupt));
            }
            if !drawn {
                self.draw(state, theme).map_err(|error| failed(&error))?;
                drawn = true;
            }
            let longest = if self.errand.is_some() { LOOK_AT_ERRAND } else { LOOK };
            if !listens(longest).map_err(|error| failed(&error))? {
                return Ok(End::Asked(Interrupt::HungUp));
            }
            drawn &= !self.hear(state)?;
            // What was typed ahead is drawn once.
            while poll(Duration::ZERO).map_err(|error| failed(&error))? {
                drawn = false;
                let effect = match read().map_err(|error| failed(&error))? {
                    Event::Key(key) => Key::of(key).and_then(|key| update(state, key)),
                    Event::Paste(text) => {
                        paste(state, &text);
                        None
                    }
                    Event::Resize(..) | Event::FocusGained | Event::FocusLost | Event::Mouse(_) => None,
                };
                if let Some(end) = effect.map(|effect| self.perform(state, effect)).transpose()?.flatten() {
                    return Ok(end);
                }
            }
        }
    }

    fn draw(&mut self, state: &mut State, theme: Theme) -> io::Result<()> {
        let size = self.screen.terminal.size()?;
        if state.size != (size.width, size.height) {
            state.size = (size.width, size.height);
            state.clamp();
        }
        self.screen.terminal.draw(|frame| view(state, theme, frame))?;
        Ok(())
    }

    fn perform(&mut self, state: &mut State, effect: Effect) -> Result<Option<End>, CliError> {
        match effect {
            Effect::Quit => return Ok(Some(End::Left)),
            Effect::Import => return Ok(Some(End::Import)),
            Effect::Redraw => {
                panic_if_told(self.context);
                self.screen.redraw().map_err(|error| failed(&error))?;
            }
            Effect::Suspend => self.suspend()?,
            Effect::Apply { edits, then } => self.apply(state, &edits, then),
            Effect::Undo => self.travel(state, Way::Back),
            Effect::Redo => self.travel(state, Way::Forward),
            Effect::EditText(item) => self.edit_text(state, item.as_ref())?,
            Effect::Ask(item) => self.ask(state, item),
            Effect::Cancel => self.cancel(state),
        }
        Ok(None)
    }

    /// Asks for the parts of an item, beside the review.
    fn ask(&mut self, state: &mut State, item: ItemKey) {
        let title = self.editing.stored.plan.get(&item).map(|item| item.title.clone()).unwrap_or_default();
        match self.order(item).and_then(|order| Errand::begin(order).map_err(|error| failed(&error))) {
            Ok(errand) => {
                self.errand = Some(errand);
                state.asking = Some(Asked { title, progress: "asking".to_owned() });
            }
            Err(error) => self.complain(state, &error),
        }
    }

    fn order(&self, item: ItemKey) -> Result<Order, CliError> {
        let config = self.context.config()?;
        let asking = Asking::of(&self.engine, self.context, &config)?
            .ok_or_else(|| CliError::internal("the outline engine is not asked"))?;
        let stored = &self.editing.stored;
        Ok(Order {
            asking,
            documents: self.editing.documents()?,
            plan: stored.plan.clone(),
            item,
            options: asking::options(&config.planning),
            work: stored.row.digest.clone(),
            database: self.project.database()?,
        })
    }

    fn cancel(&self, state: &mut State) {
        if let (Some(errand), Some(asked)) = (&self.errand, &mut state.asking) {
            errand.cancel();
            "ending".clone_into(&mut asked.progress);
        }
    }

    /// Hears what became of what was asked; whether there was anything to hear.
    fn hear(&mut self, state: &mut State) -> Result<bool, CliError> {
        let mut heard = false;
        while let Some(news) = self.errand.as_ref().and_then(Errand::hear) {
            heard = true;
            match (news, &mut state.asking) {
                (News::Progress(progress), Some(asked)) => asked.progress = progress,
                (News::Progress(_), None) => {}
                (News::Done(done), _) => {
                    state.asking = None;
                    if let Some(errand) = self.errand.take() {
                        self.settle(state, &errand, *done);
                    }
                }
                (News::Lost, _) => {
                    (state.asking, self.errand) = (None, None);
                    // Its panic gave the terminal away.
                    self.screen.lend(|| ()).map_err(|error| failed(&error))?;
                    state.complain("the question was lost, since its thread ended; ask again");
                }
            }
        }
        Ok(heard)
    }

    fn settle(&mut self, state: &mut State, errand: &Errand, done: Result<Planned, CliError>) {
        if errand.is_cancelled() {
            state.say("Asked no further; what was answered by then is kept");
            return;
        }
        let planned = match done {
            Ok(planned) => planned,
            Err(error) => return self.complain(state, &error),
        };
        let Errand { item, before, .. } = errand;
        match self.editing.graft(before, &planned.plan, item, planned.spent) {
            Ok(done) if done.applied.back.is_empty() => {
                let why = planned
                    .remarks
                    .first()
                    .map_or_else(|| "it was left whole".to_owned(), ToString::to_string);
                state.say(&why);
            }
            Ok(done) => {
                self.renew(state, None);
                state.say_done(&format!("{}, {}", done.what, used_text(&planned.spent)));
            }
            Err(error) => self.complain(state, &error),
        }
    }

    fn suspend(&mut self) -> Result<(), CliError> {
        let stop = || rustix::process::kill_current_process_group(rustix::process::Signal::TSTP);
        let stopped = self.screen.lend(stop).map_err(|error| failed(&error))?;
        // A shell without job control cannot stop it; then the review just goes on.
        let _ = stopped;
        Ok(())
    }

    fn apply(&mut self, state: &mut State, edits: &[Edit], then: Option<ItemKey>) {
        match self.editing.apply(edits, None) {
            Ok(done) => {
                let then = then.or_else(|| done.applied.added.first().cloned());
                self.renew(state, then.as_ref());
                // A verdict is seen where it is; anything else is said.
                if edits.iter().any(Edit::changes_items) {
                    state.say_done(&done.what);
                }
            }
            Err(error) => self.complain(state, &error),
        }
    }

    fn travel(&mut self, state: &mut State, way: Way) {
        match self.editing.travel(way) {
            Ok(Some(Done { what, applied })) => {
                // Looked at is what was changed, so that one sees it.
                let keys = applied.back.touched();
                let touched = applied.plan.items.iter().find(|item| keys.contains(&item.key));
                let touched = touched.map(|item| item.key.clone());
                self.renew(state, touched.as_ref());
                let verb = if way == Way::Back { "took back" } else { "did again" };
                state.say(&format!("{verb}: {what}"));
            }
            Ok(None) if way == Way::Back => state.say("There is nothing to take back"),
            Ok(None) => state.say("There is nothing to do again"),
            Err(error) => self.complain(state, &error),
        }
    }

    fn edit_text(&mut self, state: &mut State, item: Option<&ItemKey>) -> Result<(), CliError> {
        let folder = self.project.tasks.data_dir();
        let buffer = match Buffer::write(folder, &self.editing.stored, item) {
            Ok(buffer) => buffer,
            Err(error) => {
                self.complain(state, &error);
                return Ok(());
            }
        };
        let context = self.context;
        let opened = self.screen.lend(|| buffer.open(&context.env)).map_err(|error| failed(&error))?;
        if let Err(error) = opened {
            self.complain(state, &error);
            return Ok(());
        }
        let changed = match buffer.read(&self.editing.stored.plan) {
            Ok(None) => {
                buffer.done();
                state.say("The text was not changed");
                return Ok(());
            }
            Ok(Some(Wanted::Plan(plan))) => self.editing.replace(*plan, WHAT),
            Ok(Some(Wanted::Edits(edits))) => self.editing.apply(&edits, None),
            Err(Unread::File(error)) => Err(error),
            Err(Unread::Text(error)) => Err(buffer.kept(&error.to_string().replace('\n', "; "))),
        };
        match changed {
            Ok(done) => {
                buffer.done();
                self.renew(state, item);
                state.say_done(&done.what);
            }
            Err(error) => self.complain(state, &buffer.with_place(error)),
        }
        Ok(())
    }

    fn renew(&self, state: &mut State, then: Option<&ItemKey>) {
        let stored = &self.editing.stored;
        state.renew(stored.plan.clone(), stored.findings.clone());
        if let Some(key) = then {
            state.go_to(key);
        }
    }

    /// Says what went wrong, over the plan as it is now: somebody else may have changed it.
    fn complain(&self, state: &mut State, error: &CliError) {
        self.renew(state, None);
        let hint = error.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
        state.complain(&format!("{}{hint}", error.message));
    }
}

/// Names the place at which a test has this program panic; only builds with debug assertions look for it, so that no
/// release can be made to by a variable.
const DIE_AT: &str = "CONDUCTOR_DIE_AT";

fn panic_if_told(context: &Context) {
    let told = cfg!(debug_assertions) && context.env.get(DIE_AT) == Some("plan-review/redraw");
    assert!(!told, "told to panic while the review has the terminal");
}

fn failed(error: &io::Error) -> CliError {
    CliError::new(Exit::Internal, "TERMINAL", format!("the terminal failed: {error}"))
        .hint("every change was stored; `conductor plan review --print` needs no terminal")
}
