//! A project in a place of its own, with a shell script for an agent.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use conductor_engine::event::{Event, Recorded};
use conductor_engine::ids::{RunId, SessionId};
use conductor_host::driver::Journal as _;
use conductor_host::journal::Database;
use serde_json::{Value, json};
use taskwerk_client::model::{ImportFile, ListQuery, Status, Task};
use taskwerk_client::{ImportOptions, Tasks};
use testkit::{Hermetic, Ran};

/// The program under test.
const CONDUCTOR: &str = env!("CARGO_BIN_EXE_conductor");

/// An agent that writes a file of its task's and says so.
pub(crate) const WRITER: &str = r#"
printf '%s\n' "$CONDUCTOR_TASK_TITLE" > "$CONDUCTOR_TASK_ID.txt"
echo "wrote $CONDUCTOR_TASK_ID.txt"
"#;

/// A repository on `main` with one commit, a task store, and an agent.
pub(crate) struct Project {
    hermetic: Hermetic,
}

/// A commit of a run, as it is read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Commit {
    pub(crate) id: String,
    pub(crate) subject: String,
    pub(crate) task: String,
    pub(crate) run: String,
    pub(crate) agent: String,
    pub(crate) evidence: String,
}

impl Project {
    /// `agent` is the body of the agent's script.
    pub(crate) fn new(agent: &str) -> Self {
        Self::configured(agent, "")
    }

    /// The same with more configuration: sections of `orchestration`, without indentation.
    pub(crate) fn configured(agent: &str, sections: &str) -> Self {
        Self::begun(Hermetic::new().unwrap(), agent, sections)
    }

    /// The same below a folder of the caller's.
    pub(crate) fn in_folder(folder: &Path, agent: &str) -> Self {
        Self::begun(Hermetic::in_folder(folder).unwrap(), agent, "")
    }

    fn begun(hermetic: Hermetic, agent: &str, sections: &str) -> Self {
        let project = Self { hermetic };
        let home = project.home();
        project.write_agent(agent);
        fs::write(
            home.join(".gitconfig"),
            "[user]\n\tname = Ada\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n",
        )
        .unwrap();
        project.git(&["init", "-q"]);
        project.write("README.md", "# Notes\n");
        project.write(".gitignore", ".taskwerk/\n*.secret\n");
        project.commit("start");
        Tasks::init(project.work()).unwrap();
        project.configure(sections);
        project
    }

    pub(crate) fn configure(&self, sections: &str) {
        let sections: String = sections.lines().map(|line| format!("  {line}\n")).collect();
        let agent = self.home().join("agent.sh");
        let text = format!(
            "orchestration:\n  agents:\n    script: {{ adapter: command, run: \"{}\" }}\n{sections}",
            agent.display()
        );
        fs::write(self.work().join(".taskwerk/config.yml"), text).unwrap();
    }

    pub(crate) fn write_agent(&self, body: &str) {
        // Written anew beside and renamed, so that a script that runs keeps the text that it began with.
        let (new, path) = (self.home().join("agent.new"), self.home().join("agent.sh"));
        fs::write(&new, format!("#!/bin/sh\nset -eu\n{body}")).unwrap();
        fs::set_permissions(&new, fs::Permissions::from_mode(0o755)).unwrap();
        fs::rename(new, path).unwrap();
    }

    /// Everything of this project is under here.
    pub(crate) fn root(&self) -> &Path {
        self.home().parent().unwrap()
    }

    /// Agents and gates see it as `$HOME`.
    pub(crate) fn home(&self) -> &Path {
        self.hermetic.home()
    }

    /// The user's checkout.
    pub(crate) fn work(&self) -> &Path {
        self.hermetic.work()
    }

