//! What gates leave behind, and what a change does to them: reports of tests, coverage and lints read into one
//! vocabulary, and the check whether a change weakens the tests that are to judge it.
//!
//! Everything here is pure: bytes go in, facts come out. Reports and sources are what somebody else wrote, so
//! nothing here fails or panics on them; what is not understood is passed over.

pub mod reports;
pub mod tamper;
