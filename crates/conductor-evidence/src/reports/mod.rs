//! Reports that tools write: tests, coverage, lints.
