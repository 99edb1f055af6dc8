//! The agent's end of the desk: an MCP server on standard input and output that passes calls on.

mod post;
mod serve;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use post::Post;

use super::ids::DeskToken;
use super::server::{DIR, PATIENCE, TOKEN};

/// The first argument that makes the program an agent's end of the desk. It is looked for before anything else,
/// since the program runs in the agent's surroundings then, and must read no configuration there.
pub const DESK_ARG: &str = "__agent-desk";

/// Serves MCP on standard input and output until the input ends, and returns the exit code for the process: 0 at the
/// end, 1 when it was not told where its desk is. `variable` gives a variable of the environment.
pub fn desk_main(variable: impl Fn(&str) -> Option<OsString>) -> u8 {
    let text = |name: &str| variable(name).and_then(|value| value.into_string().ok());
    let post =
        variable(DIR).map(PathBuf::from).zip(text(TOKEN).and_then(|token| token.parse::<DeskToken>().ok()));
    let Some((dir, token)) = post else { return 1 };
    let patience = text(PATIENCE).and_then(|ms| ms.parse().ok()).map(Duration::from_millis);
    match serve::run(Post::new(dir, token, patience)) {
        Ok(()) => 0,
        Err(_) => 1,
    }
}
