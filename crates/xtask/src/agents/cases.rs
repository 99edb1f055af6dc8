//! What is tried with each agent, and what is expected of Conductor.

use super::real::{Agent, Real, Way};
use super::seen::Seen;

/// One thing that may happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    Edit,
    Tools,
    /// A command, where commands are allowed.
    Allowed,
    /// The same, where they are not.
    Refused,
    /// An edit, where nothing may be changed.
    Plan,
    /// A question in the last words.
    Question,
    /// A question by the tool.
    Ask,
    StopThinking,
    StopTool,
    E400,
    E401,
    E429,
    E500,
    Hang,
    /// A stream that stays open and says nothing more.
    Half,
    Crash,
    /// The model says that all is done, and did nothing.
    Nothing,
    /// The agent is asked for a plan of a document.
    Planning,
}

/// What a person does meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Person {
    /// Nothing, until something is settled.
    Waits,
    /// Answers the question.
    Answers,
    /// Stops the session when the model was asked.
    StopsThinking,
    /// Stops the session when the command runs.
    StopsTool,
    /// Has a plan made.
    Plans,
}

impl Case {
    pub(super) const ALL: [Self; 18] = [
        Self::Edit,
        Self::Tools,
        Self::Allowed,
        Self::Refused,
        Self::Plan,
        Self::Question,
        Self::Ask,
        Self::StopThinking,
        Self::StopTool,
        Self::E400,
        Self::E401,
        Self::E429,
        Self::E500,
        Self::Hang,
        Self::Half,
        Self::Crash,
        Self::Nothing,
        Self::Planning,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Edit => "edit",
            Self::Tools => "tools",
            Self::Allowed => "allowed",
            Self::Refused => "refused",
            Self::Plan => "plan",
            Self::Question => "question",
            Self::Ask => "ask",
            Self::StopThinking => "stop-thinking",
            Self::StopTool => "stop-tool",
            Self::E400 => "400",
            Self::E401 => "401",
            Self::E429 => "429",
            Self::E500 => "500",
            Self::Hang => "hang",
            Self::Half => "half",
            Self::Crash => "crash",
            Self::Nothing => "nothing",
            Self::Planning => "planning",
        }
    }

    /// The case of the model's script.
    pub(super) fn model(self) -> &'static str {
        match self {
            Self::Edit | Self::Plan => "edit",
            Self::Tools => "tools",
            Self::Allowed | Self::Refused => "shell",
            Self::Question => "question",
            Self::Ask => "ask",
            Self::StopThinking | Self::Hang => "hang",
            Self::StopTool => "sleep-tool",
            Self::E400 => "e400",
            Self::E401 => "e401",
            Self::E429 => "e429",
            Self::E500 => "e500",
            Self::Half => "half",
            Self::Crash => "crash",
            Self::Nothing => "nothing",
            Self::Planning => "plan",
        }
    }

    /// Lines of the agent's configuration.
    pub(super) fn settings(self) -> &'static [&'static str] {
        match self {
            Self::Allowed => &["allow: [execute]"],
            Self::Refused => &["allow: []"],
            Self::Plan => &["mode: plan"],
            // Silence counts from the start of the program, and some take more than ten seconds to ask their model.
            Self::Hang | Self::Half => &["silence: 20s"],
            // Some only try again and again, and say nothing of it.
            Self::E400 | Self::E401 | Self::E429 | Self::E500 => &["silence: 30s"],
            // The pauses between tries double, and one says nothing but the same words again.
            Self::Crash => &["silence: 20s"],
            Self::Edit
            | Self::Tools
            | Self::Question
            | Self::Ask
            | Self::StopThinking
            | Self::StopTool
            | Self::Nothing
            | Self::Planning => &[],
        }
    }

    pub(super) fn person(self) -> Person {
        match self {
            Self::Question | Self::Ask => Person::Answers,
            Self::StopThinking => Person::StopsThinking,
            Self::StopTool => Person::StopsTool,
            Self::Planning => Person::Plans,
            Self::Edit
            | Self::Tools
            | Self::Allowed
            | Self::Refused
            | Self::Plan
            | Self::E400
            | Self::E401
            | Self::E429
            | Self::E500
            | Self::Hang
            | Self::Half
            | Self::Crash
            | Self::Nothing => Person::Waits,
        }
    }

    /// What is not as expected, in words; nothing when all is.
    pub(super) fn judge(self, real: Real, seen: &Seen) -> Vec<String> {
        let mut wrong = Wrong(Vec::new());
        wrong.of_all(seen);
        match self {
            Self::Edit => wrong.of_landing(seen, "hello.txt"),
            Self::Tools => wrong.of_landing(seen, "made.txt"),
            Self::Allowed => wrong.of_landing(seen, "ran.txt"),
            // Its sandbox holds commands in, and there is no setting by which it runs none.
            Self::Refused if real.agent == Agent::Codex => {}
            Self::Refused | Self::Plan => {
                wrong.of_failing(seen);
                wrong.unless(!seen.first().end.is_empty(), "no attempt ended");
            }
            Self::Question => wrong.of_answer(real, seen),
            Self::Ask if real.way == Way::Headless && real.agent == Agent::Gemini => {
                // It cannot be told of Conductor's tools there.
                wrong.unless(!seen.unmet.is_empty(), "it was offered a tool that it cannot have");
            }
            Self::Ask => wrong.of_answer(real, seen),
            Self::StopThinking | Self::StopTool => wrong.of_stop(seen),
            Self::E400 => {
                wrong.of_failing(seen);
                wrong.end(seen, &["failed agent", "failed setup"]);
            }
            Self::E401 => wrong.of_sign_in(seen),
            Self::E429 => wrong.of_limit(seen),
            Self::E500 => {
                wrong.of_failing(seen);
                wrong.end(seen, &["failed transient"]);
            }
            Self::Hang | Self::Half => {
                wrong.of_failing(seen);
                wrong.end(seen, &["stalled"]);
            }
            Self::Crash => {
                wrong.of_failing(seen);
                wrong.end(seen, &["failed transient", "failed agent", "stalled"]);
            }
            Self::Nothing => wrong.of_failing(seen),
            Self::Planning => wrong.of_plan(seen),
        }
        wrong.0
    }
}

