//! Where one animal is let loose, and what is looked at when it is over.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use conductor_engine::attempt::AttemptReport;
use conductor_host::agents::desk::{Call, Reply};
use conductor_host::agents::{
    AgentRunner, Aide, AttemptLimits, AttemptRequest, AttemptStopper, Profile, Purpose, RunningAttempt,
    TaskSheet, profiles,
};
use conductor_host::config::Config;
use conductor_host::process::{Cmd, EnvMap, Keeper};
use conductor_host::transcript;
use rustix::fs::{FlockOperation, flock};

use crate::animals::{Animal, Body};
use crate::system::{cgroups, own_pid, stat};

/// With this as its first argument the test program is an animal.
pub(crate) const ANIMAL_ARG: &str = "__zoo-animal";

/// The file that an animal and all that it starts hold a lock on.
pub(crate) const HELD: &str = "held";

/// A file that is nobody's business.
pub(crate) const VICTIM: &str = "victim";

/// The pipe by which an animal says that it wants to be stopped.
pub(crate) const UP: &str = "up";

/// What a transcript may have beyond its limit: how it began and how it ended.
const MOST_TRANSCRIPT: u64 = 16 * 1024 * 1024 + 64 * 1024;

/// Transcript, lines, and what little there is besides.
const MOST_FILES: u64 = 40 * 1024 * 1024;

/// A try that has not ended then never will.
const PATIENCE: Duration = Duration::from_secs(300);

/// An attempt in a folder of its own.
pub(crate) struct Cage {
    dir: tempfile::TempDir,
    animal: &'static Animal,
}

/// It knows one answer.
#[derive(Debug)]
struct Answers;

impl Aide for Answers {
    fn answer(&self, question: &str, _: &[String]) -> Option<String> {
        question.contains("again").then(|| "yes".to_owned())
    }

    fn note(&self, _: &str) {}

    fn look(&self, _: &Call) -> Option<Reply> {
        None
    }
}

impl Cage {
    pub(crate) fn new(animal: &'static Animal) -> Self {
        let cage = Self { dir: tempfile::tempdir().expect("a folder"), animal };
        fs::create_dir(cage.path("ws")).expect("a workspace");
        File::create(cage.path(HELD)).expect("a file");
        fs::write(cage.path(VICTIM), "mine").expect("a file");
        if animal.stopped {
            let made = Cmd::new("/usr/bin/mkfifo", cage.dir.path()).arg(UP).run().expect("mkfifo");
            assert!(made.exit.success());
        }
        cage
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// A word that stands in the environment of all that it starts, and in the name of its cgroup.
    fn mark(&self) -> String {
        let name = self.dir.path().file_name().expect("a name").to_string_lossy();
        format!("mark{}", name.trim_start_matches('.'))
    }

    fn profile(&self, bytes: u64) -> Profile {
        let program = match self.animal.body {
            Body::Shell(script) => {
                let text = format!("exec 9>>../{HELD}; flock -s 9\n{script}\n");
                fs::write(self.path("animal"), text).expect("a script");
                format!("/bin/sh {} {}", self.path("animal").display(), self.mark())
            }
            Body::Own(_) => {
                let own = std::env::current_exe().expect("own file");
                format!("{} {ANIMAL_ARG} {} {bytes} {}", own.display(), self.animal.name, self.mark())
            }
        };
        let mut agent = serde_json::json!({"run": program, "adapter": self.animal.talk.adapter()});
        if let Some(preset) = self.animal.talk.preset() {
            agent["preset"] = preset.into();
        }
        if let Some(silence) = self.animal.silence {
            agent["silence"] = silence.into();
        }
        let value = serde_json::json!({"orchestration": {"agents": {"animal": agent}}});
        let config = Config::from_value(&value).expect("a configuration");
        let all = profiles(&config.orchestration.agents, &|_| false).expect("profiles");
        all.into_iter().find(|p| p.label.name == "animal").expect("the agent")
    }

    fn start(&self, bytes: u64) -> RunningAttempt {
        let env = [("PATH", "/usr/bin:/bin"), ("HOME", "/nowhere")];
        let user_env: EnvMap = env.map(|(name, value)| (name.into(), value.into())).into();
        let keeper = Keeper::current_exe().expect("own file").with_mark(self.mark());
        let aide: Option<Arc<dyn Aide>> = self.animal.helped.then(|| Arc::new(Answers) as _);
        let request = AttemptRequest {
            run: "3.7".parse().expect("an id"),
            attempt: 1,
            task: TaskSheet { id: "TASK-001".into(), title: "Store notes".into(), ..TaskSheet::default() },
            prompt: "# Your task\n".into(),
            workspace: self.path("ws"),
            dir: self.path("attempt"),
            tmp: self.path("attempt-tmp"),
            ceiling: self.path(""),
            resume: None,
            aide,
            purpose: Purpose::Work,
            limits: AttemptLimits::default(),
            timeout: self.animal.timeout,
        };
        AgentRunner { keeper, user_env }.start(&self.profile(bytes), request)
    }

    /// Lets it loose, waits, and looks at what is left.
    pub(crate) fn watch(self, bytes: u64) {
        let cage = Arc::new(self);
        let name = cage.animal.name;
        let (tell, told) = mpsc::channel();
        let own = Arc::clone(&cage);
        // In a thread of its own, so that an attempt that never ends is known by the name of its animal.
        let waiting = std::thread::spawn(move || {
            let running = own.start(bytes);
            if own.animal.stopped {
                let (own, stopper) = (Arc::clone(&own), running.stopper());
                std::thread::spawn(move || own.stop_when_up(&stopper));
            }
            tell.send(running.wait()).expect("told");
        });
        let report = told.recv_timeout(PATIENCE);
        let report = report.unwrap_or_else(|_| panic!("{name}: the attempt does not end"));
        assert!(waiting.join().is_ok(), "{name}");
        cage.look(&report);
    }

    fn stop_when_up(&self, stopper: &AttemptStopper) {
        let mut up = String::new();
        File::open(self.path(UP)).expect("a pipe").read_to_string(&mut up).expect("it is up");
        stopper.stop();
    }

    fn look(&self, report: &AttemptReport) {
        let name = self.animal.name;
        println!("{name}: {:?} after {} ms", short(report), report.working_ms);
        assert!(
            self.animal.right.is(&report.end),
            "{name}: {:?}, but right is {:?}",
            report,
            self.animal.right
        );
        assert!(report.contained, "{name}: {report:?}");
        self.nothing_is_alive();
        self.little_is_kept();
    }

    /// By the lock, by marks, by folders, by cgroups.
    fn nothing_is_alive(&self) {
        let name = self.animal.name;
        let held = File::open(self.path(HELD)).expect("the lock");
        let free = flock(&held, FlockOperation::NonBlockingLockExclusive);
        assert!(free.is_ok(), "{name}: somebody holds the lock");
        assert_eq!(self.alive(), Vec::<i32>::new(), "{name}");
        assert_eq!(cgroups(&self.mark()), Vec::<PathBuf>::new(), "{name}");
    }

    fn alive(&self) -> Vec<i32> {
        let (mark, dir) = (self.mark(), self.dir.path().display().to_string());
        let has = |pid: &i32| {
            let text = |name: &str| fs::read(format!("/proc/{pid}/{name}")).unwrap_or_default();
            let texts = [text("cmdline"), text("environ")];
            let texts = texts.iter().map(|text| String::from_utf8_lossy(text).into_owned());
            let inside = fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd.starts_with(&dir));
            inside || texts.into_iter().any(|text| text.contains(&mark) || text.contains(&dir))
        };
        pids().filter(has).collect()
    }

