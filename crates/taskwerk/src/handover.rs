//! `taskwerk plan …` and `taskwerk orchestrate …` become the `conductor` program, as git does with its external
//! commands: the words are passed on untouched, and the exit code is its own.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use cli_kit::{CliError, Env, Exit};

/// The commands that are Conductor's.
const VERBS: [&str; 2] = ["plan", "orchestrate"];

/// The global flags whose value is the next word.
const FLAGS_WITH_VALUE: [&str; 3] = ["--dir", "--session", "--actor"];

/// Whether the command line (the program's name first) is for Conductor: its first word that is no global flag is
/// one of the verbs, also after `help`.
pub(crate) fn is_for_conductor(arguments: &[OsString]) -> bool {
    let mut words = arguments.iter().skip(1);
    while let Some(word) = words.next() {
        if FLAGS_WITH_VALUE.iter().any(|flag| word == flag) {
            words.next();
        } else if word == "help" || (word.as_encoded_bytes().starts_with(b"-") && word != "--") {
            continue;
        } else {
            return VERBS.iter().any(|verb| word == verb);
        }
    }
    false
}

/// Becomes `conductor` with these arguments (the program's name first).
///
/// # Errors
/// When there is no such program, or it cannot be started. On success this process is replaced.
pub(crate) fn hand_over(arguments: &[OsString], env: &Env) -> Result<Exit, CliError> {
    let program = find(std::env::current_exe().ok().as_deref(), env.raw("PATH")).ok_or_else(not_found)?;
    become_program(&program, arguments.get(1..).unwrap_or_default())
}

/// Beside our own executable first, so that programs that were built together run together; then on the path.
fn find(own: Option<&Path>, path: Option<&OsStr>) -> Option<PathBuf> {
    let name = format!("conductor{}", std::env::consts::EXE_SUFFIX);
    // A link in a folder of links stands for the real program, beside which the other one lies.
    let real = own.and_then(|own| own.canonicalize().ok());
    let beside = [own, real.as_deref()].into_iter().flatten().filter_map(Path::parent).map(Path::to_owned);
    // A relative folder on the path would let a repository that was just cloned bring its own `conductor`.
    let on_path = path.map(std::env::split_paths).into_iter().flatten().filter(|folder| folder.is_absolute());
    beside.chain(on_path).map(|folder| folder.join(&name)).find(|file| is_program(file))
}

#[cfg(unix)]
fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    file.metadata().is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(file: &Path) -> bool {
    file.is_file()
}

fn not_found() -> CliError {
    CliError::new(
        Exit::Refused,
        "CONDUCTOR_NOT_FOUND",
        "planning and orchestration are done by the program `conductor`, which is neither beside `taskwerk` nor on PATH",
    )
    .hint(
        "get it from the same place as `taskwerk`: the release archive holds both, and `cargo build --release` builds both",
    )
}

#[cfg(unix)]
#[expect(
    clippy::disallowed_methods,
    reason = "the program replaces this one: folder and environment are the user's"
)]
fn become_program(program: &Path, arguments: &[OsString]) -> Result<Exit, CliError> {
    use std::os::unix::process::CommandExt as _;
    Err(not_started(program, &std::process::Command::new(program).args(arguments).exec()))
}

#[cfg(not(unix))]
#[expect(
    clippy::disallowed_methods,
    reason = "the program stands for this one: folder and environment are the user's"
)]
fn become_program(program: &Path, arguments: &[OsString]) -> Result<Exit, CliError> {
    let status = std::process::Command::new(program)
        .args(arguments)
        .status()
        .map_err(|error| not_started(program, &error))?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.and_then(Exit::from_code).unwrap_or(Exit::Internal))
}

fn not_started(program: &Path, error: &std::io::Error) -> CliError {
    CliError::new(
        Exit::Refused,
        "CONDUCTOR_NOT_STARTED",
        format!("failed to start {}: {error}", program.display()),
    )
    .hint("check that it is a program for this machine that you may run")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_that_is_no_flag_decides() {
        let cases = [
            ("taskwerk plan create x.md", true),
            ("taskwerk orchestrate", true),
            ("taskwerk --json --dir plan orchestrate run", true),
            ("taskwerk --session=s1 plan", true),
            ("taskwerk help plan", true),
            ("taskwerk add plan", false),
            ("taskwerk --dir plan list", false),
            ("taskwerk -- plan", false),
            ("taskwerk", false),
            ("taskwerk planner", false),
        ];
        for (line, expected) in cases {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            assert_eq!(is_for_conductor(&words), expected, "{line}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn the_neighbour_comes_before_the_path_and_must_be_a_program() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, mode: u32| {
            let file = folder.path().join(name).join("conductor");
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(&file, "").unwrap();
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
            file
        };
        let (beside, plain, on_path) = (put("beside", 0o755), put("plain", 0o644), put("path", 0o755));
        let path = std::env::join_paths([plain.parent().unwrap(), on_path.parent().unwrap()]).unwrap();
        let own = |file: &Path| file.with_file_name("taskwerk");
        assert_eq!(find(Some(&own(&beside)), Some(&path)), Some(beside));
        assert_eq!(find(Some(&own(&plain)), Some(&path)).as_ref(), Some(&on_path));
        assert_eq!(find(Some(&own(&plain)), None), None);
        // The same folder as before, reached from the current one.
        let up = "../".repeat(std::env::current_dir().unwrap().components().count());
        let relative = format!("{up}{}", on_path.parent().unwrap().display());
        assert!(is_program(&Path::new(&relative).join("conductor")));
        assert_eq!(find(None, Some(OsStr::new(&relative))), None);
    }
}