    pub(crate) fn write(&self, name: &str, content: &str) {
        let file = self.work().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, content).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.work().join(name)).unwrap()
    }

    pub(crate) fn exists(&self, name: &str) -> bool {
        self.work().join(name).symlink_metadata().is_ok()
    }

    /// What an agent or a gate left in the home folder.
    pub(crate) fn mark(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.home().join(name)).ok()
    }

    pub(crate) fn commit(&self, message: &str) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
    }

    #[track_caller]
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let ran = self.hermetic.run("git", arguments).unwrap();
        assert_eq!(ran.code, Some(0), "git {arguments:?}\n{ran}");
        ran.stdout
    }

    /// Whether git says yes.
    pub(crate) fn git_ok(&self, arguments: &[&str]) -> bool {
        self.hermetic.run("git", arguments).unwrap().code == Some(0)
    }

    pub(crate) fn rev(&self, name: &str) -> String {
        self.git(&["rev-parse", "--verify", name]).trim().to_owned()
    }

    /// A file of a commit.
    #[track_caller]
    pub(crate) fn file_of(&self, commit: &str, name: &str) -> String {
        self.git(&["show", &format!("{commit}:{name}")])
    }

    /// The names of the files of a commit, as git stores them.
    pub(crate) fn files_of(&self, commit: &str) -> BTreeSet<String> {
        let names = self.git(&["ls-tree", "-r", "-z", "--name-only", commit]);
        names.split('\0').filter(|name| !name.is_empty()).map(str::to_owned).collect()
    }

    /// The commits from `main` to a branch, oldest first.
    pub(crate) fn commits(&self, range: &str) -> Vec<Commit> {
        let keys = ["Task", "Run", "Agent", "Evidence"];
        let trailers = keys.map(|k| format!("%x00%(trailers:key={k},valueonly,separator=%x2C)")).concat();
        let out =
            self.git(&["log", "--reverse", "--topo-order", &format!("--format=%H%x00%s{trailers}"), range]);
        out.lines()
            .map(|line| {
                let mut fields = line.split('\0').map(str::to_owned);
                let mut next = || fields.next().unwrap();
                Commit {
                    id: next(),
                    subject: next(),
                    task: next(),
                    run: next(),
                    agent: next(),
                    evidence: next(),
                }
            })
            .collect()
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.hermetic.cmd(CONDUCTOR);
        command.args(arguments);
        command
    }

    /// A line of shell in the user's checkout; what is added to it are the line's arguments.
    pub(crate) fn shell(&self, line: &str) -> Command {
        let mut command = self.hermetic.cmd("/bin/sh");
        command.args(["-c", line]);
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::from(self.command(arguments).output().unwrap())
    }

    /// Starts a command whose output goes nowhere, and does not wait for it.
    pub(crate) fn spawn(&self, arguments: &[&str]) -> Running {
        let mut command = self.command(arguments);
        Running(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }

    /// A shell that runs this script, with the program under test as `$0`, under way.
    pub(crate) fn script(&self, script: &str) -> Running {
        let mut command = self.hermetic.cmd("/bin/sh");
        command.args(["-c", script, CONDUCTOR]);
        Running(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }

    /// Runs a command that must end with this exit code.
    #[track_caller]
    pub(crate) fn ends(&self, code: i32, arguments: &[&str]) -> Ran {
        let ran = self.run(arguments);
        assert_eq!(ran.code, Some(code), "{arguments:?}\n{ran}");
        ran
    }

    #[track_caller]
    pub(crate) fn ok(&self, arguments: &[&str]) -> String {
        self.ends(0, arguments).stdout
    }

    /// The one document of a command that must succeed.
    #[track_caller]
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        self.document(0, arguments)
    }

    /// The one document of a command that must end with this exit code.
    #[track_caller]
    pub(crate) fn document(&self, code: i32, arguments: &[&str]) -> Value {
        let ran = self.ends(code, &[&["--json"], arguments].concat());
        serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{arguments:?}: {error}\n{ran}"))
    }

    /// The stable code of a command that must be refused with this exit code.
    #[track_caller]
    pub(crate) fn refused(&self, code: i32, arguments: &[&str]) -> String {
        self.document(code, arguments)["error"]["code"].as_str().unwrap().to_owned()
    }

    /// `conductor orchestrate run --auto` with these arguments, and its exit code.
    #[track_caller]
    pub(crate) fn orchestrate(&self, code: i32, arguments: &[&str]) -> Ran {
        self.ends(code, &[&["orchestrate", "run", "--auto"], arguments].concat())
    }

    pub(crate) fn tasks(&self) -> Tasks {
        Tasks::open(self.work(), None).unwrap()
    }

    /// Adds a task; `needs` are ids. Its id comes back.
    pub(crate) fn add(&self, title: &str, needs: &[&str]) -> String {
        self.add_row(&json!({ "title": title, "depends_on": needs }))
    }

    pub(crate) fn add_row(&self, row: &Value) -> String {
        let rows = ImportFile::from_json(json!([row]).to_string().as_bytes()).unwrap().rows;
        let report = self.tasks().import(rows, &ImportOptions::default()).unwrap();
        assert_eq!(report.created, 1);
        let all = self.all();
        all.iter().max_by_key(|task| task.id.clone()).unwrap().id.to_string()
    }

    pub(crate) fn all(&self) -> Vec<Task> {
        self.tasks().list(&ListQuery { include_closed: true, ..ListQuery::default() }).unwrap()
    }

    pub(crate) fn task(&self, id: &str) -> Task {
        self.tasks().find(id).unwrap()
    }

    pub(crate) fn status(&self, id: &str) -> Status {
        self.task(id).status
    }

    /// Every note of a task, one after the other.
    pub(crate) fn notes(&self, id: &str) -> String {
        let tasks = self.tasks();
        let detail = tasks.detail(&tasks.find(id).unwrap().id).unwrap();
        detail.notes.iter().map(|note| format!("{}\n", note.text)).collect()
    }

    /// Whether somebody holds a claim on the task.
    pub(crate) fn claimed(&self, id: &str) -> bool {
        let tasks = self.tasks();
        let id = tasks.find(id).unwrap().id;
        tasks.claim_of(&id).unwrap().is_some_and(|claim| claim.is_live(tasks.now()))
    }

    /// The run of a task, as `orchestrate status` tells it; the newest when there are several.
    #[track_caller]
    pub(crate) fn run_of(&self, task: &str) -> Value {
        let status = self.json(&["orchestrate", "status"]);
        let runs = status["runs"].as_array().unwrap();
        runs.iter().rfind(|run| run["task_id"] == task).unwrap_or_else(|| panic!("{task}: {status}")).clone()
    }

    /// What waits for a person.
    pub(crate) fn inbox(&self) -> Vec<Value> {
        self.json(&["inbox"]).as_array().unwrap().clone()
    }

    /// The rows of the newest session's journal, as the engine counts them.
    pub(crate) fn journal_rows(&self) -> u64 {
        let db = Database::open(&self.work().join(".taskwerk")).unwrap();
        db.newest_session().unwrap().map_or(0, |id| db.fold(id).unwrap().seq)
    }

    /// Adds a row to a session's journal that cannot be applied.
    pub(crate) fn spoil_journal(&self, session: u64) {
        let id = SessionId(session);
        let mut db = Database::open(&self.work().join(".taskwerk")).unwrap();
        let after = db.fold(id).unwrap();
        let event = Event::Ended { run: RunId { session: id, number: 99 } };
        let row = Recorded { seq: after.seq + 1, at: jiff::Timestamp::UNIX_EPOCH, event };
        db.append(id, &[row], &after).unwrap();
    }

    /// Workspaces that are there: of runs, and of gates.
    pub(crate) fn workspaces(&self) -> Vec<PathBuf> {
        let places = folder(&self.home().join(".local/state/conductor"));
        let kinds = places.iter().flat_map(|place| ["run", "gate"].map(|kind| place.join(kind)));
        kinds.flat_map(|kind| folder(&kind)).collect()
    }

    /// Processes that have to do with this project, with their command lines.
    pub(crate) fn processes(&self) -> Vec<String> {
        let own = std::process::id();
        let pids = folder(Path::new("/proc"))
            .into_iter()
            .filter_map(|path| path.file_name()?.to_str()?.parse::<u32>().ok());
        // What another test is just starting is this program itself for a moment, with its files.
        let program = |pid: u32| fs::read_link(format!("/proc/{pid}/exe")).ok();
        let own_program = program(own);
        pids.filter(|pid| *pid != own && concerns(*pid, self.root()))
            .filter(|pid| program(*pid).is_none_or(|path| Some(path) != own_program))
            .map(|pid| {
                let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
                format!("{pid} {}", String::from_utf8_lossy(&line).replace('\0', " "))
            })
            .collect()
    }

    /// Signals a process that may be gone.
    pub(crate) fn try_signal(&self, name: &str, pid: u32) {
        self.hermetic.run("/bin/sh", ["-c", &format!("kill -s {name} {pid}")]).unwrap();
    }

    pub(crate) fn signal(&self, name: &str, pid: u32) {
        let command = format!("kill -s {name} {pid}");
        let ran = self.hermetic.run("/bin/sh", ["-c", &command]).unwrap();
        assert_eq!(ran.code, Some(0), "{command}\n{ran}");
    }

    /// The children of a process: of a driver, its keepers.
    pub(crate) fn children_of(&self, pid: u32) -> Vec<u32> {
        let threads = folder(Path::new(&format!("/proc/{pid}/task")));
        let lists = threads.iter().filter_map(|thread| fs::read_to_string(thread.join("children")).ok());
        lists
            .flat_map(|list| list.split_ascii_whitespace().filter_map(|p| p.parse().ok()).collect::<Vec<_>>())
            .collect()
    }

    /// Where programs are looked for.
    pub(crate) fn path(&self) -> String {
        let ran = self.hermetic.run("/bin/sh", ["-c", "printf %s \"$PATH\""]).unwrap();
        ran.stdout
    }

    /// Nothing is left of a session that is over but its records: no process, no workspace, no claim, and every
    /// ref of Conductor's can be read to its last object.
    #[track_caller]
    pub(crate) fn assert_tidy(&self) {
        assert_eq!(self.processes(), Vec::<String>::new());
        assert_eq!(self.workspaces(), Vec::<PathBuf>::new());
        self.assert_sound();
    }

    #[track_caller]
    pub(crate) fn assert_sound(&self) {
        let tasks = self.all();
        let claimed: Vec<String> =
            tasks.iter().map(|task| task.id.to_string()).filter(|id| self.claimed(id)).collect();
        assert_eq!(claimed, Vec::<String>::new());
        let refs = self.refs("refs/conductor");
        for id in refs.values() {
            self.git(&["rev-list", "--objects", "--quiet", id]);
        }
        self.git(&["fsck", "--strict", "--no-dangling"]);
    }

    /// Refs under a prefix, and what they name.
    pub(crate) fn refs(&self, under: &str) -> BTreeMap<String, String> {
        let out = self.git(&["for-each-ref", "--format=%(refname) %(objectname)", under]);
        out.lines().filter_map(|l| l.split_once(' ')).map(|(n, id)| (n.to_owned(), id.to_owned())).collect()
    }

    /// Every byte of the user's: files, index, refs, configuration, with modes and times. Conductor's own refs,
    /// objects, and the task store are left out.
    pub(crate) fn users_own(&self) -> BTreeMap<PathBuf, String> {
        let mut found = BTreeMap::new();
        let not = [
            ".taskwerk",
            ".git/objects",
            ".git/refs/conductor",
            ".git/refs/heads/conductor",
            ".git/logs/refs/heads/conductor",
        ]
        .map(|name| self.work().join(name));
        let mut folders = vec![self.work().to_owned()];
        while let Some(path) = folders.pop() {
            for entry in folder(&path).into_iter().filter(|entry| !not.contains(entry)) {
                let facts = entry.symlink_metadata().unwrap();
                if facts.is_dir() {
                    folders.push(entry);
                    continue;
                }
                let content = if facts.is_symlink() {
                    fs::read_link(&entry).unwrap().into_os_string()
                } else {
                    OsStr::from_bytes(&fs::read(&entry).unwrap()).to_owned()
                };
                let (mode, seconds, nanos) = (facts.mode(), facts.mtime(), facts.mtime_nsec());
                found.insert(entry, format!("{mode:o} {seconds}.{nanos} {content:?}"));
            }
        }
        found
    }
}

