//! What follows when agents go nowhere, money is spent and time runs out: the ladder, the shares, the session's time.

#![expect(clippy::unwrap_used, clippy::wildcard_enum_match_arm, reason = "tests")]

use conductor_engine::attempt::{AttemptEnd, AttemptReport, FailureClass, Usage};
use conductor_engine::control::{Actor, Control, Ruling};
use conductor_engine::detect::{Verdict, VerdictKind};
use conductor_engine::effect::{Effect, EffectKey, Outcome, Verb};
use conductor_engine::event::{Event, Recorded, TaskChange};
use conductor_engine::evidence::EvidenceSummary;
use conductor_engine::ids::{ControlId, EvidenceId, HoldId, Oid, SessionId, TaskRef, Token, TreeId};
use conductor_engine::judgement::{Judgement, Verdict as Ruled};
use conductor_engine::ledger::{Budget, Limits};
use conductor_engine::session::{
    Candidate, Ending, HoldKind, Phase, Rules, Session, SessionOutcome, Standing, Status, Step, TaskFacts,
};
use conductor_engine::{Input, apply, decide, next_deadline, wanted, why};
use jiff::{SignedDuration, Timestamp};

/// A session in which everything goes well but what a test says.
struct Play {
    s: Session,
    now: Timestamp,
    controls: u64,
    trees: u64,
    /// What happened, in short.
    told: Vec<String>,
    /// How the gates fail, by task, while they do.
    red: Vec<(&'static str, &'static str)>,
}

fn oid(n: u64) -> Oid {
    Oid::parse(&format!("{n:040x}")).unwrap()
}

fn tree(n: u64) -> TreeId {
    TreeId::parse(&format!("{n:040x}")).unwrap()
}

fn facts(n: u64, standing: Standing) -> TaskFacts {
    TaskFacts {
        task: TaskRef(format!("u{n}")),
        id: format!("TASK-{n:03}"),
        title: format!("Task {n}"),
        standing,
        urgency: 1,
        created_at: Timestamp::from_second(1).unwrap(),
        estimate_minutes: 10,
        depends_on: Vec::new(),
    }
}

fn summary(signature: Option<&str>) -> EvidenceSummary {
    EvidenceSummary {
        passed: signature.is_none(),
        gates: 1,
        tests_run: Some(3),
        tampered: false,
        failed: signature.map(|_| "test".to_owned()).into_iter().collect(),
        signature: signature.map(str::to_owned),
        feedback: "it broke".to_owned(),
        retried: false,
    }
}

impl Play {
    fn new(tasks: u64, rules: Rules) -> Self {
        let now = Timestamp::from_second(1_700_000_000).unwrap();
        let s = Session::new(SessionId(1), rules, oid(1));
        let mut play = Self { s, now, controls: 0, trees: 100, told: Vec::new(), red: Vec::new() };
        play.tell(Input::Tasks((1..=tasks).map(|n| TaskChange::Is(facts(n, Standing::Ready))).collect()));
        play.tick();
        play
    }

    fn tell(&mut self, input: Input) {
        for event in decide(&self.s, self.now, input) {
            self.told.extend(match &event {
                Event::AttemptBegun { number, .. } => Some(format!("attempt {number}")),
                Event::Stuck { step, agent, verdict, .. } => Some(match agent {
                    None => format!("{} for {}", step.name(), verdict.kind),
                    Some(agent) => format!("{} {agent} for {}", step.name(), verdict.kind),
                }),
                Event::HoldOpened { kind, question, .. } => Some(format!("{kind:?}: {question}")),
                Event::SessionPaused { why } => Some(format!("paused: {why}")),
                Event::SessionCompleted { outcome } => Some(format!("{outcome:?}")),
                Event::Ending { ending: Ending::Stopped { why }, .. } => Some(format!("stopped: {why}")),
                Event::Landed { .. } => Some("landed".to_owned()),
                _ => None,
            });
            let row = Recorded { seq: self.s.seq + 1, at: self.now, event };
            apply(&mut self.s, &row).unwrap();
        }
    }

    fn tick(&mut self) {
        loop {
            let before = self.s.seq;
            self.tell(Input::Tick);
            if self.s.seq == before {
                return;
            }
        }
    }

    fn control(&mut self, control: Control) {
        self.controls += 1;
        self.tell(Input::Control(ControlId(self.controls), Actor("ann".into()), control));
        self.tick();
    }

