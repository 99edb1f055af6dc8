//! The state machine of an orchestration, pure and total.
//!
//! One input leads to events ([`decide`]), events change the state ([`apply`]), the state says what it wants
//! done ([`wanted`]) and when it wants to hear of the clock ([`next_deadline`]). Nothing here does anything:
//! no clock, no file, no process, no thread. Whoever drives it writes the events down before it applies them,
//! so that a dead driver is followed by one that folds the same events and wants the same things.

pub mod agent_event;
mod apply;
pub mod attempt;
mod backoff;
pub mod control;
pub mod coverage;
mod deadline;
mod decide;
pub mod detect;
pub mod effect;
pub mod event;
pub mod evidence;
pub mod gate;
pub mod ids;
mod index;
mod input;
pub mod judgement;
mod lane;
pub mod ledger;
pub mod lint;
mod rules;
mod run;
pub mod schedule;
pub mod session;
mod table;
mod wanted;
mod why;

pub use apply::{Illegal, apply};
pub use deadline::next_deadline;
pub use decide::decide;
pub use input::{Input, Observation};
pub use table::{PhaseTag, TABLE, allowed, leads};
pub use wanted::wanted;
pub use why::{Explanation, why};
