//! One line on the terminal that says how far a model or an agent is, and goes away when it is done.

use std::io::{IsTerminal as _, Write as _, stderr};

use cli_kit::text::escape;
use conductor_host::llm::Tally;
use conductor_host::planner::{Progress, Watch};
use conductor_host::process::Signals;

/// The longest part of a title that is shown.
const TITLE: usize = 40;

/// Tells a person how far it is, where there is one, and hears what the person wants.
pub(super) struct Line<'a> {
    signals: &'a Signals,
    shown: bool,
    /// Whether something stands on the line.
    drawn: bool,
}

impl<'a> Line<'a> {
    pub(super) fn new(signals: &'a Signals, quiet: bool) -> Self {
        Self { signals, shown: !quiet && stderr().is_terminal(), drawn: false }
    }

    /// Takes the line away.
    pub(super) fn clear(&mut self) {
        if self.drawn {
            self.write("\r\u{1b}[K");
            self.drawn = false;
        }
    }

    fn write(&self, text: &str) {
        let mut stream = stderr().lock();
        // A line that cannot be shown must not end the work.
        let _ = stream.write_all(text.as_bytes()).and_then(|()| stream.flush());
    }
}

impl Watch for Line<'_> {
    fn tell(&mut self, progress: &Progress) {
        if self.shown {
            self.write(&format!("\r\u{1b}[K{}", text(progress)));
            self.drawn = true;
        }
    }

    fn is_stopped(&mut self) -> bool {
        let stopped = self.signals.came();
        if stopped {
            self.signals.arm();
        }
        stopped
    }
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        self.clear();
    }
}

/// `3 of 9 answers, 4 under way, 41,000 tokens, $0.31  Search notes`.
pub(super) fn text(progress: &Progress) -> String {
    let Progress { done, known, under_way, used, about } = progress;
    let title: String = escape(about).chars().take(TITLE).collect();
    format!("{done} of {known} answers, {under_way} under way, {}  {title}", used_text(used))
}

/// `41,000 tokens, $0.31`.
pub(super) fn used_text(used: &Tally) -> String {
    let tokens = thousands(used.input_tokens.saturating_add(used.output_tokens));
    let about = if used.estimated { "about " } else { "" };
    match used.cost_micros {
        Some(cost) => format!("{about}{tokens} tokens, {}", money(cost)),
        None => format!("{about}{tokens} tokens"),
    }
}

/// Cents from ten cents on, and fractions of them below, where a cent would hide everything.
pub(super) fn money(micros: u64) -> String {
    let (dollars, rest) = (micros / 1_000_000, micros % 1_000_000);
    if micros == 0 || micros >= 100_000 {
        format!("${dollars}.{:02}", rest / 10_000)
    } else {
        format!("${dollars}.{:04}", rest.div_ceil(100))
    }
}

/// `41,000`.
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_short_and_hide_nothing() {
        let amounts = [0, 1, 4_230, 99_999, 310_000, 12_345_678];
        assert_eq!(amounts.map(money), ["$0.00", "$0.0001", "$0.0043", "$0.1000", "$0.31", "$12.34"]);
        assert_eq!([0, 999, 1_000, 1_234_567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn the_line_has_no_control_characters_of_others() {
        let used = Tally {
            input_tokens: 40_000,
            output_tokens: 1_000,
            cost_micros: Some(310_000),
            ..Tally::default()
        };
        let progress = Progress { done: 3, known: 9, under_way: 4, used, about: "a\u{1b}[2J".to_owned() };
        assert_eq!(text(&progress), "3 of 9 answers, 4 under way, 41,000 tokens, $0.31  a\\u{1b}[2J");
    }
}
