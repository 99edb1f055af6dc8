//! What carries an orchestration out: journal, driver, git, agents, gates.

pub mod git;
pub mod process;
