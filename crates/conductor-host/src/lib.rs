//! What carries an orchestration out: journal, driver, git, agents, gates.

pub mod agents;
pub mod answers;
pub mod clock;
pub mod config;
pub mod driver;
pub mod forecast;
pub mod fsck;
pub mod gates;
pub mod git;
pub mod journal;
pub mod llm;
pub mod perform;
pub mod planner;
pub mod policy;
pub mod process;
pub mod prompt;
pub mod report;
pub mod search;
pub mod secrets;
pub mod session;
pub mod transcript;
pub mod webhook;
