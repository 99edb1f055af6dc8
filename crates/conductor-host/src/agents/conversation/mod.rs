//! One attempt, from its first prompt to the proof that nothing of it is alive: has the agent
//! prompted, writes down what happens, and ends what must not go on.
//!
//! One thread, which waits for whatever comes next: output, the end of the program, a call at the desk, the clock.

mod closing;
mod stuck;

use std::time::Duration;

use conductor_engine::agent_event::{AgentEvent, Heard};
use conductor_engine::attempt::{AttemptEnd, AttemptReport, FailureClass, Usage};
use conductor_engine::detect::{Verdict, Watcher};

use super::attempt::{AgentRunner, AttemptRequest, Purpose};
use super::clerk::{Clerk, MOST_ANSWERS};
use super::cut::{Cut, StopFlag};
use super::desk::Offer;
use super::dir_file;
use super::judge::judge;
use super::launch::{Files, Launch, StartError};
use super::limits::signed_out;
use super::process::Process;
use super::profile::{Profile, ProgramProfile};
use super::quiet::{self, Quiet};
use super::replay::Began;
use super::result_file;
use super::session_file::can_resume;
use super::speaker::TurnEnd;
use super::speakers::{Opening, speaker_for};
use super::watch::{Alarm, Watch};
use super::wire::WireLog;
use crate::clock::{Stopwatch, now};
use crate::process::{Ended, Exit, KeepError, KeptExit};
use crate::secrets::Masker;
use crate::transcript::Writer;

/// How large a transcript may grow, in bytes.
pub(super) const TRANSCRIPT_LIMIT: u64 = 16 * 1024 * 1024;

/// How one turn, or its process, ended.
enum Over {
    /// The agent ended its turn; its process goes on.
    Turn(TurnEnd),
    /// The process ended.
    Exit(Result<KeptExit, KeepError>, TurnEnd),
}

/// What follows a turn.
enum Turned {
    /// The agent ended it.
    Ended(TurnEnd),
    /// The attempt is over, whatever the agent says.
    Over(AttemptEnd),
    /// It was ended from here, and the agent is told why.
    Nudged(Verdict),
}

/// No more verdicts of one attempt are kept.
const MOST_VERDICTS: usize = 8;

/// One attempt of a program.
pub(super) struct Conversation {
    runner: AgentRunner,
    profile: Profile,
    program: ProgramProfile,
    request: AttemptRequest,
    files: Files,
    /// Who serves at the desk, where there is one.
    clerk: Option<Clerk>,
    offer: Offer,
    transcript: Writer,
    wire: WireLog,
    /// What is hidden of all that is written down.
    masker: Masker,
    heard: Heard,
    watcher: Watcher,
    /// What a detector found in this turn, until something is done about it.
    found: Option<Verdict>,
    quiet: Quiet,
    /// All that was found.
    verdicts: Vec<Verdict>,
    stop: StopFlag,
    stopwatch: Stopwatch,
    process: Option<Process>,
    turns: u32,
    /// Questions that were answered at once.
    asked: Vec<String>,
    /// The last words of a process that has ended, where the events do not have them.
    own_words: Option<String>,
    /// What the agent's own session used in all.
    totals: Option<Usage>,
    contained: bool,
    /// The session of before is what this attempt goes on with.
    resuming: bool,
}

impl std::fmt::Debug for Conversation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Conversation").field("run", &self.request.run).finish_non_exhaustive()
    }
}

impl Conversation {
    /// Writes down what the agent is told, and starts its program.
    pub(super) fn start(
        runner: &AgentRunner,
        profile: &Profile,
        program: &ProgramProfile,
        request: AttemptRequest,
    ) -> Result<Self, StartError> {
        let files = Files::write(&request)?;
        let masker = runner.masker();
        let mut transcript = Writer::open(&files.transcript, TRANSCRIPT_LIMIT)?.masking(masker.clone());
        transcript.append_always(now(), [super::attempt::started(profile, &request)])?;
        let clerk = Clerk::open(&request).map_err(|source| StartError::desk(&request, source))?;
        let offer =
            clerk.as_ref().map(|clerk| clerk.offer(program, &request, &runner.user_env)).unwrap_or_default();
        let resuming = request.resume.is_some() && can_resume(program);
        let mut conversation = Self {
            wire: WireLog::begin(&files.dir, masker.clone()),
            masker,
            runner: runner.clone(),
            profile: profile.clone(),
            program: program.clone(),
            request,
            files,
            clerk,
            offer,
            transcript,
            heard: Heard::default(),
            watcher: Watcher::default(),
            found: None,
            quiet: Quiet::default(),
            verdicts: Vec::new(),
            stop: StopFlag::default(),
            stopwatch: Stopwatch::start(),
            process: None,
            turns: 0,
            asked: Vec::new(),
            own_words: None,
            totals: None,
            contained: true,
            resuming,
        };
        let prompt = conversation.first_prompt();
        let session = conversation.resumed();
        conversation.begin(session.as_deref(), &prompt)?;
        Ok(conversation)
    }

