//! The keeper against real, hostile families of processes, at every level of containment that the machine gives.
//!
//! A test program of its own: it runs again as the keeper, and as a driver that is killed.
#![expect(clippy::print_stdout, clippy::expect_used, reason = "a test program without the harness")]

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use conductor_host::process::{
    Cmd, Contained, Containment, Ended, EnvMap, Exit, KEEPER_ARG, KeepError, Keeper, KeeperSpec, KeptChild,
    Namespace, Proof, end_leftovers, keeper_main,
};
use rustix::fs::{FlockOperation, flock};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};

mod levels;

use levels::{Level, cgroups, keeper_of, mark_of, open_to_all, own_pid, stat};

/// The first argument that makes this program a driver to be killed; then the lock, the script's folder and the
/// level.
const DRIVER_ARG: &str = "__driver";

/// The first argument that makes this program the driver of one child, itself below a keeper; then its folder.
const INNER_ARG: &str = "__inner";

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
    (
        "a_deaf_child_that_is_asked_again_and_again_has_no_more_grace",
        a_deaf_child_that_is_asked_again_and_again_has_no_more_grace,
    ),
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
    ("a_child_cannot_keep_its_keeper_stopped", a_child_cannot_keep_its_keeper_stopped),
    ("a_killed_keeper_is_reported_and_its_family_ended", a_killed_keeper_is_reported_and_its_family_ended),
    ("nothing_survives_driver_and_keeper", nothing_survives_driver_and_keeper),
    ("a_child_is_who_its_driver_is", a_child_is_who_its_driver_is),
    ("a_child_lives_in_a_proc_of_its_own", a_child_lives_in_a_proc_of_its_own),
    ("a_child_changes_nothing_where_it_may_only_read", a_child_changes_nothing_where_it_may_only_read),
    ("a_child_may_shut_others_in_itself", a_child_may_shut_others_in_itself),
    ("a_keeper_works_below_a_keeper", a_keeper_works_below_a_keeper),
    ("a_stopped_child_is_killed_after_its_grace", a_stopped_child_is_killed_after_its_grace),
    ("git_and_pipelines_work_as_ever", git_and_pipelines_work_as_ever),
];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.first().map(String::as_str) {
        Some(KEEPER_ARG) => return ExitCode::from(keeper_main(std::io::stdin(), std::io::stdout())),
        Some(DRIVER_ARG) => return drive_until_killed(Path::new(&args[1]), Path::new(&args[2]), &args[3]),
        Some(INNER_ARG) => return keep_below(Path::new(&args[1])),
        _ => {}
    }
    let wanted: Vec<&String> = args.iter().filter(|a| !a.starts_with('-')).collect();
    let levels = Level::all();
    for (name, test) in
        TESTS.iter().filter(|(name, _)| wanted.is_empty() || wanted.iter().any(|w| name.contains(*w)))
    {
        if args.iter().any(|a| a == "--list") {
            println!("{name}: test");
            continue;
        }
        for level in &levels {
            let scene = Scene::new(*level);
            test(&scene);
            println!("test {name} at {} ... ok", level.name);
        }
    }
    ExitCode::SUCCESS
}

/// A folder, and a mark on the command line of every process that the test starts.
struct Scene {
    dir: tempfile::TempDir,
    mark: String,
    level: Level,
    keeper: Keeper,
}

