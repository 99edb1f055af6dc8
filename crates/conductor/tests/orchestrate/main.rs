//! Orchestration with real programs: the built binary, real git, real processes. The agents are shell scripts.
//!
//! For Linux, since what is left running is looked for in `/proc`, and agents escape by `setsid`.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "tests")]

mod answering;
mod asking;
mod attaching;
mod beginning;
mod chain;
mod choosing;
mod cleaning;
mod compacting;
mod deciding;
mod disk;
mod driving;
mod dying;
mod evidence;
mod failing;
mod foreseeing;
mod hostile;
mod interrupting;
mod killing;
mod landing;
mod lane;
mod languages;
mod liars;
mod limits;
mod nowhere;
mod people;
mod prompting;
mod recording;
mod replaying;
mod reporting;
mod restoring;
mod resuming;
mod spending;
mod stopping;
mod support;
mod surroundings;
mod terminal;
mod titles;
mod updating;
