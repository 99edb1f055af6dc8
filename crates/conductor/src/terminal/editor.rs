//! The user's editor.

use std::path::Path;
use std::process::{Command, Stdio};

use cli_kit::Env;

/// Opens a file in the user's editor, and waits until they are done. The editor's command is given to a shell as git does,
/// with the path as an argument, so that `code --wait` and quoting work.
///
/// # Errors
/// What went wrong, in words.
#[expect(
    clippy::disallowed_methods,
    reason = "the editor needs the terminal and all of the user's environment"
)]
pub(crate) fn open(env: &Env, path: &Path) -> Result<(), String> {
    let editor = editor(env);
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("{editor} \"$@\"")).arg(&editor).arg(path);
    command.env_clear().envs(env.iter());
    command.stdin(Stdio::inherit()).stdout(Stdio::inherit()).stderr(Stdio::inherit());
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("the editor `{editor}` ended with {status}")),
        Err(error) => Err(format!("failed to start the editor `{editor}`: {error}")),
    }
}

/// The command that opens an editor, as git finds it.
fn editor(env: &Env) -> String {
    let usable = !matches!(env.get("TERM"), None | Some("dumb"));
    let visual = env.get("VISUAL").filter(|_| usable);
    visual.or_else(|| env.get("EDITOR")).unwrap_or("vi").to_owned()
}