    pub(super) fn stopper(&self) -> StopFlag {
        self.stop.clone()
    }

    /// Goes on until the attempt is over and nothing of it is alive.
    pub(super) fn run(mut self) -> AttemptReport {
        let end = self.converse();
        let file = result_file::read(&self.files.result).unwrap_or_default();
        let last = self.close();
        let end = match last {
            // One agent keeps to itself that its provider fails, and says it all when it ends.
            Some(alarm) if end == AttemptEnd::Stalled => self.cut_by(alarm).into_end(),
            Some(_) | None => end,
        };
        self.report(end, &file)
    }

    fn resumed(&self) -> Option<String> {
        let resume = self.request.resume.as_ref().filter(|_| self.resuming)?;
        Some(resume.session.clone())
    }

    /// An agent that goes on with its session is told what is new; one that begins is told everything.
    fn first_prompt(&self) -> String {
        match &self.request.resume {
            Some(resume) if self.resuming => resume.prompt.clone(),
            Some(_) | None => self.request.prompt.clone(),
        }
    }

    /// Starts a process of the program with the next prompt.
    fn begin(&mut self, session: Option<&str>, prompt: &str) -> Result<(), StartError> {
        self.turns += 1;
        let prompt = &*self.masker.mask(prompt);
        let prompt_file = self.files.prompt(self.turns, prompt)?;
        let used = Duration::from_millis(self.stopwatch.elapsed_ms());
        let launch = Launch {
            runner: &self.runner,
            profile: &self.profile,
            program: &self.program,
            request: &self.request,
            files: &self.files,
            session,
            prompt,
            prompt_file: &prompt_file,
            offer: &self.offer,
            time: self.request.timeout.saturating_sub(used),
        };
        let before = self.request.resume.as_ref().filter(|_| session.is_some() && self.resuming);
        let totals = before.map(|resume| resume.totals.clone()).unwrap_or_default();
        self.wire.restart(&Began {
            known: self.program.known,
            protocol: self.program.protocol,
            workspace: self.request.workspace.to_string_lossy().into_owned(),
            session: session.map(str::to_owned),
            before: totals.clone(),
        });
        let (child, pipes) = launch.start()?;
        let speaker = speaker_for(
            &self.program,
            Opening {
                workspace: &self.request.workspace,
                session,
                prompt,
                server: self.clerk.as_ref().map(Clerk::acp_server),
                usage: self.heard.usage.clone(),
                totals,
            },
        );
        self.process = Some(Process { child, pipes, speaker });
        self.note([prompted(self.turns, prompt)]);
        Ok(())
    }

    /// Turn by turn, until one ends that is not followed by another.
    fn converse(&mut self) -> AttemptEnd {
        loop {
            let (next, end) = match self.turn() {
                Turned::Ended(TurnEnd::NoSession { .. }) if self.resuming => {
                    (self.anew(), AttemptEnd::Interrupted)
                }
                Turned::Nudged(verdict) => (self.nudged(&verdict), AttemptEnd::Looped),
                Turned::Ended(end) => self.after(self.judged(end)),
                Turned::Over(end) => self.after(end),
            };
            match next {
                None => return end,
                Some(Ok(())) => {}
                Some(Err(error)) => {
                    let report = error.into_report();
                    self.contained &= report.contained;
                    return report.end;
                }
            }
        }
    }

    /// What follows an end: another turn, where the agent asked what is settled.
    fn after(&mut self, end: AttemptEnd) -> (Option<Result<(), StartError>>, AttemptEnd) {
        if let AttemptEnd::Asked { question } = &end {
            return (self.answered(question), end);
        }
        // It was told how much it may spend, and ended by itself when it had.
        let spent = matches!(end, AttemptEnd::Failed { .. }) && self.has_spent(true);
        (None, if spent { AttemptEnd::OverBudget } else { end })
    }

