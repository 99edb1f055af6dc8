//! The state machine of an orchestration, pure and total.

pub mod attempt;
pub mod evidence;
pub mod gate;
pub mod ids;
