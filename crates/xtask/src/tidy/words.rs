//! Words that do not belong into a commit: unfinished code, switched-off tests and lints, one machine's paths.

use super::{Check, Finding};
use crate::workspace::TextFile;

/// What is looked for. The patterns are spelled in pieces so that this file does not contain them.
struct Pattern {
    text: &'static str,
    /// Only code is searched; a document may well speak of the macro.
    code_only: bool,
    instead: &'static str,
}

const PATTERNS: &[Pattern] = &[
    Pattern { text: concat!("todo", "!("), code_only: true, instead: "finish it or leave it out" },
    Pattern { text: concat!("unimplemented", "!("), code_only: true, instead: "finish it or leave it out" },
    Pattern { text: concat!("dbg", "!("), code_only: true, instead: "remove it" },
    Pattern { text: concat!("#[", "ignore"), code_only: true, instead: "mend the test or delete it" },
    Pattern {
        text: concat!("#[", "allow("),
        code_only: true,
        instead: "use `#[expect(lint, reason = \"…\")]`, which tells when it is no longer needed",
    },
    Pattern {
        text: concat!("#![", "allow("),
        code_only: true,
        instead: "use `#![expect(lint, reason = \"…\")]`, which tells when it is no longer needed",
    },
    Pattern {
        text: concat!("/wo", "rk/"),
        code_only: false,
        instead: "this path exists on one machine only",
    },
    Pattern {
        text: concat!("/ro", "ot/"),
        code_only: false,
        instead: "this path exists on one machine only",
    },
];

pub(super) fn check(file: &TextFile) -> Vec<Finding> {
    let is_code = file.path.ends_with(".rs");
    PATTERNS
        .iter()
        .filter(|pattern| is_code || !pattern.code_only)
        .filter_map(|pattern| {
            let line = file.text.lines().position(|line| stands_alone(line, pattern.text))? + 1;
            Some(Finding {
                check: Check::Word,
                place: format!("{} {}", file.path, pattern.text),
                problem: format!("line {line}: {}", pattern.instead),
            })
        })
        .collect()
}

/// Whether the pattern occurs other than as the tail of a longer word or path.
fn stands_alone(line: &str, pattern: &str) -> bool {
    line.match_indices(pattern).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '}'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> usize {
        check(&TextFile { path: path.to_owned(), text: text.to_owned() }).len()
    }

    #[test]
    fn each_pattern_is_found_in_code() {
        for pattern in PATTERNS {
            assert_eq!(found("a.rs", &format!("fn f() {{\n    {}\n", pattern.text)), 1, "{}", pattern.text);
        }
    }

    #[test]
    fn documents_may_speak_of_macros_but_not_of_machines() {
        assert_eq!(found("A.md", concat!("no `todo", "!()` here")), 0);
        assert_eq!(found("A.md", concat!("see `/wo", "rk/main`")), 1);
    }

    #[test]
    fn the_tail_of_a_longer_word_or_path_is_no_match() {
        for text in ["my_todo!(x)", "homework/root/x", "target/work/x", "{state}/work/x"] {
            assert_eq!(found("a.rs", text), 0, "{text}");
        }
    }
}
