//! Orchestration with real programs: the built binary, real git, real processes. The agents are shell scripts.

#![expect(clippy::unwrap_used, reason = "tests")]

mod answering;
mod beginning;
mod chain;
mod choosing;
mod driving;
mod failing;
mod hostile;
mod killing;
mod landing;
mod limits;
mod people;
mod stopping;
mod support;
mod titles;
