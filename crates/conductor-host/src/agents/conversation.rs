//! One attempt, from its first prompt to the proof that nothing of it is alive: has the agent
//! prompted, writes down what happens, and ends what must not go on.
//!
//! One thread, which waits for whatever comes next: output, the end of the program, a call at the desk, the clock.

use std::fs;
use std::time::Duration;

use conductor_engine::agent_event::{AgentEvent, Heard};
use conductor_engine::attempt::{AttemptEnd, AttemptReport, FailureClass, Usage};

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
use super::replay::Began;
use super::result_file::{self, AgentResult};
use super::session_file::{KEPT_SESSION, KeptSession, can_resume, session_name};
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

/// How long a program may take to end after its input was closed. Some never do.
const CLOSE_PATIENCE_MS: u64 = 3_000;

/// How one turn, or its process, ended.
enum Over {
    /// The agent ended its turn; its process goes on.
    Turn(TurnEnd),
    /// The process ended.
    Exit(Result<KeptExit, KeepError>, TurnEnd),
}

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

    fn report(mut self, mut end: AttemptEnd, file: &AgentResult) -> AttemptReport {
        hide(&mut end, &self.masker);
        // The agent's own file stays with the records.
        self.masker.mask_file(&self.files.result);
        let report = AttemptReport {
            end,
            usage: merged(&file.usage, &self.heard.usage),
            agent_session: self.heard.session.clone().map(|id| session_name(&self.program, &id)),
            working_ms: self.stopwatch.elapsed_ms(),
            contained: self.contained,
        };
        // What an agent made undeletable on purpose is only litter in the attempt's own directory.
        let _litter = fs::remove_dir_all(&self.files.tmp);
        self.keep_session(&report);
        let heard = &self.heard;
        let told = |event: &AgentEvent| {
            matches!(event, AgentEvent::Usage { usage } if *usage == heard.usage)
                || matches!(event, AgentEvent::Question { text, .. } if heard.has_asked(text))
        };
        let closing = super::attempt::closing_events(&report);
        let closing: Vec<AgentEvent> = closing.into_iter().filter(|event| !told(event)).collect();
        // A transcript is for people to read: its loss must not change how the attempt ended.
        let _not_written = self.transcript.append_always(now(), closing);
        report
    }

    /// Keeps what the next attempt needs to go on with the agent's session.
    fn keep_session(&self, report: &AttemptReport) {
        let Some(session) = &report.agent_session else { return };
        let kept = KeptSession { session: session.clone(), totals: self.totals.clone().unwrap_or_default() };
        // Without it the next attempt counts a little too much.
        let _not_kept = serde_json::to_vec(&kept)
            .map_err(std::io::Error::from)
            .and_then(|bytes| dir_file::write(&self.files.dir.join(KEPT_SESSION), &bytes));
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
            let end = match self.turn() {
                Ok(TurnEnd::NoSession { .. }) if self.resuming => None,
                Ok(end) => Some(self.judged(end)),
                Err(known) => Some(known),
            };
            let (next, end) = match end {
                None => (self.anew(), AttemptEnd::Interrupted),
                Some(AttemptEnd::Asked { question }) => {
                    (self.answered(&question), AttemptEnd::Asked { question })
                }
                Some(end) => (None, end),
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
        let session = self.heard.session.clone();
        if self.process.as_mut().is_some_and(|process| process.speaker.prompt(&answer)) {
            self.turns += 1;
            let _only_for_people = self.files.prompt(self.turns, &answer);
            self.note([prompted(self.turns, &answer)]);
            return Some(Ok(()));
        }
        self.close();
        if session.is_some() && can_resume(&self.program) {
            return Some(self.begin(session.as_deref(), &answer));
        }
        let whole = format!("{}\n## An answer to what you asked\n{answer}\n", self.request.prompt.trim_end());
        Some(self.begin(None, &whole))
    }

    fn last_words(&self) -> String {
        let running = self.process.as_ref().and_then(|process| process.speaker.last_words());
        let own = running.or(self.own_words.as_deref());
        own.unwrap_or_else(|| self.heard.last_words()).trim().to_owned()
    }

    /// One turn. `Err` where the attempt is over whatever the agent says.
    fn turn(&mut self) -> Result<TurnEnd, AttemptEnd> {
        let mut watch = Watch::begin(self.program.silence);
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
        watch.alarm(self.heard.is_in_tool()).map(|alarm| self.cut_by(alarm))
    }

    fn cut_by(&self, alarm: Alarm) -> Cut {
        match alarm {
            Alarm::Silent => Cut::Stalled,
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

    fn over(&mut self, over: Over, cut: Option<Cut>) -> Result<TurnEnd, AttemptEnd> {
        let (kept, end) = match over {
            Over::Turn(end) => (None, end),
            Over::Exit(kept, end) => (Some(kept), end),
        };
        if let Some(cut) = cut {
            if let Some(Err(error)) = &kept {
                self.contained &= error.is_contained();
            }
            return Err(cut.into_end());
        }
        match kept {
            None => Ok(end),
            Some(Ok(kept)) => match kept.ended {
                Ended::ByItself => Ok(end),
                Ended::Stopped => Err(AttemptEnd::Cancelled),
                Ended::TimedOut => Err(AttemptEnd::TimedOut),
                Ended::DriverGone => Err(AttemptEnd::Interrupted),
            },
            Some(Err(error)) => {
                // The keeper died; only a namespace or a cgroup proves then that nothing is left of its family.
                self.contained &= error.is_contained();
                let message = error.to_string();
                Err(AttemptEnd::Failed { class: FailureClass::Transient, message })
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
        events.iter().for_each(|event| self.heard.hear(event));
        // A full disk must not stop the agent.
        let _not_written = self.transcript.append(now(), events);
    }

    /// Ends the process, if one goes on: closes its input, waits a little while it says its last, and has it ended
    /// by signals when it does not go. Returns what its last words were about.
    fn close(&mut self) -> Option<Alarm> {
        let process = self.process.as_mut()?;
        process.pipes.close_input();
        let since = Stopwatch::start();
        let mut watch = Watch::begin(None);
        let mut signalled = false;
        loop {
            match self.step(&mut watch) {
                Some(Over::Exit(kept, _)) => {
                    if let Err(error) = kept {
                        self.contained &= error.is_contained();
                    }
                    return watch.blames();
                }
                Some(Over::Turn(_)) | None => {}
            }
            self.process.as_ref()?;
            let hurry = self.stop.is_raised() && since.elapsed_ms() > CLOSE_PATIENCE_MS / 6;
            if !signalled && (hurry || since.elapsed_ms() > CLOSE_PATIENCE_MS) {
                signalled = true;
                self.signal();
            }
        }
    }
}

/// Masks the agent's own words: they go to the journal, to tasks, to people and into commits.
fn hide(end: &mut AttemptEnd, masker: &Masker) {
    match end {
        AttemptEnd::Finished { summary: text }
        | AttemptEnd::Failed { message: text, .. }
        | AttemptEnd::Asked { question: text }
        | AttemptEnd::Blocked { reason: text }
        | AttemptEnd::Refused { reason: text } => masker.mask_in(text),
        AttemptEnd::TimedOut
        | AttemptEnd::Stalled
        | AttemptEnd::Looped
        | AttemptEnd::OverBudget
        | AttemptEnd::RateLimited { .. }
        | AttemptEnd::Cancelled
        | AttemptEnd::Interrupted => {}
    }
}

fn prompted(turn: u32, prompt: &str) -> AgentEvent {
    let characters = u64::try_from(prompt.chars().count()).unwrap_or(u64::MAX);
    AgentEvent::Prompted { turn, characters }
}

/// The agent's own file wins over what its stream says, number by number.
fn merged(file: &Usage, stream: &Usage) -> Usage {
    Usage {
        input_tokens: file.input_tokens.or(stream.input_tokens),
        output_tokens: file.output_tokens.or(stream.output_tokens),
        cost_micros: file.cost_micros.or(stream.cost_micros),
    }
}