    /// Goes on with these words: in the same process, else in the same session, else with a whole prompt.
    fn say(&mut self, text: &str, whole: impl FnOnce() -> String) -> Option<Result<(), StartError>> {
        let session = self.heard.session.clone();
        if self.process.as_mut().is_some_and(|process| process.speaker.prompt(text)) {
            self.turns += 1;
            let _only_for_people = self.files.prompt(self.turns, text);
            self.note([prompted(self.turns, text)]);
            return Some(Ok(()));
        }
        self.close();
        if session.is_some() && can_resume(&self.program) {
            return Some(self.begin(session.as_deref(), text));
        }
        Some(self.begin(None, &whole()))
    }

    /// How the attempt ends by what the agent says of its turn.
    fn judged(&self, end: TurnEnd) -> AttemptEnd {
        let file = result_file::read(&self.files.result).unwrap_or_default();
        let words = self.last_words();
        match self.request.purpose {
            Purpose::Answer { .. } if !words.is_empty() => {
                judge(end, &self.heard.clone().forgiven(), &words, &file)
            }
            Purpose::Work | Purpose::Answer { .. } => judge(end, &self.heard, &words, &file),
        }
    }

    /// The session of before is not there any more: the whole task, to an agent that knows nothing.
    fn anew(&mut self) -> Option<Result<(), StartError>> {
        self.resuming = false;
        self.close();
        let prompt = self.request.prompt.clone();
        Some(self.begin(None, &prompt))
    }

    /// Goes on with the answer, when the agent asked something that is settled already: in the same process, else in
    /// the same session, else with the whole task and the answer.
    fn answered(&mut self, question: &str) -> Option<Result<(), StartError>> {
        // What it called at the desk was not settled when it was heard, and ends every further turn.
        let appealed = self.clerk.as_ref().is_some_and(|clerk| clerk.appeal().is_some());
        if appealed || self.asked.len() >= MOST_ANSWERS || self.stop.is_raised() {
            return None;
        }
        let answer = self.request.aide.as_ref()?.answer(question, &self.asked)?;
        self.asked.push(question.to_owned());
        if !self.heard.has_asked(question) {
            self.note([AgentEvent::Question { text: question.to_owned(), options: Vec::new() }]);
        }
        self.note([AgentEvent::Answer { text: answer.clone() }]);
        // What it asked stands in its file until it writes another.
        let _not_there = dir_file::clear(&self.files.result);
        let prompt = self.request.prompt.clone();
        self.say(&answer, || format!("{}\n## An answer to what you asked\n{answer}\n", prompt.trim_end()))
    }

    fn last_words(&self) -> String {
        let running = self.process.as_ref().and_then(|process| process.speaker.last_words());
        let own = running.or(self.own_words.as_deref());
        own.unwrap_or_else(|| self.heard.last_words()).trim().to_owned()
    }

    /// One turn.
    fn turn(&mut self) -> Turned {
        let mut watch = Watch::begin(self.program.silence);
        self.quiet = Quiet::default();
        self.found = None;
        let mut cut: Option<(Cut, Stopwatch)> = None;
        let mut signalled = false;
        loop {
            let over = self.step(&mut watch);
            if cut.is_none()
                && let Some(why) = self.cut(&watch)
            {
                self.cancel(&why);
                cut = Some((why, Stopwatch::start()));
            }
            if let Some(over) = over {
                return self.over(over, cut.map(|(why, _)| why));
            }
            if let Some((why, since)) = &cut
                && !signalled
                && since.elapsed_ms() > why.patience_ms(self.stop.is_raised())
            {
                signalled = true;
                self.signal();
            }
        }
    }

    /// Whether the attempt must not go on.
    fn cut(&mut self, watch: &Watch) -> Option<Cut> {
        if self.stop.is_raised() {
            return Some(Cut::Stopped);
        }
        if let Some(appeal) = self.clerk.as_ref().and_then(Clerk::appeal) {
            return Some(Cut::Appealed(appeal.clone()));
        }
        if let Some(question) = self.process.as_mut().and_then(|process| process.speaker.asks()) {
            return Some(Cut::Asked(question));
        }
        if self.has_spent(false) {
            return Some(Cut::OverBudget);
        }
        if let Some(verdict) = self.found.take() {
            return Some(self.stuck(verdict));
        }
        let idle = self.is_idle(watch);
        watch.alarm(idle).map(|alarm| match alarm {
            Alarm::Silent => {
                let silent = watch.silence().map(|(silent, _)| silent).unwrap_or_default();
                self.stuck(quiet::verdict(silent, self.heard.is_in_tool()))
            }
            Alarm::Limited(_) | Alarm::Failing(_) | Alarm::SignedOut(_) => self.cut_by(alarm),
        })
    }

