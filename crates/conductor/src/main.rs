//! The conductor program: from a document to tasks, and from tasks to checked, merged commits.
//!
//! `main` reads the process's environment and arguments once; from there on they are data.

mod ask;
mod cli;
mod commands;
mod context;
mod demo;
mod failure;
mod journal;
mod orchestrate;
mod output;
mod place;
mod plan;
mod policy;
mod settings;
mod simulate;
mod survey;
mod terminal;

use std::ffi::OsString;
use std::process::ExitCode;

use cli_kit::Env;
use conductor_host::agents::desk::{DESK_ARG, desk_main};
use conductor_host::agents::replay::{PLAYER_ARG, player_main};
use conductor_host::process::{KEEPER_ARG, keeper_main};

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    // Before anything else: a keeper must not read a configuration, open a store or start a thread. Nor may the desk
    // of an agent, which runs among the agent's files.
    if arguments.get(1).is_some_and(|word| word == KEEPER_ARG) {
        return keeper_main(std::io::stdin(), std::io::stdout()).into();
    }
    if arguments.get(1).is_some_and(|word| word == DESK_ARG) {
        let env = Env::of_process();
        return desk_main(|name| env.raw(name).map(ToOwned::to_owned)).into();
    }
    if arguments.get(1).is_some_and(|word| word == PLAYER_ARG) {
        let here = std::env::current_dir().unwrap_or_default();
        let env = Env::of_process();
        let known = ["PATH", "CONDUCTOR_RESULT_FILE"];
        let known = known.iter().filter_map(|name| Some(((*name).into(), env.raw(name)?.to_owned())));
        let streams: (&mut dyn std::io::Write, &mut dyn std::io::Write) =
            (&mut std::io::stdout(), &mut std::io::stderr());
        let rest = arguments.get(2..).unwrap_or_default();
        return player_main(rest, &here, &known.collect(), std::io::stdin(), streams).into();
    }
    cli::run(&arguments, Env::of_process())
}
