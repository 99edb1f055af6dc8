//! Reports: what the programs that gates run leave behind, read into the vocabulary of evidence. Bytes and text go in,
//! facts come out. All readers are tolerant: a line that is not understood is passed over, and nothing makes them fail.
//!
//! What is read was written by programs that ran the work of an agent, so it is held to bounds: in size by the caller,
//! in number of tests, files and findings here. A path in a report leads to a file of the tree or nowhere.

pub mod coverage;
pub mod lints;
mod paths;
pub mod tests;
mod xml;

pub use paths::SourcePaths;
