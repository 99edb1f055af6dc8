//! Test support: hermetic environments, temporary repositories, the simulator, a model server, a proxy.

pub mod hermetic;

pub mod model;

pub mod pdf;

pub mod proxy;

pub mod simulator;

pub use hermetic::{Hermetic, Ran};

/// The configuration that the planning document prints (YAML). Both programs
/// read the same file, so both must load it as it stands.
pub const PUBLISHED_CONFIG: &str = include_str!("published_config.yml");
