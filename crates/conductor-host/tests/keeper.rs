//! The keeper against real, hostile families of processes.
//!
//! A test program of its own: it runs again as the keeper, and as a driver that is killed.
#![expect(clippy::print_stdout, clippy::expect_used, reason = "a test program without the harness")]

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use conductor_host::process::{
    Cmd, Contained, Ended, EnvMap, Exit, KEEPER_ARG, KeepError, Keeper, KeeperSpec, KeptChild, Proof,
    keeper_main,
};
use rustix::fs::{FlockOperation, flock};
use rustix::process::{Pid, Signal, kill_process};

/// The first argument that makes this program a driver to be killed; then the lock and the script's folder.
const DRIVER_ARG: &str = "__driver";

/// A name, and what it tests.
type Test = (&'static str, fn(&Scene));

const TESTS: &[Test] = &[
    ("a_child_gets_exactly_what_its_specification_says", a_child_gets_exactly_what_its_specification_says),
    ("what_cannot_start_is_said_with_its_reason", what_cannot_start_is_said_with_its_reason),
    (
        "a_child_that_ends_takes_its_hostile_family_with_it",
        a_child_that_ends_takes_its_hostile_family_with_it,
    ),
    ("a_family_that_leaves_every_session_is_caught", a_family_that_leaves_every_session_is_caught),
    ("a_polite_child_may_end_by_itself_when_stopped", a_polite_child_may_end_by_itself_when_stopped),
    ("a_deaf_child_is_killed_after_its_grace", a_deaf_child_is_killed_after_its_grace),
    ("time_that_is_up_ends_a_child", time_that_is_up_ends_a_child),
    ("a_dropped_handle_kills_without_a_grace", a_dropped_handle_kills_without_a_grace),
    (
        "a_killed_driver_leaves_nothing_and_frees_the_lock_last",
        a_killed_driver_leaves_nothing_and_frees_the_lock_last,
    ),
    ("a_child_inherits_no_descriptor", a_child_inherits_no_descriptor),
    ("a_keeper_outlives_the_signals_of_its_child", a_keeper_outlives_the_signals_of_its_child),
    (
        "a_keeper_that_was_stopped_goes_on_when_it_is_needed",
        a_keeper_that_was_stopped_goes_on_when_it_is_needed,
    ),
    ("a_killed_keeper_is_reported_and_its_session_ended", a_killed_keeper_is_reported_and_its_session_ended),
];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.first().map(String::as_str) {
        Some(KEEPER_ARG) => return ExitCode::from(keeper_main(std::io::stdin(), std::io::stdout())),
        Some(DRIVER_ARG) => return drive_until_killed(Path::new(&args[1]), Path::new(&args[2])),
        _ => {}
    }
    let wanted: Vec<&String> = args.iter().filter(|a| !a.starts_with('-')).collect();
    for (name, test) in
        TESTS.iter().filter(|(name, _)| wanted.is_empty() || wanted.iter().any(|w| name.contains(*w)))
    {
        if args.iter().any(|a| a == "--list") {
            println!("{name}: test");
            continue;
        }
        let scene = Scene::new();
        test(&scene);
        println!("test {name} ... ok");
    }
    ExitCode::SUCCESS
}

/// A folder, and a mark on the command line of every process that the test starts.
struct Scene {
    dir: tempfile::TempDir,
    mark: String,
}

impl Scene {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let mark = format!("mark-{}", dir.path().file_name().expect("a name").to_string_lossy());
        Self { dir, mark }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn spec(&self, script: &str) -> KeeperSpec {
        KeeperSpec {
            argv: ["/bin/sh", "-c", script, &self.mark].map(Into::into).to_vec(),
            env: EnvMap::from([
                ("PATH".into(), "/usr/bin:/bin".into()),
                ("MARK".into(), self.mark.clone().into()),
            ]),
            dir: self.dir.path().to_owned(),
            stdout: self.path("out"),
            stderr: self.path("out"),
            stdin: None,
            grace_ms: 60_000,
            timeout_ms: None,
        }
    }

