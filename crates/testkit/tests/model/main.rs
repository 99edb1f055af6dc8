//! The model server: what it says in each API, what it refuses, and how it misbehaves when told to.

#![expect(clippy::unwrap_used, reason = "tests")]

mod anthropic;
mod chat;
mod client;
mod deferred;
mod gemini;
mod responses;
mod scripts;
mod strict;
mod trouble;
