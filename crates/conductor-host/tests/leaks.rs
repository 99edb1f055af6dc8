//! One child after the other that does its worst to leave something behind; after each, nothing is left and the
//! verdict is right.
//!
//! Forty children in a test; `CONDUCTOR_SOAK=1000` makes it a thousand.
#![expect(clippy::print_stdout, clippy::expect_used, reason = "a test program without the harness")]

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use conductor_host::process::{
    Cmd, Ended, EnvMap, Exit, KEEPER_ARG, KeepError, KeeperSpec, KeptChild, Proof, keeper_main,
};
use rustix::process::{Pid, Signal, kill_process};

mod levels;

use levels::{Level, cgroups, keeper_of, mark_of, open_to_all, own_pid, stat};

/// How many children are started where nobody says how many.
const QUICK: usize = 40;

/// What a child does before it says that it is up.
const WAYS: &[(&str, &str)] = &[
    ("leaves its session", r#"setsid sh -c 'sleep 1000; :' "$MARK" &"#),
    ("forks twice", r#"(setsid sh -c '(sh -c "sleep 1000; :" "$1" &)' _ "$MARK" &)"#),
    (
        "ignores every polite signal",
        r#"trap '' TERM HUP INT QUIT; setsid sh -c 'while :; do sleep 1000; done' "$MARK" &"#,
    ),
    (
        "has a hundred children",
        r#"i=0; while [ $i -lt 100 ]; do sh -c 'sleep 1000; :' "$MARK" & i=$((i + 1)); done"#,
    ),
    ("closes its pipes", r#"setsid sh -c 'exec <&- >&- 2>&-; sleep 1000; :' "$MARK" & exec <&- >&- 2>&-"#),
    ("clears its environment", r#"env -i /usr/bin/setsid /bin/sh -c '/bin/sleep 1000; :' "$MARK" &"#),
    ("forks for ever", r#"setsid sh -c 'f() { f & }; f' "$MARK" &"#),
    (
        "leaves every session for ever",
        r#"
        printf '%s\n' 'setsid sh ./again "$1" & exit' > again
        setsid sh ./again "$MARK" &"#,
    ),
    ("stops its keeper", r#"kill -STOP $PPID; setsid sh -c 'sleep 1000; :' "$MARK" &"#),
    (
        "kills its keeper",
        r#"setsid sh -c 'sleep 1000; :' "$MARK" & kill -TERM $PPID; kill -HUP $PPID; kill -INT $PPID"#,
    ),
];

/// How a child ends, once it is up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Exits,
    Dies,
    IsStopped,
    IsDropped,
    /// Its keeper is killed, by somebody who can. Not where the keeper is all there is: what leaves its session
    /// again and again outlives it there.
    LosesItsKeeper,
}

const ENDS: [Way; 5] = [Way::Exits, Way::Dies, Way::IsStopped, Way::IsDropped, Way::LosesItsKeeper];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args.first().map(String::as_str) == Some(KEEPER_ARG) {
        return ExitCode::from(keeper_main(std::io::stdin(), std::io::stdout()));
    }
    let name = "nothing_is_left_of_any_child";
    if args.iter().any(|a| a == "--list") {
        println!("{name}: test");
        return ExitCode::SUCCESS;
    }
    if args.iter().any(|a| !a.starts_with('-') && !name.contains(a.as_str())) {
        return ExitCode::SUCCESS;
    }
    let soak = std::env::var_os("CONDUCTOR_SOAK").and_then(|n| n.to_str()?.parse().ok());
    nothing_is_left_of_any_child(soak.unwrap_or(QUICK));
    println!("test {name} ... ok");
    ExitCode::SUCCESS
}

/// In 250 children each way of misbehaving meets each level and each end.
fn nothing_is_left_of_any_child(children: usize) {
    let levels = Level::all();
    let mut killed = 0;
    for number in 0..children {
        let (way, round) = (number % WAYS.len(), number / WAYS.len());
        let (name, script) = WAYS[way];
        let level = levels[(way + round) % levels.len()];
        let end = match ENDS[(way + 2 * round + round / levels.len()) % ENDS.len()] {
            Way::LosesItsKeeper if level.proof() == Proof::NoChildren => Way::IsDropped,
            end @ (Way::Exits | Way::Dies | Way::IsStopped | Way::IsDropped | Way::LosesItsKeeper) => end,
        };
        let scene = Scene::new(level, format!("child {number}: {name}, {end:?}, at {}", level.name));
        killed += scene.run(script, end);
    }
    println!("{children} children, {killed} of their processes killed, none left");
}

struct Scene {
    dir: tempfile::TempDir,
    mark: String,
    level: Level,
    says: String,
}

/// A process, told apart from a later one with its pid by when it started.
type Id = (i32, String);

impl Scene {
    fn new(level: Level, says: String) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        open_to_all(dir.path());
        for name in ["up", "go"] {
            let made = Cmd::new("/usr/bin/mkfifo", dir.path()).arg(name).run().expect("mkfifo");
            assert!(made.exit.success());
            open_to_all(&dir.path().join(name));
        }
        let mark = mark_of(dir.path());
        Self { dir, mark, level, says }
    }

    fn spec(&self, script: &str) -> KeeperSpec {
        KeeperSpec {
            argv: ["/bin/sh", "-c", script, &self.mark].map(Into::into).to_vec(),
            env: EnvMap::from([
                ("PATH".into(), "/usr/bin:/bin".into()),
                ("MARK".into(), self.mark.clone().into()),
            ]),
            dir: self.dir.path().to_owned(),
            stdout: self.dir.path().join("out"),
            stderr: self.dir.path().join("out"),
            stdin: None,
            grace_ms: 20,
            timeout_ms: None,
            read_only: Vec::new(),
        }
    }

    /// How many processes were killed.
    fn run(&self, script: &str, end: Way) -> u32 {
        let last = if end == Way::Dies { "kill -KILL $$" } else { "exit 3" };
        // Its own end of `go` is opened before anybody could close what it was given.
        let script = format!("{script}\necho > up; read -r _ < go; {last}");
        let keeper = self.level.keeper(self.dir.path(), &self.mark);
        let kept = KeptChild::spawn(&keeper, &self.spec(&script)).expect("starts");
        let mut up = String::new();
        File::open(self.dir.path().join("up")).expect("a pipe").read_to_string(&mut up).expect("it is up");
        let keeper_pid = keeper_of(&kept, own_pid());
        let family = family_of(keeper_pid);
        let namespace = fs::read_link(format!("/proc/{}/ns/pid", kept.id().pid)).expect("alive");
        let killed = self.end(kept, keeper_pid, end);
        // By their marks, by their pids, by their namespace, by their cgroup.
        assert_eq!(marked(&self.mark), Vec::<String>::new(), "{}", self.says);
        let left: Vec<&Id> =
            family.iter().filter(|(pid, start)| start_of(*pid).as_ref() == Some(start)).collect();
        assert!(left.is_empty(), "{}: {left:?}", self.says);
        let own = fs::read_link("/proc/self/ns/pid").expect("own namespace");
        assert!(namespace == own || inhabitants(&namespace).is_empty(), "{}", self.says);
        assert_eq!(cgroups(&self.mark), Vec::<PathBuf>::new(), "{}", self.says);
        killed
    }

    /// Brings the end about and looks at the verdict.
    fn end(&self, kept: KeptChild, keeper_pid: i32, end: Way) -> u32 {
        let keeper = Pid::from_raw(keeper_pid).expect("a pid");
        let go = self.dir.path().join("go");
        match end {
            Way::Exits | Way::Dies => {
                fs::write(go, "\n").expect("told");
            }
            Way::IsStopped => kept.stop(),
            Way::IsDropped => {
                // Even when it was stopped by somebody whom it cannot ignore.
                kill_process(keeper, Signal::STOP).expect("alive");
                drop(kept);
                return 0;
            }
            Way::LosesItsKeeper => return self.lose(&kept, keeper),
        }
        let exit = kept.wait().expect("contained");
        let expected = match end {
            Way::Exits => (Exit::Code(3), Ended::ByItself),
            Way::Dies => (Exit::Signal(9), Ended::ByItself),
            Way::IsStopped | Way::IsDropped | Way::LosesItsKeeper => {
                let deaf = self.says.contains("ignores");
                (Exit::Signal(if deaf { 9 } else { 15 }), Ended::Stopped)
            }
        };
        assert_eq!((exit.exit, exit.ended), expected, "{}", self.says);
        assert_eq!(exit.contained.proof, self.level.proof(), "{}", self.says);
        exit.contained.killed
    }

    /// With the keeper goes its knowledge of the family: the kernel has to have it, in one form or the other.
    fn lose(&self, kept: &KeptChild, keeper: Pid) -> u32 {
        kill_process(keeper, Signal::KILL).expect("alive");
        let error = kept.wait().expect_err("lost");
        assert!(error.is_contained(), "{}: {error:?}", self.says);
        match error {
            KeepError::Lost { killed, .. } => u32::try_from(killed).expect("a number"),
            KeepError::NoKeeper { .. } | KeepError::NotStarted { .. } => panic!("{}: {error}", self.says),
        }
    }
}

fn pids() -> impl Iterator<Item = i32> {
    let entries = fs::read_dir("/proc").expect("proc").flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter(|pid| *pid != own_pid())
}

/// The processes that carry a mark in their command line or their environment.
fn marked(mark: &str) -> Vec<String> {
    let text = |pid: i32, name: &str| fs::read(format!("/proc/{pid}/{name}")).unwrap_or_default();
    let has = |pid: i32, name: &str| String::from_utf8_lossy(&text(pid, name)).contains(mark);
    pids().filter(|pid| has(*pid, "cmdline") || has(*pid, "environ")).map(|pid| pid.to_string()).collect()
}

fn start_of(pid: i32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    (fields.first() != Some(&"Z")).then(|| fields.get(19).map(|start| (*start).to_owned()))?
}

/// The keeper and all its descendants, as far as they hold still.
fn family_of(keeper: i32) -> Vec<Id> {
    let mut family = vec![keeper];
    let mut grown = true;
    while grown {
        let children: Vec<i32> = pids()
            .filter(|pid| {
                !family.contains(pid) && stat(*pid, 1).is_some_and(|parent| family.contains(&parent))
            })
            .collect();
        // One that forks for ever is always in another process than the one that was seen.
        grown = !children.is_empty() && family.len() < 200;
        family.extend(children);
    }
    family.into_iter().filter_map(|pid| Some((pid, start_of(pid)?))).collect()
}

/// The processes in a PID namespace, but for one that has ended and that nobody has collected yet.
fn inhabitants(namespace: &Path) -> Vec<i32> {
    let is_in = |pid: i32| fs::read_link(format!("/proc/{pid}/ns/pid")).is_ok_and(|found| found == namespace);
    pids().filter(|pid| is_in(*pid) && start_of(*pid).is_some()).collect()
}
