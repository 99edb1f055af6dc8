//! Which animals there are, and how an attempt with each of them has to end.

use std::process::ExitCode;
use std::time::Duration;

use conductor_engine::attempt::{AttemptEnd, FailureClass};

use crate::acts::Stage;
use crate::{acp, acts};

/// How an animal talks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Talk {
    Plain,
    Acp,
    Claude,
    Codex,
    Gemini,
    Opencode,
}

impl Talk {
    pub(crate) fn adapter(self) -> &'static str {
        match self {
            Self::Plain => "command",
            Self::Acp => "acp",
            Self::Claude | Self::Codex | Self::Gemini | Self::Opencode => "headless",
        }
    }

    pub(crate) fn preset(self) -> Option<&'static str> {
        match self {
            Self::Plain | Self::Acp => None,
            Self::Claude => Some("claude"),
            Self::Codex => Some("codex"),
            Self::Gemini => Some("gemini"),
            Self::Opencode => Some("opencode"),
        }
    }
}

/// What an animal is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Body {
    /// A script of the shell.
    Shell(&'static str),
    /// This program once more.
    Own(fn(&mut Stage) -> u8),
}

/// The right verdict; a text is a part of what is said with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Right {
    Finished(&'static str),
    Failed(FailureClass, &'static str),
    TimedOut,
    Stalled,
    /// With a moment until which, or without.
    Limited(bool),
    Cancelled,
    Asked(&'static str),
}

impl Right {
    pub(crate) fn is(self, end: &AttemptEnd) -> bool {
        match (self, end) {
            (Self::Finished(part), AttemptEnd::Finished { summary }) => summary.contains(part),
            (Self::Failed(right, part), AttemptEnd::Failed { class, message }) => {
                right == *class && message.contains(part)
            }
            (Self::Limited(known), AttemptEnd::RateLimited { until }) => known == until.is_some(),
            (Self::Asked(part), AttemptEnd::Asked { question }) => question.contains(part),
            (Self::TimedOut, AttemptEnd::TimedOut)
            | (Self::Stalled, AttemptEnd::Stalled)
            | (Self::Cancelled, AttemptEnd::Cancelled) => true,
            _ => false,
        }
    }
}

/// One kind.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Animal {
    pub(crate) name: &'static str,
    pub(crate) talk: Talk,
    pub(crate) body: Body,
    pub(crate) right: Right,
    /// For how long it may be silent.
    pub(crate) silence: Option<&'static str>,
    pub(crate) timeout: Duration,
    /// It is stopped when it says that it is up.
    pub(crate) stopped: bool,
    /// It has the tools of Conductor's, and somebody who answers.
    pub(crate) helped: bool,
    /// It prints as much as it is told to.
    pub(crate) floods: bool,
    /// It writes over what is kept of the attempt.
    pub(crate) spoils: bool,
    /// It takes seconds of waiting.
    pub(crate) slow: bool,
}

const fn animal(name: &'static str, talk: Talk, body: Body, right: Right) -> Animal {
    Animal {
        name,
        talk,
        body,
        right,
        silence: None,
        timeout: Duration::from_secs(600),
        stopped: false,
        helped: false,
        floods: false,
        spoils: false,
        slow: false,
    }
}

impl Animal {
    const fn silence(self, silence: &'static str) -> Self {
        Self { silence: Some(silence), ..self }
    }

    const fn timeout_ms(self, ms: u64) -> Self {
        Self { timeout: Duration::from_millis(ms), ..self }
    }

    const fn stopped(self) -> Self {
        Self { stopped: true, ..self }
    }

    const fn helped(self) -> Self {
        Self { helped: true, ..self }
    }

    const fn floods(self) -> Self {
        Self { floods: true, ..self }
    }

    const fn spoils(self) -> Self {
        Self { spoils: true, ..self }
    }

    const fn slow(self) -> Self {
        Self { slow: true, ..self }
    }
}

use Body::{Own, Shell};
use FailureClass::{Agent, Setup};
use Right::{Asked, Cancelled, Failed, Finished, Limited, Stalled, TimedOut};
use Talk::{Acp, Claude, Codex, Gemini, Opencode, Plain};

/// All of them.
pub(crate) const ANIMALS: &[Animal] = &[
    // What they leave behind.
    animal("leaves-its-session", Plain, Shell("setsid sleep 1000 & echo done"), Finished("done")),
    animal(
        "forks-twice",
        Plain,
        Shell("(setsid sh -c '(env -i /bin/sh -c \"trap \\\"\\\" TERM; while :; do /bin/sleep 1000; done\" &)' &); echo done"),
        Finished("done"),
    ),
    animal("has-many-children", Plain, Shell("for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do sleep 1000 & done; exit 3"), Failed(Agent, "exit 3")),
    animal(
        "is-deaf-and-stopped",
        Plain,
        Shell("trap '' TERM HUP INT; setsid sh -c 'trap \"\" TERM; while :; do sleep 1000; done' & echo up > ../up; while :; do sleep 1000; done"),
        Cancelled,
    )
    .stopped()
    .slow(),
    animal("is-killed", Plain, Shell("setsid sleep 1000 & kill -KILL $$"), Failed(Agent, "signal 9")),
    // What they print.
    animal("prints-without-end", Plain, Own(acts::many_lines), Finished("done")).floods(),
    animal("prints-one-endless-line", Plain, Own(acts::endless_line), Finished("")).floods(),
    animal("prints-many-errors", Plain, Own(acts::many_errors), Finished("done")).floods(),
    animal("streams-without-end", Claude, Own(acts::many_values), Finished("done")).floods(),
    animal("prints-only-line-ends", Plain, Own(acts::empty_lines), Finished("done")),
    animal("prints-broken-text", Plain, Own(acts::broken_text), Finished("done \u{fffd}")),
    animal("prints-half-a-line", Plain, Own(acts::half_line), Finished("half")),
    animal("nests-deeply", Plain, Own(acts::nested_contract), Finished("done")),
    animal("closes-its-output", Plain, Own(acts::closes_output), Finished("")),
    animal("does-nothing", Plain, Own(acts::does_nothing), Finished("everything is done")),
    animal("is-silent", Plain, Own(acts::hangs), Stalled).silence("1s"),
    animal("is-silent-for-its-time", Plain, Own(acts::hangs), TimedOut).timeout_ms(500),
    animal("prints-until-its-time-is-up", Plain, Own(acts::prints_for_ever), TimedOut).timeout_ms(700),
    // What they leave where Conductor looks.
    animal("writes-garbage-as-its-result", Plain, Own(acts::garbage_result), Finished("done")),
    animal("links-its-result", Plain, Shell("ln -s /dev/zero \"$CONDUCTOR_RESULT_FILE\"; echo done"), Finished("done")),
    animal("makes-its-result-a-pipe", Plain, Shell("mkfifo \"$CONDUCTOR_RESULT_FILE\"; echo done"), Finished("done")),
    animal("makes-its-result-a-folder", Plain, Shell("mkdir \"$CONDUCTOR_RESULT_FILE\"; echo done"), Finished("done")),
    animal("makes-all-files-pipes", Acp, Own(acp::pipes_for_files), Finished("done")).spoils(),
    animal("links-all-files", Acp, Own(acp::links_for_files), Finished("done")).spoils(),
    animal("spoils-the-next-prompt", Acp, Own(acp::spoils_prompt), Finished("done")).helped().spoils(),
    // What they say at the desk.
    animal("floods-the-desk-with-garbage", Plain, Own(acts::desk_garbage), Finished("done")).helped(),
    animal("floods-the-desk-with-calls", Plain, Own(acts::desk_calls), Finished("done")).helped(),
    animal("floods-the-desk-with-strangers", Plain, Own(acts::desk_strangers), Finished("done")).helped(),
    animal("asks-for-ever", Acp, Own(acp::asks_for_ever), Asked("again")).helped(),
    // Streams of known programs.
    animal("puts-a-value-into-another", Claude, Own(acts::value_inside), Finished("done")),
    animal("streams-broken-text", Claude, Own(acts::broken_values), Finished("done")),
    animal("streams-half-a-result", Claude, Own(acts::half_result), Failed(Agent, "without saying how")),
    animal("succeeds-and-fails", Claude, Own(acts::succeeds_and_fails), Failed(Agent, "exit 1")),
    animal("ends-without-a-result", Claude, Own(acts::no_result), Failed(Agent, "without saying how")),
    animal("is-limited-for-ever", Claude, Own(acts::limited), Limited(true)),
    animal("has-huge-numbers", Claude, Own(acts::huge_numbers), Finished("done")),
    animal("streams-deep-values", Claude, Own(acts::deep_values), Finished("done")),
    animal("never-ends-its-tools", Claude, Own(acts::many_tools), Finished("done")),
    animal("is-silent-in-a-tool", Claude, Own(acts::silent_in_tool), TimedOut).silence("1s").timeout_ms(1500),
    animal("is-silent-after-a-tool", Claude, Own(acts::silent_after_tool), Stalled).silence("1s"),
    animal("completes-and-fails", Codex, Own(acts::codex_fails), Failed(Agent, "exit 1")),
    animal("connects-for-ever", Codex, Own(acts::codex_limited), Limited(true)),
    animal("tries-for-ever", Gemini, Own(acts::gemini_limited), Limited(true)),
    animal("ends-by-a-status", Gemini, Own(acts::gemini_status), Failed(Agent, "HTTP 400")),
    animal("ends-in-the-middle", Opencode, Own(acts::opencode_middle), Failed(Agent, "exit 1")),
    // The protocol.
    animal("never-exits", Acp, Own(acp::never_exits), Finished("done")).slow(),
    animal("answers-after-its-cancel", Acp, Own(acp::answers_late), Cancelled).stopped(),
    animal("never-answers-its-cancel", Acp, Own(acp::never_answers), Cancelled).stopped().slow(),
    animal("asks-about-unknown-tools", Acp, Own(acp::asks_unknown), Failed(Agent, "not allowed")),
    animal("asks-and-does-not-listen", Acp, Own(acp::asks_deaf), Stalled).silence("1s").slow(),
    animal("opens-thousands-of-tools", Acp, Own(acp::many_tools), Finished("done")),
    animal("answers-what-nobody-asked", Acp, Own(acp::answers_unasked), Finished("done")),
    animal("answers-twice", Acp, Own(acp::answers_twice), Finished("done")),
    animal("sends-a-batch", Acp, Own(acp::batch), Finished("done")),
    animal("sends-deep-values", Acp, Own(acp::deep), Finished("done")),
    animal("sends-huge-numbers", Acp, Own(acp::huge_numbers), Finished("done")),
    animal("sends-a-heavy-line", Acp, Own(acp::heavy_line), Finished("done")),
    animal("has-long-paths", Acp, Own(acp::long_paths), Finished("done")),
    animal("exits-in-its-first-answer", Acp, Own(acp::exits_first), Failed(Setup, "")),
    animal("answers-half-and-exits", Acp, Own(acp::half_answer), Failed(Setup, "exit 4")),
    animal("speaks-another-version", Acp, Own(acp::wrong_version), Failed(Setup, "version 7")),
    animal("exits-in-its-turn", Acp, Own(acp::exits_in_turn), Failed(Agent, "in the middle of its turn")),
    animal("closes-its-output-in-its-turn", Acp, Own(acp::closes_output), Stalled).silence("1s"),
    animal("reads-nothing", Acp, Own(acts::hangs), Stalled).silence("1s"),
    animal("is-silent-in-a-turn", Acp, Own(acp::silent), Stalled).silence("1s"),
    animal("tries-its-provider-for-ever", Acp, Own(acp::limited), Limited(true)),
];

/// Is one of them: its name, how much it prints, its mark.
pub(crate) fn act(args: &[String]) -> ExitCode {
    let [name, bytes, _mark] = args else { return ExitCode::FAILURE };
    let (Some(animal), Ok(bytes)) = (ANIMALS.iter().find(|a| a.name == name), bytes.parse()) else {
        return ExitCode::FAILURE;
    };
    match animal.body {
        Shell(_) => ExitCode::FAILURE,
        Own(act) => ExitCode::from(act(&mut Stage::new(bytes))),
    }
}
