//! The review of a task's work as a page at a terminal.
//!
//! A model, an update and a view, as the review of a plan: [`state`] is what is known and shown, [`update`] what a key
//! does to it, [`view`] what it looks like; none of them touches a terminal or a database. [`mod@gather`] makes the texts,
//! [`drive`] has the terminal, and carries out what a person decides when the page is left.

mod command;
mod drive;
mod gather;
mod state;
#[cfg(test)]
mod tests;
mod update;
mod view;

pub(super) use drive::{Ended, Hands, run};
pub(super) use gather::{Subject, gather};