    fn little_is_kept(&self) {
        let name = self.animal.name;
        let path = self.path("attempt/transcript.jsonl");
        let length = fs::symlink_metadata(&path).map(|found| found.len()).unwrap_or_default();
        if !self.animal.spoils {
            assert!(0 < length && length <= MOST_TRANSCRIPT, "{name}: a transcript of {length} bytes");
            assert!(ends_with_its_end(&path), "{name}: the transcript has no end");
        }
        assert_eq!(fs::read_to_string(self.path(VICTIM)).expect("a file"), "mine", "{name}");
        let size = size(&self.path("attempt"));
        assert!(size <= MOST_FILES, "{name}: {size} bytes are kept of it");
        assert!(!self.path("attempt-tmp").exists(), "{name}");
    }
}

fn short(report: &AttemptReport) -> String {
    format!("{:?}", report.end).chars().take(150).collect()
}

fn ends_with_its_end(path: &Path) -> bool {
    let mut cursor = 0;
    let mut last = None;
    loop {
        let page = transcript::read(path, cursor).expect("a transcript");
        last = page.entries.into_iter().next_back().or(last);
        if page.cursor == cursor {
            return matches!(last.map(|entry| entry.event), Some(transcript::Event::End { .. }));
        }
        cursor = page.cursor;
    }
}

/// Bytes of all files in a folder; links are not followed.
fn size(dir: &Path) -> u64 {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let sizes = entries.map(|entry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => size(&entry.path()),
        Ok(kind) if kind.is_file() => entry.metadata().map(|found| found.len()).unwrap_or_default(),
        Ok(_) | Err(_) => 0,
    });
    sizes.sum()
}

/// A figure of this process, in KiB.
pub(crate) fn memory(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("own status");
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    number.expect("a figure")
}

/// Processes whose parent is this one.
pub(crate) fn children() -> Vec<i32> {
    pids().filter(|pid| stat(*pid, 1) == Some(own_pid())).collect()
}

fn pids() -> impl Iterator<Item = i32> {
    let own = own_pid();
    let entries = fs::read_dir("/proc").expect("proc").flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter(move |pid| *pid != own)
}