    fn cut_by(&self, alarm: Alarm) -> Cut {
        match alarm {
            Alarm::Silent => Cut::Stuck { verdict: quiet::verdict(Duration::ZERO, false), nudge: false },
            Alarm::Limited(until) => Cut::Limited(until),
            Alarm::Failing(why) => Cut::Failing(why),
            Alarm::SignedOut(why) => Cut::SignedOut(signed_out(&why, self.program.known)),
        }
    }

    fn cancel(&mut self, why: &Cut) {
        let Some(process) = &mut self.process else { return };
        // An agent that is told to end its turn by Conductor's own tool does so by itself, as a rule.
        let asked = matches!(why, Cut::Appealed(_)) || process.speaker.cancel();
        if !asked {
            process.child.stop();
        }
    }

    fn signal(&self) {
        if let Some(process) = &self.process {
            process.child.stop();
        }
    }

    fn over(&mut self, over: Over, cut: Option<Cut>) -> Turned {
        let (kept, end) = match over {
            Over::Turn(end) => (None, end),
            Over::Exit(kept, end) => (Some(kept), end),
        };
        if let Some(cut) = cut {
            if let Some(Err(error)) = &kept {
                self.contained &= error.is_contained();
            }
            return match (cut, kept) {
                // Its working time may have ended meanwhile, or somebody asked it to stop.
                (Cut::Stuck { verdict, nudge: true }, kept) if self.may_go_on(kept.as_ref()) => {
                    Turned::Nudged(verdict)
                }
                (cut, _) => Turned::Over(cut.into_end()),
            };
        }
        match kept {
            None => Turned::Ended(end),
            Some(Ok(kept)) => match kept.ended {
                Ended::ByItself => Turned::Ended(end),
                Ended::Stopped => Turned::Over(AttemptEnd::Cancelled),
                Ended::TimedOut => Turned::Over(AttemptEnd::TimedOut),
                Ended::DriverGone => Turned::Over(AttemptEnd::Interrupted),
            },
            Some(Err(error)) => {
                // The keeper died; only a namespace or a cgroup proves then that nothing is left of its family.
                self.contained &= error.is_contained();
                let message = error.to_string();
                Turned::Over(AttemptEnd::Failed { class: FailureClass::Transient, message })
            }
        }
    }

    /// Waits for the next thing and takes it in.
    fn step(&mut self, watch: &mut Watch) -> Option<Over> {
        let mut process = self.process.take()?;
        let mut events = Vec::new();
        let (kept, lines) = process.exchange(&mut self.wire, &mut events);
        let turn = process.speaker.turn_end(&mut events);
        let over = match (turn, kept) {
            (Some(end), None) => Some(Over::Turn(end)),
            (Some(end), Some(kept)) => Some(Over::Exit(kept, end)),
            (None, Some(kept)) => {
                let exit = kept.as_ref().map_or(Exit::Code(-1), |kept| kept.exit);
                let end = process.speaker.exited(exit, &mut events);
                Some(Over::Exit(kept, end))
            }
            (None, None) => None,
        };
        events.extend(self.calls());
        watch.saw(lines, &events);
        self.note(events);
        self.totals = process.speaker.totals().or(self.totals.take());
        if let Some(Over::Exit(kept, _)) = &over {
            self.wire.exit(kept.as_ref().map_or(Exit::Code(-1), |kept| kept.exit));
            self.own_words = process.speaker.last_words().map(str::to_owned);
            self.wire.flush();
        } else {
            self.process = Some(process);
        }
        over
    }

    /// What was called at the desk since the last time.
    fn calls(&mut self) -> Vec<AgentEvent> {
        let Some(clerk) = &mut self.clerk else { return Vec::new() };
        clerk.serve(now(), &mut self.asked)
    }

    /// Takes events in and writes them down.
    fn note(&mut self, events: impl IntoIterator<Item = AgentEvent>) {
        let events: Vec<AgentEvent> = events.into_iter().collect();
        if events.is_empty() {
            return;
        }
        for event in &events {
            self.heard.hear(event);
            self.found = self.found.take().or(self.watcher.hear(event));
        }
        // A full disk must not stop the agent.
        let _not_written = self.transcript.append(now(), events);
    }
}

fn prompted(turn: u32, prompt: &str) -> AgentEvent {
    let characters = u64::try_from(prompt.chars().count()).unwrap_or(u64::MAX);
    AgentEvent::Prompted { turn, characters }
}
