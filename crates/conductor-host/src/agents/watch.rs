//! Whether an attempt that goes on is going anywhere, as far as the clock tells: since when nothing was heard, and an
//! agent that tries its provider again and again. Pure but for its stopwatches; what is read into them is in `alarm`.

use std::time::Duration;

use conductor_engine::agent_event::{AgentEvent, Stream};
use jiff::{SignedDuration, Timestamp};

use crate::clock::{Stopwatch, now};

/// For how long an agent may try by itself against a provider's limit: a slot is worth more than that.
const LIMIT_PATIENCE: Duration = Duration::from_secs(20);

/// For how long it may try by itself against a provider that fails. What takes longer is waited for without a slot,
/// and its session goes on afterwards.
const FAILURE_PATIENCE: Duration = Duration::from_secs(40);

/// For how long it may try by itself against a provider that does not know it: one refusal may be that of a token
/// which is renewed at once, more will not end.
const SIGN_IN_PATIENCE: Duration = Duration::from_secs(5);

/// Why an attempt should not go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Alarm {
    /// It has said nothing for too long, and does nothing.
    Silent,
    /// Its provider lets nothing through.
    Limited(Option<Timestamp>),
    /// Its provider fails and fails, with its words.
    Failing(String),
    /// Its provider does not know it, with its words.
    SignedOut(String),
}

/// What was seen of one turn.
#[derive(Debug)]
pub(super) struct Watch {
    silence: Option<Duration>,
    last: Stopwatch,
    trying: Option<Trying>,
}

/// It tries again by itself.
#[derive(Debug)]
struct Trying {
    since: Stopwatch,
    limited: bool,
    /// Since when it is refused as unknown.
    unknown: Option<Stopwatch>,
    /// An answer has begun since.
    answers: bool,
    until: Option<Timestamp>,
    text: String,
}

impl Watch {
    /// A turn begins. It may be silent for so long; `None` for ever.
    pub(super) fn begin(silence: Option<Duration>) -> Self {
        Self { silence, last: Stopwatch::start(), trying: None }
    }

    /// So many lines came, and this is what they say.
    pub(super) fn saw(&mut self, lines: u64, events: &[AgentEvent]) {
        let mut moved = lines > 0;
        for event in events {
            if let AgentEvent::Retry { status, delay_ms, text } = event {
                self.tries(*status, *delay_ms, text);
                moved = false;
            } else if let AgentEvent::Limit { until, text } = event {
                self.tries(Some(429), None, text);
                if let Some(trying) = &mut self.trying {
                    trying.until = *until;
                }
                moved = false;
            } else if matches!(event, AgentEvent::Output { stream: Stream::Stderr, .. }) {
                // What follows a try that failed tells more of it, a trace for example.
                moved &= self.trying.is_none();
            } else {
                // Words may be those of an answer that breaks off again; what else it does is progress.
                let words = matches!(event, AgentEvent::Message { .. } | AgentEvent::Thought { .. });
                match &mut self.trying {
                    Some(trying) if words => trying.answers = true,
                    Some(_) | None => self.trying = None,
                }
                moved = true;
            }
        }
        if moved {
            self.last = Stopwatch::start();
            self.trying.take_if(|trying| !trying.answers);
        }
    }

    fn tries(&mut self, status: Option<u16>, delay_ms: Option<u64>, text: &str) {
        let limited = status == Some(429);
        let delay = delay_ms.and_then(|ms| i64::try_from(ms).ok()).map(SignedDuration::from_millis);
        let until = delay.and_then(|delay| now().checked_add(delay).ok());
        let trying = self.trying.get_or_insert_with(|| Trying {
            since: Stopwatch::start(),
            limited,
            unknown: None,
            answers: false,
            until: None,
            text: String::new(),
        });
        trying.answers = false;
        match status {
            Some(401 | 403) => drop(trying.unknown.get_or_insert_with(Stopwatch::start)),
            Some(_) | None => trying.unknown = None,
        }
        trying.limited |= limited;
        trying.until = until;
        text.clone_into(&mut trying.text);
    }

    /// For how long nothing was heard, and after how long that is looked at; `None` where it may be silent for ever.
    pub(super) fn silence(&self) -> Option<(Duration, Duration)> {
        Some((Duration::from_millis(self.last.elapsed_ms()), self.silence?))
    }

    /// Why the attempt should not go on, if so. `idle` when it is silent and does nothing.
    pub(super) fn alarm(&self, idle: bool) -> Option<Alarm> {
        let passed = |since: &Stopwatch| Duration::from_millis(since.elapsed_ms());
        if let Some(trying) = self.trying.as_ref().filter(|trying| !trying.answers) {
            if trying.unknown.as_ref().is_some_and(|since| passed(since) >= SIGN_IN_PATIENCE) {
                return Some(Alarm::SignedOut(trying.text.clone()));
            }
            let waits = trying.until.is_some_and(|until| longer(until, LIMIT_PATIENCE));
            // One that says nothing more after a try that failed still waits for its provider.
            let given_up = |patience| passed(&trying.since) >= patience || idle;
            return match trying.limited {
                true if waits => Some(Alarm::Limited(trying.until)),
                true if given_up(LIMIT_PATIENCE) => Some(Alarm::Limited(None)),
                false if given_up(FAILURE_PATIENCE) => Some(Alarm::Failing(trying.text.clone())),
                true | false => None,
            };
        }
        idle.then_some(Alarm::Silent)
    }