    /// Answers everything but attempts, until only those are left. Their effects, in order.
    fn until_attempts(&mut self) -> Vec<(EffectKey, Effect)> {
        loop {
            let all = wanted(&self.s);
            let cut = self.s.open_runs().find(|run| run.cut.is_some());
            if let Some(run) = cut {
                let key = EffectKey { run: Some(run.id), epoch: run.epoch, verb: Verb::Attempt };
                self.done(key, Outcome::Attempt(AttemptReport::nothing(AttemptEnd::Cancelled)));
                continue;
            }
            let Some((key, effect)) = all.iter().find(|(key, _)| key.verb != Verb::Attempt) else {
                return all.into_iter().collect();
            };
            let (key, effect) = (*key, effect.clone());
            let outcome = self.answer(key, effect);
            self.done(key, outcome);
        }
    }

    fn answer(&mut self, key: EffectKey, effect: Effect) -> Outcome {
        let task = self.s.runs[&key.run.unwrap()].task.clone();
        match effect {
            Effect::Claim { .. } => {
                self.stand(&task, Standing::Ours);
                Outcome::Claimed { token: Token(1) }
            }
            Effect::Worktree { .. } => Outcome::Prepared { base: oid(1) },
            Effect::Snapshot { number, .. } => {
                Outcome::Snapshot { number, commit: oid(self.trees + 1_000), tree: tree(self.trees) }
            }
            Effect::Collect { .. } => Outcome::Collected { files: 1, unresolved: Vec::new() },
            Effect::Candidate { on, .. } => {
                let candidate = Candidate { base: oid(1), tip: self.s.tip.clone(), tree: tree(self.trees) };
                Outcome::Candidate { candidate, on }
            }
            Effect::Gates { .. } => {
                let id = &self.s.tasks[&task].id;
                let red = self.red.iter().find(|(name, _)| name == id).map(|(_, signature)| *signature);
                Outcome::Gated { evidence: EvidenceId("e".into()), summary: summary(red) }
            }
            Effect::Judge { .. } => Outcome::Judged(Box::new(Judgement::plain(Ruled::Accept))),
            Effect::Land { .. } => Outcome::Landed { commit: oid(7), tip: oid(7), with: Vec::new() },
            Effect::CloseTask { .. } => {
                self.stand(&task, Standing::Done);
                Outcome::Done
            }
            Effect::Report { as_status, .. } => {
                let todo = as_status == conductor_engine::effect::ReportAs::Todo;
                let standing =
                    if todo { Standing::Ready } else { Standing::Aside { status: "review".to_owned() } };
                self.stand(&task, standing);
                Outcome::Done
            }
            Effect::Tidy { .. } => Outcome::Tidied { kept: None },
            _ => Outcome::Done,
        }
    }

    fn stand(&mut self, task: &TaskRef, standing: Standing) {
        let facts = TaskFacts { standing, ..self.s.tasks[task].clone() };
        self.tell(Input::Tasks(vec![TaskChange::Is(facts)]));
    }

    fn done(&mut self, key: EffectKey, outcome: Outcome) {
        self.tell(Input::Done(key, outcome));
        self.tick();
    }

    /// Of the attempts that go on, one of the run with the fewest ends so, and leaves another tree.
    fn ends(&mut self, report: AttemptReport) {
        self.trees += 1;
        let all = self.until_attempts();
        let begun = |key: &EffectKey| self.s.runs[&key.run.unwrap()].counters.attempts;
        let (key, _) = all.into_iter().min_by_key(|(key, _)| begun(key)).unwrap();
        self.done(key, Outcome::Attempt(report));
    }

    fn loops(&mut self) {
        let why = "it did the same 4 times in a row, with the same result: Read a.rs".to_owned();
        let verdict = Verdict { kind: VerdictKind::SameResult, times: 4, why, seen: vec![3, 5, 7, 9] };
        self.ends(AttemptReport { verdicts: vec![verdict], ..AttemptReport::nothing(AttemptEnd::Looped) });
    }

    fn finishes(&mut self) {
        self.ends(AttemptReport::nothing(AttemptEnd::Finished { summary: "done".into() }));
    }

    fn story(&self) -> String {
        self.told.join("\n")
    }
}

fn rules() -> Rules {
    Rules { max_consecutive_failures: 10, ..Rules::new("one", 1) }
}