/// A command under way, killed when it is dropped.
pub(crate) struct Running(Child);

impl Running {
    pub(crate) fn of(child: Child) -> Self {
        Self(child)
    }

    pub(crate) fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    pub(crate) fn pid(&self) -> u32 {
        self.0.id()
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        self.0.try_wait().unwrap().is_some()
    }

    pub(crate) fn wait(&mut self) -> Option<i32> {
        self.0.wait().unwrap().code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended long ago.
        let _ended = self.0.kill();
        let _ended = self.0.wait();
    }
}

/// Looks again and again until something is so. A hundred seconds is far more than anything here takes.
#[track_caller]
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..10_000 {
        if is_so() {
            return;
        }
        std::thread::park_timeout(Duration::from_millis(10));
    }
    panic!("{what} never came");
}

fn folder(path: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

/// Whether a process runs in a folder, has a file open there, or was given its path.
fn concerns(pid: u32, root: &Path) -> bool {
    let at = |name: &str| format!("/proc/{pid}/{name}");
    let root_bytes = root.as_os_str().as_bytes();
    let says = |name: &str| {
        fs::read(at(name)).is_ok_and(|text| text.windows(root_bytes.len()).any(|part| part == root_bytes))
    };
    let in_it = |path: PathBuf| fs::read_link(path).is_ok_and(|target| target.starts_with(root));
    // One that ended and that nobody has collected yet has neither a folder nor files nor a command line.
    says("cmdline")
        || says("environ")
        || in_it(at("cwd").into())
        || folder(Path::new(&at("fd"))).into_iter().any(in_it)
}
