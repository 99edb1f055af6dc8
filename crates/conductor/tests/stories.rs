//! What people do, as scripts, and what they must see: each script of `stories/` is run by a shell in a place of its
//! own, with the built programs, and what it prints is compared with a snapshot.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use testkit::{Hermetic, Ran};

const CONDUCTOR: &str = env!("CARGO_BIN_EXE_conductor");

fn stories() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories")
}

/// Runs a script, and gives all that it printed with fixed names for what changes.
fn told(name: &str) -> String {
    let place = Hermetic::new().unwrap();
    let bin = place.home().join("bin");
    fs::create_dir(&bin).unwrap();
    let taskwerk = Path::new(CONDUCTOR).with_file_name("taskwerk");
    assert!(taskwerk.is_file(), "stories need both programs: cargo build --workspace");
    symlink(CONDUCTOR, bin.join("conductor")).unwrap();
    symlink(taskwerk, bin.join("taskwerk")).unwrap();
    let script = format!(". {0}/prelude.sh\n. {0}/{name}.sh", stories().display());
    let mut command = place.cmd("/bin/sh");
    command
        .args(["-c", &script])
        .env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", bin.display()))
        .env("STORIES", stories());
    let ran = Ran::from(command.output().unwrap());
    assert_eq!(ran.code, Some(0), "{name}\n{ran}");
    place.normalise(&ran.stdout).lines().map(|line| normalised(line) + "\n").collect()
}

/// Commits, lengths of time and pids change from run to run; and with them the widths of columns.
fn normalised(line: &str) -> String {
    let gaps = line.split("  ").map(str::trim).filter(|part| !part.is_empty());
    let text = gaps.map(named).collect::<Vec<_>>().join("  ");
    let text = text.replace("just now", "<ago>").replace("<time> ago", "<ago>");
    let indent = line.len() - line.trim_start().len();
    format!("{:indent$}{text}", "")
}

fn named(part: &str) -> String {
    let mut before = "";
    let named = part.split(' ').map(|this| {
        let pid = before.ends_with("process");
        before = this;
        if pid { this.replace(|c: char| c.is_ascii_digit(), "").replace(')', "<pid>)") } else { word(this) }
    });
    named.collect::<Vec<_>>().join(" ")
}

fn word(word: &str) -> String {
    if let Some((branch, commit)) = word.split_once('@') {
        return format!("{branch}@{}", self::word(commit));
    }
    let core = word.trim_matches(|c: char| ";,.:()\"".contains(c));
    let hexadecimal = core.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let is_time = ["ms", "s", "m"].iter().any(|unit| core.strip_suffix(unit).is_some_and(is_number));
    let name = match core.len() {
        _ if is_time => "<time>",
        7 | 40 | 64 if hexadecimal => "<commit>",
        _ => return word.to_owned(),
    };
    word.replace(core, name)
}

macro_rules! stories {
    ($($test:ident: $name:literal),+ $(,)?) => {
        $(#[test]
        fn $test() {
            insta::assert_snapshot!($name, told($name));
        })+

        #[test]
        fn every_script_is_run() {
            let mut here = vec!["prelude", $($name),+];
            here.sort_unstable();
            let files = fs::read_dir(stories()).unwrap().map(|entry| entry.unwrap().path());
            let scripts = files.filter(|path| path.extension().is_some_and(|e| e == "sh"));
            let mut found: Vec<String> =
                scripts.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect();
            found.sort_unstable();
            assert_eq!(found, here);
        }
    };
}

stories! {
    stopped_in_the_evening_and_gone_on_with_the_next_day: "next-day",
    the_lid_is_closed_over_night: "lid",
    a_task_is_edited_while_its_agent_works: "edit",
    a_task_is_cancelled_while_its_agent_works: "cancel",
    two_sessions_are_begun_at_once: "two-sessions",
    the_terminal_is_closed: "terminal-closed",
    ctrl_c_once: "ctrl-c",
    ctrl_c_twice: "ctrl-c-twice",
}
