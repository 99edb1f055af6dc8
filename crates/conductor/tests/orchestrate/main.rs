//! Orchestration with real programs: the built binary, real git, real processes. The agents are shell scripts.

#![expect(clippy::unwrap_used, reason = "tests")]

mod chain;
mod support;
