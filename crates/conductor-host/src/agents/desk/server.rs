//! The command line with which an agent starts its end of the desk.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use super::bridge::DESK_ARG;
use super::ids::DeskToken;

/// The name of the server, as agents see it before the names of its tools.
pub const SERVER_NAME: &str = "conductor";

/// The directory of the attempt's desk.
pub(super) const DIR: &str = "CONDUCTOR_DESK_DIR";

/// The attempt's token.
pub(super) const TOKEN: &str = "CONDUCTOR_DESK_TOKEN";

/// For how long a bridge waits for any reply, in milliseconds, instead of what is usual. For tests.
pub const PATIENCE: &str = "CONDUCTOR_DESK_PATIENCE_MS";

/// How the MCP server of one attempt is started. Everything is UTF-8, since it is passed on as JSON or TOML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerCommand {
    /// The program, as an absolute path.
    pub program: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// Variables that it needs besides those that every process has.
    pub env: BTreeMap<String, String>,
}

impl ServerCommand {
    /// `program` as the server of the desk in `dir`.
    ///
    /// # Errors
    /// When a path is relative or not UTF-8: agents take no others.
    pub fn new(program: &Path, dir: &Path, token: &DeskToken) -> io::Result<Self> {
        Ok(Self {
            program: passable(program)?,
            args: vec![DESK_ARG.to_owned()],
            env: BTreeMap::from([
                (DIR.to_owned(), passable(dir)?),
                (TOKEN.to_owned(), token.secret().to_owned()),
            ]),
        })
    }
}

/// The file of the running program. Unlike a keeper's it is a real path, since not this process starts it; when the
/// file was replaced meanwhile, what is there now is started.
pub(super) fn this_program() -> io::Result<PathBuf> {
    let running = std::env::current_exe()?;
    let replaced = running.to_str().and_then(|path| path.strip_suffix(" (deleted)")).map(PathBuf::from);
    Ok(replaced.filter(|path| path.is_file()).unwrap_or(running))
}

fn passable(path: &Path) -> io::Result<String> {
    let refused =
        |why: &str| io::Error::new(io::ErrorKind::InvalidInput, format!("{}: {why}", path.display()));
    if !path.is_absolute() {
        return Err(refused("the path is not absolute"));
    }
    path.to_str()
        .map(str::to_owned)
        .ok_or_else(|| refused("the path is not UTF-8, which an agent cannot be told"))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    use super::*;

    #[test]
    fn only_paths_that_an_agent_can_be_told_make_a_command() {
        let token = DeskToken::random().unwrap();
        let of = |program: &Path, dir: &Path| ServerCommand::new(program, dir, &token);
        let good = of(Path::new("/bin/conductor"), Path::new("/s/desk")).unwrap();
        assert_eq!(
            (good.program.as_str(), good.args.as_slice()),
            ("/bin/conductor", &["__agent-desk".to_owned()][..])
        );
        assert_eq!(good.env[DIR], "/s/desk");
        assert_eq!(good.env[TOKEN], token.secret());
        let odd = Path::new(OsStr::from_bytes(b"/\xff"));
        for (program, dir) in [("conductor", Path::new("/d")), ("/c", Path::new("d")), ("/c", odd)] {
            assert!(of(Path::new(program), dir).is_err(), "{program} {}", dir.display());
        }
    }
}