#[test]
fn the_ladder_is_climbed_step_by_step_and_a_person_is_at_its_end() {
    let mut play = Play::new(
        1,
        Rules { ladder: Step::ALL.to_vec(), other_agents: vec!["one".into(), "two".into()], ..rules() },
    );
    play.loops();
    let (_, effect) = play.until_attempts().remove(0);
    let Effect::Attempt { feedback, agent, .. } = effect else { panic!("{effect:?}") };
    let feedback = feedback.unwrap();
    assert!(feedback.contains("with the same result: Read a.rs"), "{feedback}");
    assert_eq!(agent, None);
    let told = why(&play.s, &TaskRef("u1".into())).to_string();
    assert!(told.contains("(interrupt), since the one before went nowhere"), "{told}");
    play.loops();
    play.loops();
    let (_, effect) = play.until_attempts().remove(0);
    assert!(matches!(effect, Effect::Attempt { agent: Some(agent), .. } if agent == "two"));
    play.loops();
    play.until_attempts();
    assert_eq!(
        play.story(),
        "attempt 1\ninterrupt for same-result\nattempt 2\nfresh for same-result\nattempt 3\n\
         other-agent two for same-result\nattempt 4\nsplit for same-result\nFailures: The agent went in circles: it did \
         the same 4 times in a row, with the same result: Read a.rs. Is the task too large? Split it (reject it, and \
         plan its parts)\nHoldsLeft"
    );
    // A person's word begins it anew.
    play.control(Control::Answer { hold: HoldId(1), ruling: Ruling::Retry { words: "look at b.rs".into() } });
    play.control(Control::Resume);
    play.told.clear();
    play.loops();
    play.until_attempts();
    assert!(play.story().starts_with("attempt 5\ninterrupt"), "{}", play.story());
}

#[test]
fn an_interrupted_agent_goes_on_with_its_session_and_a_fresh_one_does_not() {
    for (step, goes_on) in [(Step::Interrupt, true), (Step::Fresh, false)] {
        let mut play = Play::new(1, Rules { ladder: vec![step], ..rules() });
        play.ends(AttemptReport {
            agent_session: Some("acp:1".into()),
            ..AttemptReport::nothing(AttemptEnd::Stalled)
        });
        let (_, effect) = play.until_attempts().remove(0);
        assert!(
            matches!(effect, Effect::Attempt { agent_session, .. } if agent_session.is_some() == goes_on)
        );
    }
}

#[test]
fn attempts_that_come_to_the_same_thing_are_found_whatever_they_say() {
    let mut play = Play::new(1, Rules { ladder: vec![Step::Fresh, Step::Hold], ..rules() });
    play.red = vec![("TASK-001", "test|exit 1|a fails")];
    for _ in 0..6 {
        play.finishes();
    }
    play.until_attempts();
    let story = play.story();
    assert!(story.contains("attempt 3\nfresh for same-failure\nattempt 4"), "{story}");
    assert!(
        story.contains("attempt 6\nhold for same-failure\nFailures: Gate `test` fails: 3 attempts"),
        "{story}"
    );

    let mut play = Play::new(1, rules());
    for n in 0..4 {
        let message = format!("boom at 0x{n:08x} in {n} ms");
        play.ends(AttemptReport::nothing(AttemptEnd::Failed { class: FailureClass::Agent, message }));
    }
    assert!(play.story().contains("attempt 3\nfresh for same-failure"), "{}", play.story());
}

#[test]
fn work_that_is_taken_back_is_found_when_it_fails_again() {
    let mut play = Play::new(1, Rules { ladder: vec![Step::Hold], ..rules() });
    for n in 0..4 {
        play.until_attempts();
        play.red = vec![("TASK-001", ["test|exit 1|a fails", "test|exit 1|b fails"][n % 2])];
        // Every other attempt leaves what the one before the last had left.
        play.trees = 100 + u64::try_from(n % 2).unwrap();
        play.finishes();
    }
    play.until_attempts();
    assert!(play.story().contains("attempt 4\nhold for same-tree"), "{}", play.story());
}

#[test]
fn questions_and_limits_that_leave_the_same_tree_are_no_loop() {
    let mut play = Play::new(1, rules());
    for n in 1..6 {
        let (key, _) = play.until_attempts().remove(0);
        let end = AttemptEnd::Asked { question: "Which?".into() };
        play.done(key, Outcome::Attempt(AttemptReport::nothing(end)));
        play.until_attempts();
        play.control(Control::Answer { hold: HoldId(n), ruling: Ruling::Retry { words: "blue".into() } });
        play.control(Control::Resume);
    }
    for _ in 0..5 {
        let (key, _) = play.until_attempts().remove(0);
        let end = AttemptEnd::RateLimited { until: None };
        play.done(key, Outcome::Attempt(AttemptReport::nothing(end)));
        play.until_attempts();
        play.now = next_deadline(&play.s).unwrap();
        play.tick();
    }
    assert!(!play.story().contains(" for same"), "{}", play.story());
}

#[test]
fn without_a_ladder_it_counts_as_any_other_failure() {
    let mut play = Play::new(1, Rules { ladder: Vec::new(), max_consecutive_failures: 2, ..rules() });
    play.loops();
    play.loops();
    play.until_attempts();
    let expected = "attempt 1\nattempt 2\nFailures: The agent went in circles, 2 times in a row\nHoldsLeft";
    assert_eq!(play.story(), expected);
}

