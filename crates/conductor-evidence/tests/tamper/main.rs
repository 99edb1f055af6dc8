//! What the tamper check must find, and what it must not.

mod config;
mod go_java;
mod laws;
mod python;
mod rust;
mod script;
mod support;
