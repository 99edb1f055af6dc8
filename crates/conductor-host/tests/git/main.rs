//! Git against real repositories: ordinary ones, hostile ones, and half-finished work.
#![expect(clippy::expect_used, reason = "tests")]

mod candidate;
mod contents;
mod gate;
mod heal;
mod hostile;
mod killed;
mod land;
mod locks;
mod open;
mod reading;
mod refs;
mod removal;
mod snapshot;
mod support;
mod tree;
mod whole;
mod workspace;
