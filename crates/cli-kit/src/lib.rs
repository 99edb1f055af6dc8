//! What both programs share: configuration layers, printing, the JSON envelope, exit codes, escaping.
//!
//! Nothing here knows of tasks, plans or agents. The rule that the modules serve together: data goes to standard
//! output, everything else to standard error, and with `--json` standard output is exactly one JSON document
//! (one per line for streams), on errors too.

pub mod config;
pub mod env;
pub mod error;
pub mod exit;
pub mod flags;
pub mod guard;
pub mod printer;
pub mod suggest;
pub mod table;
pub mod text;
pub mod time;

pub use env::Env;
pub use error::CliError;
pub use exit::Exit;
pub use flags::GlobalFlags;
pub use printer::Printer;
