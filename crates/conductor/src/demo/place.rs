//! The folder of a demonstration: a repository, a home of its own, and nothing of the user's.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use cli_kit::Env;
use conductor_host::process::{Cmd, EnvMap};

use super::error::DemoError;

/// What the agent did, recorded.
pub(super) const RECORDING: &str = include_str!("data/replay.json");

/// The repository before anything was done for it.
const PROJECT: [File; 4] = [
    File { path: "docs/prd.md", text: include_str!("data/project/docs/prd.md"), mode: 0o644 },
    File { path: "notes", text: include_str!("data/project/notes"), mode: 0o755 },
    File { path: "test.sh", text: include_str!("data/project/test.sh"), mode: 0o755 },
    File { path: "tests/program.sh", text: include_str!("data/project/tests/program.sh"), mode: 0o644 },
];

/// The configuration of git in the demonstration's own home.
const GIT_CONFIG: &str =
    "[user]\n\tname = Ann Example\n\temail = ann@example.org\n[init]\n\tdefaultBranch = main\n";

/// What is taken over of the user's environment: where programs are, and how text is shown.
const CARRIED: [&str; 7] = ["PATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "LC_CTYPE", "TERM", "TZ"];

/// Where programs are when nothing says so.
const USUAL_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// What the demonstration makes in its folder.
const PARTS: [&str; 4] = ["notes", "home", "tmp", "replay.json"];

struct File {
    path: &'static str,
    text: &'static str,
    mode: u32,
}

/// A folder for one demonstration.
pub(super) struct Place {
    root: PathBuf,
    /// Whether the folder itself was made, and is to go with what is in it.
    made: bool,
    env: EnvMap,
}

impl Place {
    /// Makes the folder: the one that was asked for, else a new one among the temporary ones. One that is there
    /// already must be empty.
    pub(super) fn new(asked: Option<&Path>, env: &Env) -> Result<Self, DemoError> {
        let (root, made) = match asked {
            Some(path) => asked_folder(path)?,
            None => (temporary_folder(env)?, true),
        };
        // Git speaks of the resolved path, and a temporary folder is a link on some systems.
        let root = root.canonicalize().map_err(|source| DemoError::Make { path: root, source })?;
        let env = own_environment(env, &root);
        Ok(Self { root, made, env })
    }

    /// Puts the repository, the recording and the home into it.
    pub(super) fn fill(&self) -> Result<(), DemoError> {
        for file in &PROJECT {
            write(&self.repository().join(file.path), file.text, file.mode)?;
        }
        write(&self.root.join("replay.json"), RECORDING, 0o644)?;
        write(&self.root.join("home/.gitconfig"), GIT_CONFIG, 0o644)?;
        let tmp = self.root.join("tmp");
        fs::create_dir(&tmp).map_err(|source| DemoError::Make { path: tmp, source })?;
        self.git(&["init", "--quiet"])?;
        self.git(&["add", "."])?;
        self.git(&["commit", "--quiet", "--message", "A program without commands"])
    }

    fn git(&self, arguments: &[&str]) -> Result<(), DemoError> {
        let output = Cmd::new("git", self.repository())
            .args(arguments.iter().copied())
            .envs(self.env.clone())
            .run()?;
        if output.exit.success() {
            return Ok(());
        }
        Err(DemoError::Git(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
    }

    /// The folder.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// The repository in it.
    pub(super) fn repository(&self) -> PathBuf {
        self.root.join("notes")
    }

    /// The environment of everything that runs in it.
    pub(super) fn env(&self) -> &EnvMap {
        &self.env
    }

    /// Removes what the demonstration made, and nothing else.
    pub(super) fn remove(&self) -> Result<(), DemoError> {
        let failed = |path: &Path, source| DemoError::Remove { path: path.to_owned(), source };
        for part in PARTS {
            let path = self.root.join(part);
            let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            unless_absent(removed).map_err(|source| failed(&path, source))?;
        }
        if self.made {
            fs::remove_dir(&self.root).map_err(|source| failed(&self.root, source))?;
        }
        Ok(())
    }
}

/// The folder with this name, and whether it had to be made.
fn asked_folder(path: &Path) -> Result<(PathBuf, bool), DemoError> {
    let failed = |source| DemoError::Make { path: path.to_owned(), source };
    match fs::read_dir(path) {
        Ok(mut entries) => match entries.next() {
            None => Ok((path.to_owned(), false)),
            Some(_) => Err(DemoError::NotEmpty(path.to_owned())),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            DirBuilder::new().recursive(true).create(path).map_err(failed)?;
            Ok((path.to_owned(), true))
        }
        Err(error) => Err(failed(error)),
    }
}

/// A folder with a name that nobody has taken.
fn temporary_folder(env: &Env) -> Result<PathBuf, DemoError> {
    let base = env.path("TMPDIR").filter(|path| path.is_absolute()).unwrap_or_else(|| PathBuf::from("/tmp"));
    let own = std::process::id();
    let mut number = 0;
    loop {
        let again = if number == 0 { String::new() } else { format!("-{number}") };
        let path = base.join(format!("conductor-demo-{own}{again}"));
        // Fails when it is there already, so that nobody can have prepared it.
        match DirBuilder::new().mode(0o700).create(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 100 => number += 1,
            Err(source) => return Err(DemoError::Make { path, source }),
        }
    }
}

fn own_environment(env: &Env, root: &Path) -> EnvMap {
    let carried = CARRIED.iter().filter_map(|name| Some((OsString::from(name), env.raw(name)?.to_owned())));
    let mut own: EnvMap = carried.collect();
    own.entry("PATH".into()).or_insert_with(|| USUAL_PATH.into());
    own.insert("HOME".into(), root.join("home").into());
    own.insert("TMPDIR".into(), root.join("tmp").into());
    own.insert("GIT_CONFIG_NOSYSTEM".into(), "1".into());
    own.insert("TASKWERK_ACTOR".into(), "ann".into());
    own
}

fn write(path: &Path, text: &str, mode: u32) -> Result<(), DemoError> {
    let written = (|| {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
        file.write_all(text.as_bytes())
    })();
    written.map_err(|source| DemoError::Make { path: path.to_owned(), source })
}

fn unless_absent(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_the_users_environment_only_what_programs_need_is_seen() {
        let user = [
            ("PATH", "/bin"),
            ("HOME", "/home/ann"),
            ("XDG_CONFIG_HOME", "/home/ann/.config"),
            ("GIT_DIR", "/elsewhere"),
            ("TASKWERK_DIR", "/elsewhere"),
            ("API_KEY", "secret"),
            ("LANG", "de_DE.UTF-8"),
        ];
        let own = own_environment(&Env::from_iter(user), Path::new("/d"));
        let own: Vec<String> = own.iter().map(|(k, v)| format!("{}={}", k.display(), v.display())).collect();
        insta::assert_snapshot!(own.join("\n"), @r"
        GIT_CONFIG_NOSYSTEM=1
        HOME=/d/home
        LANG=de_DE.UTF-8
        PATH=/bin
        TASKWERK_ACTOR=ann
        TMPDIR=/d/tmp
        ");
        let bare = own_environment(&Env::default(), Path::new("/d"));
        assert_eq!(bare.get(&OsString::from("PATH")), Some(&USUAL_PATH.into()));
    }

    #[test]
    fn a_folder_must_be_empty_and_only_what_was_made_goes() {
        let base = tempfile::tempdir().unwrap();
        let env = Env::from_iter([("TMPDIR", base.path())]);
        let new = base.path().join("a/b");
        let place = Place::new(Some(&new), &env).unwrap();
        fs::write(new.join("replay.json"), "").unwrap();
        assert!(matches!(Place::new(Some(&new), &env), Err(DemoError::NotEmpty(_))));
        place.remove().unwrap();
        assert!(!new.exists() && base.path().join("a").exists());

        fs::create_dir(&new).unwrap();
        let place = Place::new(Some(&new), &env).unwrap();
        fs::create_dir(new.join("home")).unwrap();
        fs::write(new.join("mine"), "").unwrap();
        place.remove().unwrap();
        let left: Vec<_> = fs::read_dir(&new).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["mine"]);
    }

    #[test]
    fn a_temporary_folder_is_new_each_time() {
        let base = tempfile::tempdir().unwrap();
        let env = Env::from_iter([("TMPDIR", base.path())]);
        let (one, two) = (Place::new(None, &env).unwrap(), Place::new(None, &env).unwrap());
        assert_ne!(one.root(), two.root());
        one.remove().unwrap();
        two.remove().unwrap();
        assert_eq!(fs::read_dir(base.path()).unwrap().count(), 0);
    }
}