#[test]
fn when_the_time_is_up_agents_end_and_finished_work_still_lands() {
    let hour = SignedDuration::from_hours(1);
    let mut play = Play::new(3, Rules { jobs: 2, max_time: Some(hour), ..rules() });
    assert_eq!(play.until_attempts().len(), 2);
    assert_eq!(next_deadline(&play.s), Some(play.now + hour));
    // The first is past its agent when the time is up.
    let (key, _) = play.until_attempts().remove(0);
    play.tell(Input::Done(
        key,
        Outcome::Attempt(AttemptReport::nothing(AttemptEnd::Finished { summary: "x".into() })),
    ));
    play.now += hour;
    play.tick();
    assert!(play.until_attempts().is_empty());
    let mut told = play.told.clone();
    told.sort();
    assert_eq!(told, ["Limit", "attempt 1", "attempt 1", "landed", "stopped: the session's time is up: 1h"]);
    assert_eq!(play.s.status, Status::Completed { outcome: SessionOutcome::Limit });
    assert_eq!(play.s.tasks[&TaskRef("u2".into())].standing, Standing::Ready, "anybody may take it again");
    assert_eq!(next_deadline(&play.s), None);
    // Who resumes gives it the time once more.
    play.control(Control::Resume);
    assert!(!play.until_attempts().is_empty());
}

#[test]
fn work_that_failed_its_gates_after_the_time_is_kept_and_begins_no_attempt() {
    let mut play = Play::new(1, Rules { max_time: Some(SignedDuration::from_hours(1)), ..rules() });
    play.red = vec![("TASK-001", "test|exit 1|a fails")];
    let (key, _) = play.until_attempts().remove(0);
    play.tell(Input::Done(
        key,
        Outcome::Attempt(AttemptReport::nothing(AttemptEnd::Finished { summary: "x".into() })),
    ));
    play.now += SignedDuration::from_hours(2);
    play.tick();
    assert!(play.until_attempts().is_empty());
    assert_eq!(play.story(), "attempt 1\nstopped: the session's time is up: 1h\nLimit");
}

#[test]
fn a_person_is_asked_at_each_share_of_the_money_once() {
    let session = Budget { cost_micros: Some(1_000_000), ..Budget::default() };
    let limits = Limits { session, ..Limits::default() };
    let mut play = Play::new(4, Rules { limits, ask_at: vec![50, 80], ..rules() });
    let costs = |micros| AttemptReport {
        usage: Usage { cost_micros: Some(micros), ..Usage::default() },
        ..AttemptReport::nothing(AttemptEnd::Finished { summary: "x".into() })
    };
    play.ends(costs(550_000));
    assert!(play.until_attempts().is_empty(), "the next one waits for a person");
    let asked = "paused: 50 % of what it may use are used ($0.55 of $1.00); may it go on?";
    assert!(play.story().contains(asked), "{}", play.story());
    let spent = play.s.spent;
    play.control(Control::Resume);
    assert_eq!(play.s.spent, spent, "to wait costs nothing");
    play.ends(costs(300_000));
    assert!(play.until_attempts().is_empty());
    let again = "paused: 80 % of what it may use are used ($0.85 of $1.00); may it go on?";
    assert!(play.story().contains(again), "{}", play.story());
    play.control(Control::Resume);
    assert_eq!(play.story().matches("paused").count(), 2);
}

#[test]
fn a_branch_that_fails_its_own_gates_is_told_once() {
    let mut play = Play::new(3, Rules { jobs: 3, ..rules() });
    play.red = ["TASK-001", "TASK-002", "TASK-003"].map(|id| (id, "build|exit 1|broken")).to_vec();
    for _ in 0..3 {
        play.finishes();
        play.until_attempts();
    }
    let story = play.story();
    assert_eq!(story.matches("and nothing has landed yet; is the base broken?").count(), 2, "{story}");
    assert_eq!(story.matches("paused").count(), 1, "{story}");
    assert!(
        story.contains("paused: Gate `test` fails as for TASK-00")
            && play.s.open_holds().any(|hold| hold.kind == HoldKind::Failures)
    );
    assert!(matches!(play.s.status, Status::Paused { .. }));
}

#[test]
fn what_is_missing_is_asked_for() {
    let mut play = Play::new(1, rules());
    let reason = "sh: protoc: command not found".to_owned();
    play.ends(AttemptReport::nothing(AttemptEnd::Blocked { reason }));
    play.until_attempts();
    let asked = "Blocker: A program is missing: install it, then answer retry. sh: protoc: command not found";
    assert!(play.story().contains(asked), "{}", play.story());
    assert!(play.s.open_runs().all(|run| matches!(run.phase, Phase::Held(_))));
}
