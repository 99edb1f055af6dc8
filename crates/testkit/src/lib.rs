//! Test support: hermetic environments, temporary repositories, the simulator.

pub mod hermetic;

pub mod simulator;

pub use hermetic::{Hermetic, Ran};
