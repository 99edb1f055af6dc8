//! Sessions: how one is begun, taken up again, asked and watched.

mod setup;

pub use setup::Setup;
