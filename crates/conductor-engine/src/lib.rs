//! The state machine of an orchestration, pure and total.