    fn start(&self, spec: &KeeperSpec) -> KeptChild {
        KeptChild::spawn(&Keeper::current_exe().expect("own file"), spec).expect("starts")
    }

    fn fifo(&self, name: &str) -> PathBuf {
        let made = Cmd::new("/usr/bin/mkfifo", self.dir.path()).arg(name).run().expect("mkfifo");
        assert!(made.exit.success());
        self.path(name)
    }

    fn out(&self) -> String {
        fs::read_to_string(self.path("out")).expect("output")
    }

    /// The command lines of all living processes of this test.
    fn alive(&self) -> Vec<String> {
        let own = std::process::id().to_string();
        fs::read_dir("/proc")
            .expect("proc")
            .flatten()
            .filter(|e| {
                e.file_name().to_str().is_some_and(|n| n != own && n.bytes().all(|b| b.is_ascii_digit()))
            })
            .filter_map(|e| fs::read(e.path().join("cmdline")).ok())
            .map(|line| String::from_utf8_lossy(&line).replace('\0', " "))
            .filter(|line| line.contains(&self.mark))
            .collect()
    }

    fn assert_nothing_alive(&self) {
        assert_eq!(self.alive(), Vec::<String>::new());
    }
}

/// Waits for the one line that a child writes into a pipe when it is ready.
fn wait_for(fifo: &Path) -> String {
    let mut text = String::new();
    File::open(fifo).expect("fifo").read_to_string(&mut text).expect("a line");
    text
}

fn a_child_gets_exactly_what_its_specification_says(scene: &Scene) {
    fs::write(scene.path("in"), "from a file").expect("input");
    let mut spec = scene.spec(
        "pwd; env | grep -v '^PWD=' | grep -v '^_=' | grep -v '^SHLVL=' | sort; cat; echo oops >&2; exit 7",
    );
    spec.stdin = Some(scene.path("in"));
    let kept = scene.start(&spec);
    let exit = kept.wait().expect("ends");
    assert_eq!((exit.exit, exit.ended), (Exit::Code(7), Ended::ByItself));
    assert_eq!(exit.contained, Contained { rounds: 0, killed: 0, proof: Proof::NoChildren });
    assert_eq!(kept.wait().expect("the same again"), exit);
    assert!(!kept.id().is_running());
    let dir = scene.dir.path().display();
    assert_eq!(scene.out(), format!("{dir}\nMARK={}\nPATH=/usr/bin:/bin\nfrom a fileoops\n", scene.mark));
}

fn what_cannot_start_is_said_with_its_reason(scene: &Scene) {
    let refused = |change: fn(&mut KeeperSpec)| {
        let mut spec = scene.spec("");
        change(&mut spec);
        KeptChild::spawn(&Keeper::current_exe().expect("own file"), &spec).expect_err("refused").to_string()
    };
    assert_eq!(
        refused(|s| s.argv = vec!["no-such-agent".into()]),
        "cannot run `no-such-agent`: not found; install it or add its directory to PATH"
    );
    assert_eq!(refused(|s| s.dir = "/no/such".into()), "cannot run `/bin/sh` in /no/such: no such directory");
    assert!(refused(|s| s.stdout = "/no/such/file".into()).starts_with("cannot open /no/such/file: "));
    assert_eq!(refused(|s| s.argv.clear()), "the command line is empty");
    let error = KeptChild::spawn(&Keeper::at("/no/such/keeper"), &scene.spec("")).expect_err("no keeper");
    assert!(matches!(error, KeepError::NoKeeper { .. }), "{error}");
}

/// Starts one of each: a plain child, one in its own session, a daemon that lost its parent and ignores what
/// can be ignored, one without environment, and one whose every generation lives for a fraction of a
/// millisecond. Each says in a file that it is up; the script goes on when all are.
const HOSTILE: &str = r#"
    sh -c 'touch up1; sleep 1000; :' "$MARK" &
    setsid sh -c 'touch up2; sleep 1000; :' "$MARK" &
    (setsid sh -c 'trap "" TERM HUP INT QUIT; touch up3; while :; do sleep 1000; done' "$MARK" &) &
    env -i /usr/bin/setsid /bin/sh -c '/usr/bin/touch up4; /bin/sleep 1000; :' "$MARK" &
    setsid sh -c 'f() { f & }; touch up5; f' "$MARK" &
    until [ -e up1 ] && [ -e up2 ] && [ -e up3 ] && [ -e up4 ] && [ -e up5 ]; do :; done