impl Scene {
    fn new(level: Level) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        open_to_all(dir.path());
        let mark = mark_of(dir.path());
        let keeper = level.keeper(dir.path(), &mark);
        Self { dir, mark, level, keeper }
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
            read_only: Vec::new(),
        }
    }

    fn start(&self, spec: &KeeperSpec) -> KeptChild {
        KeptChild::spawn(&self.keeper, spec).expect("starts")
    }

    /// Runs a script to its end and gives its output.
    fn says(&self, script: &str) -> String {
        let exit = self.start(&self.spec(script)).wait().expect("ends");
        assert_eq!(exit.exit, Exit::Code(0), "{}", self.out());
        self.out()
    }

    fn fifo(&self, name: &str) -> PathBuf {
        let made = Cmd::new("/usr/bin/mkfifo", self.dir.path()).arg(name).run().expect("mkfifo");
        assert!(made.exit.success());
        open_to_all(&self.path(name));
        self.path(name)
    }

    /// A driver to be killed: [`drive_until_killed`].
    fn driver(&self, lock: &Path) -> std::thread::JoinHandle<Exit> {
        let driver = Cmd::new("/proc/self/exe", "/").arg(DRIVER_ARG).arg(lock).arg(self.dir.path());
        let driver = driver.arg(self.level.name);
        std::thread::spawn(move || driver.run().expect("driver").exit)
    }

    fn contained(&self, rounds: u32, killed: u32) -> Contained {
        let by = Containment { namespace: self.level.namespace, cgroup: self.level.cgroup };
        Contained { rounds, killed, proof: self.level.proof(), by }
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
        assert_eq!(cgroups(&self.mark), Vec::<PathBuf>::new());
    }
}

fn kill(pid: i32) {
    kill_process(Pid::from_raw(pid).expect("a pid"), Signal::KILL).expect("killed");
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
    assert_eq!(exit.contained, scene.contained(0, 0));
    assert_eq!(kept.wait().expect("the same again"), exit);
    assert!(!kept.id().is_running());
    let dir = scene.dir.path().display();
    assert_eq!(scene.out(), format!("{dir}\nMARK={}\nPATH=/usr/bin:/bin\nfrom a fileoops\n", scene.mark));
}