    /// What its last words were about, if it tried again and did nothing else since.
    pub(super) fn blames(&self) -> Option<Alarm> {
        let trying = self.trying.as_ref().filter(|trying| !trying.answers)?;
        Some(match trying.limited {
            true => Alarm::Limited(None),
            false if trying.unknown.is_some() => Alarm::SignedOut(trying.text.clone()),
            false => Alarm::Failing(trying.text.clone()),
        })
    }
}

/// Whether it is longer than `time` to a moment.
fn longer(until: Timestamp, time: Duration) -> bool {
    SignedDuration::try_from(time).is_ok_and(|time| now().duration_until(until) > time)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn retry(status: u16, delay_ms: Option<u64>) -> AgentEvent {
        AgentEvent::Retry { status: Some(status), delay_ms, text: "again".into() }
    }

    #[test]
    fn who_does_nothing_is_silent() {
        let watch = Watch::begin(Some(Duration::ZERO));
        assert_eq!(watch.alarm(true), Some(Alarm::Silent));
        assert_eq!(watch.alarm(false), None);
        assert_eq!(Watch::begin(None).silence(), None);
        assert_eq!(watch.silence().map(|(_, limit)| limit), Some(Duration::ZERO));
    }

    #[test]
    fn a_limit_is_not_waited_out_by_the_agent_but_a_short_pause_is() {
        let mut watch = Watch::begin(None);
        watch.saw(1, &[retry(429, Some(500))]);
        assert_eq!(watch.alarm(false), None);
        watch.saw(1, &[retry(429, Some(3_600_000))]);
        assert!(matches!(watch.alarm(false), Some(Alarm::Limited(Some(_)))));
        let mut failing = Watch::begin(None);
        failing.saw(1, &[retry(500, Some(3_600_000))]);
        assert_eq!(failing.alarm(false), None, "a server that fails may come back sooner");
        let until = now().checked_add(SignedDuration::from_hours(5)).unwrap();
        let mut limit = Watch::begin(None);
        limit.saw(1, &[AgentEvent::Limit { until: Some(until), text: "five hours".into() }]);
        assert_eq!(limit.alarm(false), Some(Alarm::Limited(Some(until))));
    }

    #[test]
    fn silence_after_a_try_that_failed_is_the_providers() {
        for (status, expected) in [(500, Alarm::Failing("again".into())), (429, Alarm::Limited(None))] {
            let mut watch = Watch::begin(Some(Duration::ZERO));
            watch.saw(1, &[retry(status, Some(500))]);
            assert_eq!(watch.alarm(true).as_ref(), Some(&expected));
            assert_eq!(watch.blames(), Some(expected));
        }
    }

    #[test]
    fn a_provider_that_does_not_know_it_is_asked_a_few_times_only() {
        let mut watch = Watch::begin(None);
        watch.saw(1, &[retry(401, Some(500))]);
        assert_eq!(watch.alarm(false), None, "a token may be renewed");
        let long_ago = watch.trying.as_mut().unwrap();
        long_ago.unknown = Some(Stopwatch::began_before(SIGN_IN_PATIENCE));
        assert_eq!(watch.alarm(false), Some(Alarm::SignedOut("again".into())));
        watch.saw(1, &[retry(500, Some(500))]);
        assert_eq!(watch.alarm(false), None);
    }

    #[test]
    fn whatever_else_it_does_ends_its_trying() {
        let mut watch = Watch::begin(None);
        watch.saw(1, &[retry(429, Some(3_600_000))]);
        let said = |stream| AgentEvent::Output { stream, line: "    at x.js:1".into() };
        watch.saw(1, &[said(Stream::Stderr)]);
        assert!(watch.alarm(false).is_some(), "that is of the try");
        watch.saw(1, &[]);
        assert_eq!(watch.alarm(false), None);
        watch.saw(2, &[retry(500, None), said(Stream::Stdout)]);
        assert_eq!(watch.blames(), None);
        let words = [AgentEvent::Message { text: "one ".into(), part: true }];
        watch.saw(1, &[retry(500, None)]);
        watch.trying.as_mut().unwrap().since = Stopwatch::began_before(FAILURE_PATIENCE);
        watch.saw(1, &words);
        assert_eq!(watch.alarm(false), None, "it may answer now");
        watch.saw(1, &[retry(500, None)]);
        assert!(watch.alarm(false).is_some(), "that broke off again");
    }
}