"#;

fn a_child_that_ends_takes_its_hostile_family_with_it(scene: &Scene) {
    let kept = scene.start(&scene.spec(&format!("{HOSTILE} exit 0")));
    let exit = kept.wait().expect("contained");
    assert_eq!(
        (exit.exit, exit.ended, exit.contained.proof),
        (Exit::Code(0), Ended::ByItself, Proof::NoChildren)
    );
    assert!(exit.contained.killed >= 4, "{exit:?}");
    scene.assert_nothing_alive();
}

fn a_family_that_leaves_every_session_is_caught(scene: &Scene) {
    let script = r#"
        printf '%s\n' 'touch up; setsid sh ./again "$1" & exit' > again
        setsid sh ./again "$MARK" &
        until [ -e up ]; do :; done
    "#;
    let exit = scene.start(&scene.spec(script)).wait().expect("contained");
    assert_eq!(exit.contained.proof, Proof::NoChildren);
    scene.assert_nothing_alive();
}

fn a_polite_child_may_end_by_itself_when_stopped(scene: &Scene) {
    let ready = scene.fifo("ready");
    let script = r#"trap 'echo bye; exit 3' TERM; (setsid sh -c 'sleep 1000; :' "$MARK" &); echo up > ready; while :; do sleep 1000 & wait; done"#;
    let kept = scene.start(&scene.spec(script));
    wait_for(&ready);
    assert!(kept.id().is_running());
    kept.stop();
    kept.stop();
    let exit = kept.wait().expect("ends");
    assert_eq!((exit.exit, exit.ended), (Exit::Code(3), Ended::Stopped));
    assert_eq!(scene.out(), "bye\n");
    scene.assert_nothing_alive();
}

fn a_deaf_child_is_killed_after_its_grace(scene: &Scene) {
    let ready = scene.fifo("ready");
    let mut spec = scene.spec("trap '' TERM; echo up > ready; while :; do sleep 1000; done");
    spec.grace_ms = 20;
    let kept = scene.start(&spec);
    wait_for(&ready);
    let stopper = kept.stopper();
    std::thread::spawn(move || stopper.stop());
    let exit = kept.wait().expect("ends");
    assert_eq!((exit.exit, exit.ended), (Exit::Signal(9), Ended::Stopped));
    scene.assert_nothing_alive();
}

fn time_that_is_up_ends_a_child(scene: &Scene) {
    let mut spec = scene.spec("sleep 1000; :");
    spec.timeout_ms = Some(20);
    let exit = scene.start(&spec).wait().expect("ends");
    assert_eq!((exit.exit, exit.ended), (Exit::Signal(15), Ended::TimedOut));
    scene.assert_nothing_alive();
}

fn a_dropped_handle_kills_without_a_grace(scene: &Scene) {
    let ready = scene.fifo("ready");
    let kept = scene.start(&scene.spec(&format!("trap '' TERM; {HOSTILE} echo up > ready; sleep 1000; :")));
    wait_for(&ready);
    let id = kept.id();
    assert!(id.is_running());
    drop(kept);
    assert!(!id.is_running());
    scene.assert_nothing_alive();
}

fn a_killed_driver_leaves_nothing_and_frees_the_lock_last(scene: &Scene) {
    let (ready, lock) = (scene.fifo("ready"), scene.path("lock"));
    let (lock_arg, dir_arg) = (lock.clone(), scene.dir.path().to_owned());
    let driver = std::thread::spawn(move || {
        Cmd::new("/proc/self/exe", "/").args([DRIVER_ARG]).arg(lock_arg).arg(dir_arg).run().expect("driver")
    });
    let driver_pid: i32 = wait_for(&ready).trim().parse().expect("the driver's pid");
    let file = File::open(&lock).expect("lock");
    assert!(flock(&file, FlockOperation::NonBlockingLockExclusive).is_err(), "the driver holds the lock");
    kill_process(Pid::from_raw(driver_pid).expect("a pid"), Signal::KILL).expect("killed");
    flock(&file, FlockOperation::LockExclusive).expect("free when the keeper is gone");
    scene.assert_nothing_alive();
    assert_eq!(driver.join().expect("ended").exit, Exit::Signal(9));
}