/// What is not as expected.
struct Wrong(Vec<String>);

impl Wrong {
    fn unless(&mut self, holds: bool, what: impl Into<String>) {
        if !holds {
            self.0.push(what.into());
        }
    }

    fn of_all(&mut self, seen: &Seen) {
        self.unless(!seen.too_long, "it was not over in time");
        // What ended before that shows nothing of the case.
        self.unless(seen.requests > 0, "the model was never asked");
        let left: Vec<&str> = seen.left.iter().map(|process| process.command.as_str()).collect();
        self.unless(left.is_empty(), format!("processes are left: {}", left.join("; ")));
        self.unless(
            seen.violations.is_empty(),
            format!("requests broke rules: {}", seen.violations.join("; ")),
        );
        self.unless(seen.attempts.iter().all(|attempt| attempt.contained), "an attempt was not contained");
    }

    fn of_landing(&mut self, seen: &Seen, file: &str) {
        self.unless(seen.task == "done", format!("the task is {}", seen.task));
        self.unless(seen.commit.is_some(), "nothing landed");
        self.unless(seen.files.iter().any(|name| name == file), format!("{file} did not land"));
        self.unless(seen.attempts.len() == 1, format!("{} attempts instead of one", seen.attempts.len()));
        self.unless(seen.last().end == "finished", format!("the attempt ended as {}", seen.last().short()));
    }

    fn of_failing(&mut self, seen: &Seen) {
        self.unless(seen.task != "done" && seen.commit.is_none(), "the task is done, though nothing was");
        self.unless(!seen.attempts.is_empty(), "no attempt ended");
    }

    fn end(&mut self, seen: &Seen, expected: &[&str]) {
        let end = seen.first().short();
        self.unless(expected.contains(&end.as_str()), format!("the attempt ended as {end}"));
    }

    fn of_answer(&mut self, real: Real, seen: &Seen) {
        self.unless(seen.holds.first().is_some_and(|kind| kind == "question"), "no question was held");
        self.end(seen, &["asked"]);
        self.unless(seen.answered, "the answer did not come to the model");
        // What cannot be gone on with is begun anew, with the answer.
        if real.agent != Agent::Gemini {
            self.unless(seen.resumed, "the agent's session was not gone on with");
        }
        self.unless(seen.task == "done", format!("the task is {} after the answer", seen.task));
    }

    fn of_plan(&mut self, seen: &Seen) {
        self.unless(seen.exit == Some(0), format!("planning ended with {:?}: {}", seen.exit, seen.blocked));
        self.unless(seen.planned == Some(2), format!("the plan has {:?} items instead of two", seen.planned));
        self.unless(seen.answered, "what the agent read of the project did not come to the model");
        self.unless(seen.task == "todo", format!("the task is {}", seen.task));
    }

    fn of_stop(&mut self, seen: &Seen) {
        self.unless(seen.was_under_way, "it was never under way");
        self.unless(seen.task == "todo", format!("the task is {} after the stop", seen.task));
        self.end(seen, &["cancelled"]);
        self.unless(seen.failures == 0, "a stop was charged");
        let quick = seen.stopped_in.is_some_and(|time| time.as_secs() < 20);
        self.unless(quick, "the stop took 20 s or more");
    }

    fn of_sign_in(&mut self, seen: &Seen) {
        self.of_failing(seen);
        self.end(seen, &["failed setup"]);
        self.unless(seen.holds.first().is_some_and(|kind| kind == "failures"), "it is not held");
        let words = seen.first().words;
        self.unless(words.contains("not signed in"), "nothing says how to sign in");
    }

    fn of_limit(&mut self, seen: &Seen) {
        self.of_failing(seen);
        self.end(seen, &["rate-limited"]);
        self.unless(seen.waits.iter().any(|why| why == "rate-limit"), "it does not wait for the limit");
        self.unless(seen.failures == 0, "a limit was charged");
    }
}
