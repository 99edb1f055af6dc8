//! What stands in the way, as far as words tell: so that a person is asked for what they can give.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Blocker {
    /// No room is left on a disk.
    DiskFull,
    /// A key, a password, a token.
    Secret,
    /// A program.
    Program,
    /// A library or a package.
    Dependency,
    /// A network, or somebody at its other end.
    Network,
    /// The branch's own checks fail without the work.
    FailingBase,
    /// What is asked for is not clear, or contradicts itself.
    Unclear,
    /// Something else.
    Other,
}

impl Blocker {
    /// What a person is asked, above the words of the agent; `None` where these have to do.
    pub fn question(self) -> Option<&'static str> {
        Some(match self {
            Self::DiskFull => "The disk is full: make room, then answer retry",
            Self::Secret => {
                "A secret is missing: give the agent access (its `env` in the configuration), then answer retry"
            }
            Self::Program => "A program is missing: install it, then answer retry",
            Self::Dependency => "A dependency is missing: install or allow it, then answer retry",
            Self::Network => "The network cannot be reached: check the connection, then answer retry",
            Self::FailingBase => "The branch fails its own gates: mend it, then answer retry",
            Self::Unclear => "The task is not clear: say what is meant",
            Self::Other => return None,
        })
    }
}

impl fmt::Display for Blocker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DiskFull => "disk full",
            Self::Secret => "missing secret",
            Self::Program => "missing program",
            Self::Dependency => "missing dependency",
            Self::Network => "no network",
            Self::FailingBase => "failing base",
            Self::Unclear => "unclear requirement",
            Self::Other => "blocked",
        })
    }
}

/// Words that tell what is missing, in the order in which they are looked for: what is sure comes first. `a & b` are two
/// that both stand in the text.
const SIGNS: &[(Blocker, &[&str])] = &[
    (
        Blocker::DiskFull,
        &["no space left on device", "disk is full", "disk full", "enospc", "disk quota exceeded"],
    ),
    (
        Blocker::FailingBase,
        &[
            "tests already fail",
            "already failing before",
            "fail before my change",
            "fails before my change",
            "fail without my change",
            "fails without my change",
            "base branch is broken",
            "main is broken",
            "base is red",
        ],
    ),
    (
        Blocker::Secret,
        &[
            "api key & missing",
            "api key & not set",
            "api key & need",
            "api key & no ",
            "credential & missing",
            "credentials & need",
            "no credentials",
            "access token & missing",
            "access token & need",
            "password & need",
            "password & missing",
            "secret & missing",
            "secret & not set",
            "permission denied (publickey)",
            "not logged in",
            "not authenticated",
            "authentication required",
        ],
    ),
    (
        Blocker::Network,
        &[
            "could not resolve host",
            "getaddrinfo",
            "econnrefused",
            "network is unreachable",
            "no network",
            "no internet",
            "temporary failure in name resolution",
            "connection timed out",
            "network access",
        ],
    ),
    (
        Blocker::Program,
        &[
            "command not found",
            "no such program",
            "is not installed",
            "isn't installed",
            "executable & not found",
            "program & not found",
            "not recognized as an internal or external command",
        ],
    ),
    (
        Blocker::Dependency,
        &[
            "no module named",
            "cannot find module",
            "modulenotfounderror",
            "could not find a version that satisfies",
            "no matching package",
            "unresolved import",
            "missing dependency",
            "dependency & missing",
            "package & not found",
            "library & not found",
            "cannot find -l",
        ],
    ),
    (
        Blocker::Unclear,
        &[
            "unclear",
            "ambiguous",
            "contradict",
            "underspecified",
            "not specified",
            "which of",
            "do not know what",
        ],
    ),
];

/// Of a text so many bytes are looked at.
const MOST_TEXT: usize = 16 * 1024;

/// What the words of an agent, or of an error, say is missing; [`Blocker::Other`] when they say none of it.
pub fn blocker_in(text: &str) -> Blocker {
    let cut = text.get(..text.floor_char_boundary(MOST_TEXT.min(text.len()))).unwrap_or_default();
    let lower = cut.to_lowercase();
    let stands = |sign: &str| sign.split(" & ").all(|part| lower.contains(part));
    let found = SIGNS.iter().find(|(_, signs)| signs.iter().any(|sign| stands(sign)));
    found.map_or(Blocker::Other, |(blocker, _)| *blocker)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_tell_what_is_missing() {
        let table = [
            ("write /tmp/x: No space left on device (os error 28)", Blocker::DiskFull),
            ("I need an API key for Stripe, STRIPE_KEY is not set", Blocker::Secret),
            ("git@github.com: Permission denied (publickey).", Blocker::Secret),
            ("sh: 1: protoc: command not found", Blocker::Program),
            ("The tool `buf` is not installed here.", Blocker::Program),
            ("ModuleNotFoundError: No module named 'requests'", Blocker::Dependency),
            ("error: linking failed: cannot find -lssl", Blocker::Dependency),
            ("curl: (6) Could not resolve host: crates.io", Blocker::Network),
            ("The tests already fail on the branch without anything of mine.", Blocker::FailingBase),
            ("The requirement is ambiguous: it says both per user and per team.", Blocker::Unclear),
            ("I was not allowed to do this.", Blocker::Other),
            ("", Blocker::Other),
        ];
        for (text, expected) in table {
            assert_eq!(blocker_in(text), expected, "{text}");
        }
    }
}
