//! The taskwerk program: tasks beside the code, for people and for programs.
//!
//! Synchronous and without threads: a short command is over in a few milliseconds. `main` reads the process's
//! environment and arguments once; from there on they are data.

mod change;
mod cli;
mod commands;
mod context;
mod failure;
mod handover;
mod settings;
mod show;

use std::ffi::OsString;
use std::process::ExitCode;

use cli_kit::flags::asks_for_json;
use cli_kit::guard::guarded;
use cli_kit::{Env, GlobalFlags, Printer};

fn main() -> ExitCode {
    let env = Env::of_process();
    let arguments: Vec<OsString> = std::env::args_os().collect();
    guarded(&arguments, &env, || {
        if handover::is_for_conductor(&arguments) {
            let flags = GlobalFlags { json: asks_for_json(&arguments), ..GlobalFlags::default() };
            return Printer::of_process(&flags, &env).finish(handover::hand_over(&arguments, &env));
        }
        cli::run(&arguments, env.clone())
    })
}