/// The driver of the test above: it holds a lock that its keeper inherits, and waits to be killed.
fn drive_until_killed(lock: &Path, dir: &Path) -> ExitCode {
    let file = File::create(lock).expect("lock file");
    flock(&file, FlockOperation::LockExclusive).expect("lock");
    rustix::io::fcntl_setfd(&file, rustix::io::FdFlags::empty()).expect("inheritable");
    let mark = format!("mark-{}", dir.file_name().expect("a name").to_string_lossy());
    let script = format!("{HOSTILE} echo {} > ready; sleep 1000; :", std::process::id());
    let spec = KeeperSpec {
        argv: ["/bin/sh", "-c", &script, &mark].map(Into::into).to_vec(),
        env: EnvMap::from([("PATH".into(), "/usr/bin:/bin".into()), ("MARK".into(), mark.clone().into())]),
        dir: dir.to_owned(),
        stdout: "/dev/null".into(),
        stderr: "/dev/null".into(),
        stdin: None,
        grace_ms: 60_000,
        timeout_ms: None,
    };
    let kept = KeptChild::spawn(&Keeper::current_exe().expect("own file"), &spec).expect("starts");
    let _never = kept.wait();
    ExitCode::FAILURE
}

fn a_child_inherits_no_descriptor(scene: &Scene) {
    let file = File::create(scene.path("lock")).expect("lock file");
    rustix::io::fcntl_setfd(&file, rustix::io::FdFlags::empty()).expect("inheritable");
    scene.start(&scene.spec("ls -l /proc/$$/fd > fds; cat fds")).wait().expect("ends");
    let out = scene.out();
    assert!(!out.contains("lock") && !out.contains("pipe:"), "{out}");
}

fn a_keeper_outlives_the_signals_of_its_child(scene: &Scene) {
    let script = r#"kill -TERM $PPID; kill -INT $PPID; kill -HUP $PPID; kill -QUIT $PPID; (setsid sh -c 'sleep 1000; :' "$MARK" &); exit 5"#;
    let exit = scene.start(&scene.spec(script)).wait().expect("ends");
    assert_eq!(exit.exit, Exit::Code(5));
    scene.assert_nothing_alive();
}

fn a_keeper_that_was_stopped_goes_on_when_it_is_needed(scene: &Scene) {
    for by_drop in [false, true] {
        let (go, ready) = (scene.fifo(&format!("go{by_drop}")), scene.fifo(&format!("ready{by_drop}")));
        let script =
            format!("read -r _ < go{by_drop}; kill -STOP $PPID; echo up > ready{by_drop}; sleep 1000; :");
        let kept = scene.start(&scene.spec(&script));
        fs::write(&go, "now\n").expect("told");
        wait_for(&ready);
        if by_drop {
            drop(kept);
        } else {
            kept.stop();
            assert_eq!(kept.wait().expect("ends").exit, Exit::Signal(15));
        }
        scene.assert_nothing_alive();
    }
}

fn a_killed_keeper_is_reported_and_its_session_ended(scene: &Scene) {
    // The child waits until its start was reported; before that, its keeper's death is a failed start.
    let go = scene.fifo("go");
    let script = r#"sh -c 'sleep 1000; :' "$MARK" & read -r _ < go; kill -KILL $PPID; sleep 1000; :"#;
    let kept = scene.start(&scene.spec(script));
    fs::write(&go, "now\n").expect("told");
    let error = kept.wait().expect_err("lost");
    assert!(matches!(error, KeepError::Lost { child: Some(_), killed } if killed >= 1), "{error}");
    scene.assert_nothing_alive();
    let again = kept.wait().expect_err("still lost").to_string();
    assert_eq!(again, error.to_string());
}