fn what_cannot_start_is_said_with_its_reason(scene: &Scene) {
    let refused = |change: fn(&mut KeeperSpec)| {
        let mut spec = scene.spec("");
        change(&mut spec);
        KeptChild::spawn(&scene.keeper, &spec).expect_err("refused").to_string()
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
    scene.assert_nothing_alive();
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
        (Exit::Code(0), Ended::ByItself, scene.level.proof())
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
    assert_eq!(exit.contained.proof, scene.level.proof());
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

/// Whoever asks does so every now and then until it is done.
fn a_deaf_child_that_is_asked_again_and_again_has_no_more_grace(scene: &Scene) {
    let ready = scene.fifo("ready");
    let mut spec = scene.spec("trap '' TERM; echo up > ready; while :; do sleep 1000; done");
    spec.grace_ms = 100;
    let kept = scene.start(&spec);
    wait_for(&ready);
    let stopper = kept.stopper();
    let over = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&over);
    let asking = std::thread::spawn(move || {
        while !asked.load(Ordering::Relaxed) {
            stopper.stop();
            std::thread::park_timeout(Duration::from_millis(10));
        }
    });
    let exit = kept.wait().expect("ends");
    over.store(true, Ordering::Relaxed);
    asking.join().expect("asked");
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
    let (_go, ready, lock) = (scene.fifo("go"), scene.fifo("ready"), scene.path("lock"));
    // Also when somebody has stopped the keeper, who sees nothing then.
    for keeper_stopped in [false, true] {
        let driver = scene.driver(&lock);
        let [driver_pid, keeper_pid, _] = pids(&wait_for(&ready));
        let file = File::open(&lock).expect("lock");
        assert!(flock(&file, FlockOperation::NonBlockingLockExclusive).is_err(), "the driver holds the lock");
        if keeper_stopped {
            for pid in [driver_pid, keeper_pid] {
                kill_process(Pid::from_raw(pid).expect("a pid"), Signal::STOP).expect("stopped");
            }
        }
        kill(driver_pid);
        flock(&file, FlockOperation::LockExclusive).expect("free when the keeper is gone");
        scene.assert_nothing_alive();
        assert_eq!(driver.join().expect("ended"), Exit::Signal(9));
        for up in 1..=5 {
            fs::remove_file(scene.path(&format!("up{up}"))).expect("it was up");
        }
    }
}

/// The driver of the test above: it holds a lock that its keeper inherits, says the pids of itself, its keeper
/// and its child's parent, and waits to be killed.
fn drive_until_killed(lock: &Path, dir: &Path, level: &str) -> ExitCode {
    let file = File::create(lock).expect("lock file");
    flock(&file, FlockOperation::LockExclusive).expect("lock");
    rustix::io::fcntl_setfd(&file, rustix::io::FdFlags::empty()).expect("inheritable");
    let mark = mark_of(dir);
    let script = format!("{HOSTILE} read -r pids < go; echo \"$pids\" > ready; sleep 1000; :");
    let spec = KeeperSpec {
        argv: ["/bin/sh", "-c", &script, &mark].map(Into::into).to_vec(),
        env: EnvMap::from([("PATH".into(), "/usr/bin:/bin".into()), ("MARK".into(), mark.clone().into())]),
        dir: dir.to_owned(),
        stdout: "/dev/null".into(),
        stderr: "/dev/null".into(),
        stdin: None,
        grace_ms: 60_000,
        timeout_ms: None,
        read_only: Vec::new(),
    };
    let kept = KeptChild::spawn(&level_named(level).keeper(dir, &mark), &spec).expect("starts");
    let pids =
        format!("{} {} {}\n", own_pid(), keeper_of(&kept, own_pid()), stat(kept.id().pid, 1).expect("alive"));
    fs::write(dir.join("go"), pids).expect("told");
    let _never = kept.wait();
    ExitCode::FAILURE
}

fn level_named(name: &str) -> Level {
    Level::all().into_iter().find(|level| level.name == name).expect("a level of this machine")
}

fn a_child_changes_nothing_where_it_may_only_read(scene: &Scene) {
    let folder = scene.path("held");
    fs::create_dir(&folder).expect("a folder");
    fs::write(folder.join("file"), "as it was\n").expect("a file");
    for path in [&folder, &folder.join("file"), scene.dir.path()] {
        open_to_all(path);
    }
    // In it, in a session of its own, and by a child that undoes what is easily undone.
    let script = "cd held; echo mine > new; echo mine >> file; rm -f file; mv ../held ../moved; \
                  setsid sh -c 'echo mine > other'; cd ..; echo mine > free; cat held/file";
    let absent = scene.path("absent");
    let spec = KeeperSpec { read_only: vec![absent, folder.clone()], ..scene.spec(script) };
    scene.start(&spec).wait().expect("ends");
    assert_eq!(fs::read_to_string(scene.path("free")).expect("written"), "mine\n");
    if scene.level.namespace == Namespace::None {
        assert!(!folder.join("file").exists(), "nobody holds it back");
        return;
    }
    let names: Vec<_> =
        fs::read_dir(&folder).expect("folder").flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(names, ["file"]);
    assert_eq!(fs::read_to_string(folder.join("file")).expect("a file"), "as it was\n");
    assert!(scene.out().ends_with("as it was\n"), "{}", scene.out());
    // Whoever is outside sees nothing of it.
    fs::write(folder.join("new"), "ours").expect("written");
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

/// Neither before the keeper could say that it runs, nor to outlive its time.
fn a_child_cannot_keep_its_keeper_stopped(scene: &Scene) {
    let ended = scene.start(&scene.spec("kill -STOP $PPID; exit 4")).wait().expect("ends");
    assert_eq!((ended.exit, ended.ended), (Exit::Code(4), Ended::ByItself));
    let mut spec = scene.spec("kill -STOP $PPID; sleep 1000; :");
    spec.timeout_ms = Some(20);
    let ended = scene.start(&spec).wait().expect("ends");
    assert_eq!((ended.exit, ended.ended), (Exit::Signal(15), Ended::TimedOut));
    scene.assert_nothing_alive();
}

fn a_killed_keeper_is_reported_and_its_family_ended(scene: &Scene) {
    let weak = scene.level.proof() == Proof::NoChildren;
    let ready = scene.fifo("ready");
    // With the keeper alone, what left its session is out of reach when it is killed.
    let family = if weak { r#"sh -c 'sleep 1000; :' "$MARK" &"# } else { HOSTILE };
    let kept = scene.start(&scene.spec(&format!("{family} echo up > ready; sleep 1000; :")));
    wait_for(&ready);
    kill(keeper_of(&kept, own_pid()));
    let error = kept.wait().expect_err("lost");
    let proven = (!weak).then_some(scene.level.proof());
    assert!(matches!(error, KeepError::Lost { child: Some(_), proof, .. } if proof == proven), "{error:?}");
    assert_eq!(error.is_contained(), !weak);
    scene.assert_nothing_alive();
    let again = kept.wait().expect_err("still lost").to_string();
    assert_eq!(again, error.to_string());
}

/// The driver and the keeper are killed at one stroke, so that nobody of ours is left to end anything.
fn nothing_survives_driver_and_keeper(scene: &Scene) {
    let (_go, ready, lock) = (scene.fifo("go"), scene.fifo("ready"), scene.path("lock"));
    let driver = scene.driver(&lock);
    let [driver_pid, keeper_pid, parent_pid] = pids(&wait_for(&ready));
    let parent = pidfd_open(Pid::from_raw(parent_pid).expect("a pid"), PidfdFlags::empty()).expect("alive");
    for pid in [driver_pid, keeper_pid] {
        kill_process(Pid::from_raw(pid).expect("a pid"), Signal::STOP).expect("stopped");
    }
    kill(driver_pid);
    kill(keeper_pid);
    assert_eq!(driver.join().expect("ended"), Exit::Signal(9));
    if scene.level.proof() == Proof::NoChildren {
        // The weak level: it is for this that the others are there. What has the mark is found by its environment.
        end_by_hand(scene);
        return;
    }
    // The next driver. What is in a namespace may die before it comes.
    let ended = end_leftovers(&scene.mark).expect("ended");
    assert!(ended > 0 || scene.level.proof() == Proof::Namespace);
    // The first process of a namespace has ended when all of them have.
    let mut ended = [rustix::event::PollFd::new(&parent, rustix::event::PollFlags::IN)];
    let patience = rustix::event::Timespec { tv_sec: 60, tv_nsec: 0 };
    assert_eq!(rustix::event::poll(&mut ended, Some(&patience)), Ok(1), "it still runs");
    scene.assert_nothing_alive();
}

/// Leaves nothing of the test behind.
fn end_by_hand(scene: &Scene) {
    while !scene.alive().is_empty() {
        conductor_host::process::sweep("MARK".as_ref(), scene.mark.as_ref(), scene.dir.path())
            .expect("swept");
    }
}

fn a_child_is_who_its_driver_is(scene: &Scene) {
    let says = scene.says("id -u; id -g; touch made; stat -c '%u %g' made; stat -c %u / ");
    let id = |flag| {
        let out = Cmd::new("/usr/bin/id", "/").arg(flag).run().expect("id").stdout;
        String::from_utf8(out).expect("text").trim().to_owned()
    };
    let (user, group) =
        if scene.level.other_user { ("65534".to_owned(), "65534".to_owned()) } else { (id("-u"), id("-g")) };
    let others = if scene.level.namespace == Namespace::InUserNamespace { "65534" } else { "0" };
    assert_eq!(says, format!("{user}\n{group}\n{user} {group}\n{others}\n"));
    // A namespace of users changes what is shown, not who owns what.
    let made = Cmd::new("/usr/bin/stat", scene.dir.path()).args(["-c", "%u %g", "made"]).run().expect("stat");
    assert_eq!(String::from_utf8(made.stdout).expect("text"), format!("{user} {group}\n"));
}

fn a_child_lives_in_a_proc_of_its_own(scene: &Scene) {
    let says = scene.says(
        r#"read -r own _ < /proc/self/stat; readlink /proc/$$/exe > /dev/null && echo seen; ls /proc/$own/fd > /dev/null; ps -o comm= -p $$; cut -d ' ' -f 6 /proc/$$/stat; grep CapEff /proc/self/status; set -- /proc/[0-9]*; echo $#"#,
    );
    let lines: Vec<&str> = says.lines().collect();
    assert_eq!(&lines[..2], ["seen", "sh"], "{says}");
    let processes: usize = lines.last().expect("a line").trim().parse().expect("a number");
    if scene.level.namespace == Namespace::None {
        return;
    }
    // The session of the init; it and the shell.
    assert_eq!((lines[2], processes), ("1", 2), "{says}");
    if scene.level.namespace == Namespace::InUserNamespace {
        assert!(lines[3].ends_with("\t0000000000000000"), "no right over the user namespace: {says}");
    }
}

/// Agents bring sandboxes of their own, made of the same namespaces.
fn a_child_may_shut_others_in_itself(scene: &Scene) {
    if scene.level.namespace == Namespace::None {
        return;
    }
    let says = scene.says("unshare --user --map-root-user --pid --fork --mount-proc sh -c 'echo $$; id -u'");
    assert_eq!(says, "1\n0\n");
}

/// A task may well be work on this very program.
fn a_keeper_works_below_a_keeper(scene: &Scene) {
    let inner = scene.path("inner");
    fs::create_dir(&inner).expect("a folder");
    open_to_all(&inner);
    let program = scene.path("program");
    fs::copy("/proc/self/exe", &program).expect("a copy");
    fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("permissions");
    let mut spec = scene.spec("");
    spec.argv = vec![program.into(), INNER_ARG.into(), inner.into()];
    let exit = scene.start(&spec).wait().expect("ends");
    assert_eq!((exit.exit, exit.contained), (Exit::Code(0), scene.contained(0, 0)), "{}", scene.out());
    scene.assert_nothing_alive();
}

/// The driver of the test above.
fn keep_below(dir: &Path) -> ExitCode {
    let mark = mark_of(dir);
    let spec = KeeperSpec {
        argv: ["/bin/sh", "-c", &format!("{HOSTILE} exit 3"), &mark].map(Into::into).to_vec(),
        env: EnvMap::from([("PATH".into(), "/usr/bin:/bin".into()), ("MARK".into(), mark.clone().into())]),
        dir: dir.to_owned(),
        stdout: dir.join("out"),
        stderr: dir.join("out"),
        stdin: None,
        grace_ms: 60_000,
        timeout_ms: None,
        read_only: Vec::new(),
    };
    let keeper = Keeper::current_exe().expect("own file").with_mark(mark);
    let exit = KeptChild::spawn(&keeper, &spec).expect("starts").wait().expect("contained");
    println!("{exit:?}");
    ExitCode::from(u8::from(exit.exit != Exit::Code(3) || exit.contained.killed < 4))
}

fn a_stopped_child_is_killed_after_its_grace(scene: &Scene) {
    let ready = scene.fifo("ready");
    let mut spec = scene.spec(
        "(until grep -q '^State:.T' /proc/$$/status; do :; done; echo up > ready; sleep 1000) & kill -STOP $$; :",
    );
    spec.grace_ms = 20;
    let kept = scene.start(&spec);
    wait_for(&ready);
    kept.stop();
    let exit = kept.wait().expect("ends");
    assert_eq!((exit.exit, exit.ended), (Exit::Signal(9), Ended::Stopped));
    scene.assert_nothing_alive();
}

fn git_and_pipelines_work_as_ever(scene: &Scene) {
    let says = scene.says(
        r#"git init -q . && git -c user.name=a -c user.email=a@b commit -q --allow-empty -m one &&
           git clone -q . copy && git -C copy log --format=%s
           seq 1 300 | xargs -P 4 -n 10 sh -c 'echo $#' _ | sort | uniq -c | tr -s ' '
           (exit 9); echo $?; sh -c 'kill -USR1 $$'; echo $?"#,
    );
    let lines: Vec<&str> = says.lines().map(str::trim).collect();
    assert_eq!(lines.first(), Some(&"one"), "{says}");
    assert!(lines.contains(&"30 10") && lines.contains(&"9") && lines.contains(&"138"), "{says}");
    let killed = scene.start(&scene.spec("kill -ABRT $$")).wait().expect("ends");
    assert_eq!((killed.exit, killed.ended), (Exit::Signal(6), Ended::ByItself));
    scene.assert_nothing_alive();
}

/// What [`drive_until_killed`] says.
fn pids(line: &str) -> [i32; 3] {
    let pids: Vec<i32> = line.split_whitespace().map(|pid| pid.parse().expect("a pid")).collect();
    pids.try_into().expect("three pids")
}
