//! What agents used, for people: tokens, money, and each attempt of a run.

use conductor_host::journal::AttemptRow;

use super::story::{dollars, working_time};

/// Tokens and money; what no agent told is `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Used {
    pub(super) input_tokens: Option<u64>,
    pub(super) output_tokens: Option<u64>,
    pub(super) cost_micros: Option<u64>,
}

impl Used {
    /// What these attempts used together.
    pub(super) fn by<'a>(attempts: impl IntoIterator<Item = &'a AttemptRow>) -> Self {
        attempts.into_iter().fold(Self::default(), |sum, attempt| Self {
            input_tokens: plus(sum.input_tokens, attempt.input_tokens),
            output_tokens: plus(sum.output_tokens, attempt.output_tokens),
            cost_micros: plus(sum.cost_micros, attempt.cost_micros),
        })
    }

    /// Tokens in and out together.
    pub(super) fn tokens(&self) -> Option<u64> {
        plus(self.input_tokens, self.output_tokens)
    }
}

fn plus(a: Option<u64>, b: Option<u64>) -> Option<u64> {
    match (a, b) {
        (None, None) => None,
        (a, b) => Some(a.unwrap_or(0).saturating_add(b.unwrap_or(0))),
    }
}

/// `950`, `12.3k` or `4.1M`.
pub(super) fn short(tokens: u64) -> String {
    match tokens {
        0..1_000 => tokens.to_string(),
        1_000..1_000_000 => format!("{}.{}k", tokens / 1_000, tokens % 1_000 / 100),
        _ => format!("{}.{}M", tokens / 1_000_000, tokens % 1_000_000 / 100_000),
    }
}

/// `, 12.3k tokens, $0.31`: as far as it is known.
pub(super) fn suffix(tokens: Option<u64>, cost_micros: Option<u64>) -> String {
    let tokens = tokens.map(|n| format!(", {} tokens", short(n)));
    let cost = cost_micros.map(|n| format!(", {}", dollars(n)));
    [tokens, cost].into_iter().flatten().collect()
}

/// An attempt that is over, in a line: `1  finished after 2m, 12.3k tokens, $0.31`.
pub(super) fn attempt_line(attempt: &AttemptRow) -> String {
    let used = Used::by([attempt]);
    format!(
        "{}  {} after {}{}",
        attempt.number,
        attempt.end,
        working_time(attempt.working_ms),
        suffix(used.tokens(), used.cost_micros)
    )
}

#[cfg(test)]
mod tests {
    use conductor_engine::ids::{RunId, SessionId};
    use jiff::Timestamp;

    use super::*;

    fn attempt(number: u32, used: [Option<u64>; 3]) -> AttemptRow {
        let [input_tokens, output_tokens, cost_micros] = used;
        AttemptRow {
            run: RunId { session: SessionId(1), number: 1 },
            number,
            ended_at: Timestamp::UNIX_EPOCH,
            end: "timed-out".to_owned(),
            input_tokens,
            output_tokens,
            cost_micros,
            working_ms: 120_000,
            agent_session: None,
        }
    }

    #[test]
    fn what_was_not_told_is_not_shown_as_nothing() {
        let cases = [
            ([None, None, None], "1  timed-out after 2m"),
            ([Some(12_000), Some(345), None], "1  timed-out after 2m, 12.3k tokens"),
            ([None, Some(7), Some(310_000)], "1  timed-out after 2m, 7 tokens, $0.31"),
            ([Some(4_100_000), None, Some(0)], "1  timed-out after 2m, 4.1M tokens, $0.00"),
        ];
        for (used, expected) in cases {
            assert_eq!(attempt_line(&attempt(1, used)), expected);
        }
    }

    #[test]
    fn attempts_add_up_as_far_as_they_told() {
        let all = [attempt(1, [Some(10), None, None]), attempt(2, [Some(5), Some(1), Some(9)])];
        let used = Used::by(&all);
        assert_eq!((used.input_tokens, used.tokens(), used.cost_micros), (Some(15), Some(16), Some(9)));
        assert_eq!(Used::by(&[]), Used::default());
    }
}
