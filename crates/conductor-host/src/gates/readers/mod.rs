//! Reads tests from what gates leave behind.
