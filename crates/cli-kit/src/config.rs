//! Configuration in layers: defaults < user < project < environment < flags.
//!
//! A program describes its sections in a [`Schema`]; each layer is checked against it where it is read, so that an
//! error can name the file and the line. The layers are then merged, every value keeping its [`Origin`].

mod check;
mod error;
mod layers;
mod mask;
mod schema;
mod yaml;

pub use error::ConfigError;
pub use layers::{Config, Entry, Origin, Sources};
pub use mask::masked;
pub use schema::{Default, Field, Kind, Schema};

#[cfg(test)]
mod tests;
