//! Test support: hermetic environments, temporary repositories, the simulator.

pub mod hermetic;

pub use hermetic::{Hermetic, Ran};
