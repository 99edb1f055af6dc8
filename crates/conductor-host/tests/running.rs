//! Agents and gates as real processes under a keeper.
//!
//! A test program of its own: it runs again as the keeper.
#![expect(clippy::print_stdout, clippy::expect_used, reason = "a test program without the harness")]

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::fs::{self, File, Permissions};
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use conductor_engine::attempt::{AttemptEnd, AttemptReport, FailureClass};
use conductor_engine::evidence::Evidence;
use conductor_engine::gate::{GateEnd, GateSpec, TestReader, TestResults};
use conductor_engine::ids::TreeId;
use conductor_host::agents::{
    AgentRunner, AttemptLimits, AttemptRequest, Detected, Profile, Purpose, RunningAttempt, TaskSheet,
    detect, profiles,
};
use conductor_host::config::{Config, GateConfig};
use conductor_host::gates::{
    Base, Demands, GateJob, GateRunner, GateStop, RunGatesError, resolve, summarise,
};
use conductor_host::process::{Cmd, EnvMap, KEEPER_ARG, Keeper, keeper_main};
use conductor_host::transcript;

#[path = "running/measuring.rs"]
mod measuring;

/// A name, and what it tests.
type Test = (&'static str, fn(&Scene));

macro_rules! tests {
    ($($name:path),* $(,)?) => { &[$((stringify!($name), $name)),*] };
}

/// How long a program may take to say its version.
const PATIENCE: Duration = Duration::from_secs(10);

const TESTS: &[Test] = tests![
    an_agent_gets_its_files_and_an_environment_of_its_own,
    text_of_a_task_never_becomes_shell_or_an_option,
    an_agent_that_says_nothing_is_understood_by_its_exit,
    a_result_file_tells_more_than_an_exit,
    an_interrupted_try_leaves_no_result_behind,
    an_agent_can_be_stopped_and_runs_out_of_time,
    an_agent_that_is_not_there_is_a_setup_failure,
    an_agents_daemon_is_dead_when_the_attempt_is_over,
    built_in_agents_are_asked_for_their_version_and_others_are_not,
    gates_run_by_phase_and_a_failing_phase_is_the_last,
    gates_see_no_credentials_and_leave_no_process,
    a_gate_runs_out_of_time,
    a_gate_that_cannot_start_is_a_failed_gate,
    stopped_gates_give_no_evidence,
    a_changed_tree_is_in_the_evidence,
    tests_are_read_compared_and_required,
    measuring::gates_of_a_phase_run_beside_each_other,
    measuring::a_stop_ends_all_gates_that_run,
    measuring::a_gate_that_fails_by_accident_is_tried_again,
    measuring::coverage_and_findings_are_read_from_what_gates_leave,
];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args.first().map(String::as_str) == Some(KEEPER_ARG) {
        return ExitCode::from(keeper_main(std::io::stdin(), std::io::stdout()));
    }
    let wanted: Vec<&String> = args.iter().filter(|a| !a.starts_with('-')).collect();
    for (name, test) in
        TESTS.iter().filter(|(name, _)| wanted.is_empty() || wanted.iter().any(|w| name.contains(*w)))
    {
        if args.iter().any(|a| a == "--list") {
            println!("{name}: test");
            continue;
        }
        test(&Scene::new());
        println!("test {name} ... ok");
    }
    ExitCode::SUCCESS
}

/// A folder with a workspace and a place for outputs.
struct Scene {
    dir: tempfile::TempDir,
}

impl Scene {
    fn new() -> Self {
        let scene = Self { dir: tempfile::tempdir().expect("a folder") };
        fs::create_dir(scene.path("ws")).expect("a workspace");
        scene
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect(name);
    }

    /// A program in `bin/`.
    fn program(&self, name: &str, script: &str) {
        fs::create_dir_all(self.path("bin")).expect("bin");
        let path = format!("bin/{name}");
        self.write(&path, &format!("#!/bin/sh\n{script}\n"));
        fs::set_permissions(self.path(&path), Permissions::from_mode(0o755)).expect("executable");
    }

    fn fifo(&self, name: &str) {
        let made = Cmd::new("/usr/bin/mkfifo", self.dir.path()).arg(name).run().expect("mkfifo");
        assert!(made.exit.success());
    }

    fn user_env(&self) -> EnvMap {
        let path = format!("{}:/usr/bin:/bin", self.path("bin").display());
        [("PATH", path.as_str()), ("HOME", "/nowhere"), ("MY_KEY", "k"), ("GITHUB_TOKEN", "t")]
            .map(|(name, value)| (name.into(), value.into()))
            .into()
    }

    fn agents(&self) -> AgentRunner {
        AgentRunner { keeper: Keeper::current_exe().expect("own file"), user_env: self.user_env() }
    }

    fn request(&self, task: TaskSheet) -> AttemptRequest {
        AttemptRequest {
            run: "3.7".parse().expect("an id"),
            attempt: 2,
            task,
            prompt: "# Your task\n> --help $(touch x)\n".into(),
            workspace: self.path("ws"),
            dir: self.path("attempt"),
            tmp: self.path("attempt-tmp"),
            ceiling: self.path(""),
            resume: None,
            aide: None,
            purpose: Purpose::Work,
            limits: AttemptLimits::default(),
            timeout: Duration::from_secs(600),
        }
    }

    /// Starts an agent whose program is the given script.
    fn start(&self, script: &str) -> RunningAttempt {
        self.program("my-agent", script);
        self.agents()
            .start(&profile("my-agent {prompt} --task={task_file}"), self.request(task("Store notes")))
    }

    fn attempt(&self, script: &str) -> AttemptReport {
        self.start(script).wait()
    }

    fn gates(&self) -> GateRunner {
        GateRunner { keeper: Keeper::current_exe().expect("own file"), user_env: self.user_env() }
    }

    fn check_with(
        &self,
        specs: &[GateSpec],
        stop: &GateStop,
        tampered: &[&str],
        base: Option<&Base>,
    ) -> Result<Evidence, RunGatesError<Infallible>> {
        let tree = tree();
        let (workspace, dir) = (self.path("ws"), self.path("gates"));
        let (tmp, ceiling) = (self.path("gates-tmp"), self.path(""));
        let job = GateJob {
            specs,
            tree: &tree,
            workspace: &workspace,
            dir: &dir,
            tmp: &tmp,
            ceiling: &ceiling,
            files: &BTreeSet::from(["src/a.py".to_owned(), "src/b.py".to_owned()]),
            base,
        };
        self.gates().run(&job, stop, || Ok(tampered.iter().map(|path| (*path).to_owned()).collect()))
    }

    fn check(&self, specs: &[GateSpec]) -> Evidence {
        self.check_with(specs, &GateStop::default(), &[], None).expect("evidence")
    }
}

fn required() -> Demands {
    Demands { tests: true, ..Demands::default() }
}

fn tree() -> TreeId {
    TreeId::parse(&"a1".repeat(20)).expect("a tree")
}

fn task(title: &str) -> TaskSheet {
    TaskSheet { id: "TASK-001".into(), title: title.into(), ..TaskSheet::default() }
}

fn profile(run: &str) -> Profile {
    let value = serde_json::json!({"orchestration": {"agents": {"local": {"run": run, "env": ["MY_KEY"]}}}});
    let config = Config::from_value(&value).expect("a configuration");
    let all = profiles(&config.orchestration.agents, &|_| false).expect("profiles");
    all.into_iter().find(|p| p.label.name == "local").expect("the agent")
}

/// Gates as the user's file would name them: `(name, phase, command)`.
fn specs(rows: &[(&str, u32, &str)]) -> Vec<GateSpec> {
    let configured: BTreeMap<String, Option<GateConfig>> = rows
        .iter()
        .map(|(name, phase, run)| {
            let config =
                GateConfig { run: Some((*run).into()), phase: Some(*phase), ..GateConfig::default() };
            ((*name).to_owned(), Some(config))
        })
        .collect();
    resolve(Vec::new(), &configured).expect("gates")
}

fn wait_for(fifo: &Path) -> String {
    let mut text = String::new();
    File::open(fifo).expect("fifo").read_to_string(&mut text).expect("a line");
    text
}

fn failed(report: &AttemptReport) -> (FailureClass, &str) {
    let AttemptEnd::Failed { class, message } = &report.end else { panic!("not failed: {:?}", report.end) };
    (*class, message)
}

fn an_agent_gets_its_files_and_an_environment_of_its_own(scene: &Scene) {
    let report = scene.attempt(
        "pwd >here; env | sort >env; cat \"$CONDUCTOR_TASK_FILE\" >task; cat \"$CONDUCTOR_PROMPT_FILE\" >prompt
         echo working >&2; echo; echo 'Wrote it.'",
    );
    assert_eq!(report.end, AttemptEnd::Finished { summary: "Wrote it.".into() });
    assert!(report.contained);
    let root = scene.dir.path().display().to_string();
    assert_eq!(scene.read("ws/here").trim(), scene.path("ws").display().to_string());
    let env = scene.read("ws/env").replace(&root, "ROOT");
    let names: Vec<&str> = env.lines().filter(|l| !l.starts_with("PWD=") && !l.starts_with("_=")).collect();
    assert_eq!(
        names,
        [
            "CONDUCTOR_ATTEMPT=2",
            "CONDUCTOR_MAX_SECONDS=600",
            "CONDUCTOR_PROMPT_FILE=ROOT/attempt/prompt.md",
            "CONDUCTOR_RESULT_FILE=ROOT/attempt/result.json",
            "CONDUCTOR_RUN=3.7",
            "CONDUCTOR_TASK_FILE=ROOT/attempt/task.json",
            "CONDUCTOR_TASK_ID=TASK-001",
            "CONDUCTOR_TASK_TITLE=Store notes",
            "CONDUCTOR_WORKSPACE=ROOT/ws",
            "GIT_CEILING_DIRECTORIES=ROOT/",
            "HOME=/nowhere",
            "MY_KEY=k",
            "PATH=ROOT/bin:/usr/bin:/bin",
            "TERM=dumb",
            "TMPDIR=ROOT/attempt-tmp",
        ]
    );
    let told: TaskSheet = serde_json::from_str(&scene.read("ws/task")).expect("the task");
    assert_eq!(told, task("Store notes"));
    assert_eq!(scene.read("ws/prompt"), scene.request(task("")).prompt);
    let page = transcript::read(&scene.path("attempt/transcript.jsonl"), 0).expect("a transcript");
    let events: Vec<String> = page.entries.iter().map(|entry| format!("{:?}", entry.event)).collect();
    assert_eq!(
        [events.first(), events.last()].map(|e| e.expect("an event").as_str()),
        [
            "Started { agent: \"local\", replay: false, run: \"3.7\", attempt: 2 }",
            "End { outcome: \"finished\" }"
        ]
    );
    for line in
        ["Output { stream: Stderr, line: \"working\" }", "Output { stream: Stdout, line: \"Wrote it.\" }"]
    {
        assert!(events.iter().any(|event| event == line), "{line} in {events:?}");
    }
    assert!(!scene.path("attempt-tmp").exists());
}

fn text_of_a_task_never_becomes_shell_or_an_option(scene: &Scene) {
    scene.program(
        "my-agent",
        "for word; do printf '%s\\n--\\n' \"$word\"; done >words; printf %s \"$CONDUCTOR_TASK_TITLE\" >title",
    );
    let title = format!("--force $(touch x); `touch y`\n\0{}", "é".repeat(600_000));
    let report =
        scene.agents().start(&profile("my-agent {prompt} --title"), scene.request(task(&title))).wait();
    assert_eq!(report.end, AttemptEnd::Finished { summary: String::new() });
    assert_eq!(scene.read("ws/words"), "# Your task\n> --help $(touch x)\n\n--\n--title\n--\n");
    assert!(scene.read("ws/title").starts_with("--force $(touch x); `touch y`\n\u{fffd}éé"));
    assert!(!scene.path("ws/x").exists() && !scene.path("ws/y").exists());
}

fn an_agent_that_says_nothing_is_understood_by_its_exit(scene: &Scene) {
    assert_eq!(failed(&scene.attempt("exit 3")).0, FailureClass::Agent);
    assert_eq!(failed(&scene.attempt("exit 75")).0, FailureClass::Transient);
    assert_eq!(failed(&scene.attempt("no-such-program")).0, FailureClass::Setup);
    assert_eq!(failed(&scene.attempt("kill -9 $$")).0, FailureClass::Agent);
    let asked = AttemptEnd::Asked { question: "which?".into() };
    assert_eq!(scene.attempt("echo 'QUESTION: which?'").end, asked);
    // The files of one attempt are kept when it is tried again, but only what is new is read.
    assert_eq!(scene.attempt("exit 0").end, AttemptEnd::Finished { summary: String::new() });
}

fn a_result_file_tells_more_than_an_exit(scene: &Scene) {
    let report = scene.attempt(
        r#"echo '{"status":"blocked","message":"no key","usage":{"input_tokens":5,"cost_usd":0.25}}' >"$CONDUCTOR_RESULT_FILE""#,
    );
    assert_eq!(report.end, AttemptEnd::Blocked { reason: "no key".into() });
    assert_eq!((report.usage.input_tokens, report.usage.cost_micros), (Some(5), Some(250_000)));
    let garbage = r#"head -c 100000 /dev/urandom >"$CONDUCTOR_RESULT_FILE"; head -c 100000 /dev/urandom; echo; echo; echo done"#;
    assert_eq!(scene.attempt(garbage).end, AttemptEnd::Finished { summary: "done".into() });
}

fn an_interrupted_try_leaves_no_result_behind(scene: &Scene) {
    fs::create_dir(scene.path("attempt")).expect("a folder");
    scene.write("attempt/result.json", r#"{"status":"done","message":"stale"}"#);
    scene.write("attempt/stdout.log", "QUESTION: stale?\n");
    assert_eq!(failed(&scene.attempt("exit 1")).1, "the agent's program ended with exit 1");
}

fn an_agent_can_be_stopped_and_runs_out_of_time(scene: &Scene) {
    scene.fifo("ready");
    let running = scene.start("echo >../ready; exec sleep 600");
    wait_for(&scene.path("ready"));
    let stopper = running.stopper();
    let other = stopper.clone();
    thread::spawn(move || other.stop());
    let report = running.wait();
    assert_eq!((report.end, report.contained), (AttemptEnd::Cancelled, true));
    stopper.stop();
    let request = AttemptRequest { timeout: Duration::from_millis(20), ..scene.request(task("x")) };
    scene.program("my-agent", "exec sleep 600");
    let report = scene.agents().start(&profile("my-agent"), request).wait();
    assert_eq!((report.end, report.contained), (AttemptEnd::TimedOut, true));
}

fn an_agent_that_is_not_there_is_a_setup_failure(scene: &Scene) {
    let report = scene.agents().start(&profile("no-such-agent x"), scene.request(task("x"))).wait();
    let (class, message) = failed(&report);
    assert_eq!(class, FailureClass::Setup);
    assert!(message.contains("no-such-agent"), "{message}");
    let request = AttemptRequest { prompt: "x".repeat(200_000), ..scene.request(task("x")) };
    let report = scene.agents().start(&profile("my-agent {prompt}"), request).wait();
    let (class, message) = failed(&report);
    assert!(class == FailureClass::Setup && message.contains("{prompt_file}"), "{message}");
}

/// Whether nobody holds the lock on a file. What holds it is alive; its pid would say nothing outside of its
/// namespace.
fn is_free(path: &Path) -> bool {
    let file = File::open(path).expect("the lock");
    rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive).is_ok()
}

fn an_agents_daemon_is_dead_when_the_attempt_is_over(scene: &Scene) {
    scene.fifo("up");
    let report = scene.attempt(
        "trap '' HUP TERM; setsid sh -c 'trap \"\" HUP TERM; exec 9>../held; flock 9; echo >../up; exec sleep 600' & read -r _ <../up",
    );
    assert_eq!((report.end, report.contained), (AttemptEnd::Finished { summary: String::new() }, true));
    assert!(is_free(&scene.path("held")));
}

fn built_in_agents_are_asked_for_their_version_and_others_are_not(scene: &Scene) {
    scene.program("claude", "[ \"$1\" = --version ] && echo '2.1.330 (Claude Code)'");
    scene.program("codex", "echo broken; exit 1");
    scene.program("my-agent", "touch asked");
    let all = profiles(&BTreeMap::new(), &|_| false).expect("profiles");
    let found = |profile: &Profile| match detect(&scene.agents(), profile, &scene.path("ws"), PATIENCE) {
        Detected::Ready { program, version } => {
            format!("{} {version:?}", program.file_name().expect("a name").to_string_lossy())
        }
        Detected::Missing { what } => format!("no {what}"),
        Detected::Recording { file } => file.display().to_string(),
    };
    let told: Vec<String> = all.iter().map(found).collect();
    let expected =
        ["claude Some(\"2.1.330\")", "codex None", "no gemini", "no opencode", "no qwen", "no vibe-acp"];
    assert_eq!(told, expected);
    assert_eq!(found(&profile("my-agent")), "my-agent None");
    assert_eq!(fs::read_dir(scene.path("ws")).expect("the folder").count(), 0);
}

fn gates_run_by_phase_and_a_failing_phase_is_the_last(scene: &Scene) {
    let gates = specs(&[
        ("late", 3, "echo late >>order"),
        ("build", 1, "echo build >>order; pwd"),
        ("lint", 2, "echo lint >>order; echo oops >&2; exit 4"),
        ("test", 2, "echo test >>order"),
    ]);
    let evidence = scene.check(&gates);
    assert_eq!(scene.read("ws/order"), "build\nlint\ntest\n");
    let ends: Vec<(&str, GateEnd)> = evidence.gates.iter().map(|g| (g.name.as_str(), g.end)).collect();
    assert_eq!(ends, [("build", GateEnd::Exit(0)), ("lint", GateEnd::Exit(4)), ("test", GateEnd::Exit(0))]);
    assert_eq!(evidence.gates[0].output_tail, scene.path("ws").display().to_string());
    assert_eq!(evidence.gates[1].output_tail, "oops");
    assert_eq!(scene.read("gates/lint.log"), "oops\n");
    assert!(!evidence.passed());
    let summary = summarise(&evidence, &Demands::default());
    assert_eq!(summary.failed, ["lint"]);
    assert_eq!(summary.signature.as_deref(), Some("lint|ended with exit 4|oops"));
    // The same gates on the same tree say the same, whatever an earlier check left behind.
    let again = scene.check(&gates);
    assert_eq!(again.gates[1].output_tail, "oops");
    assert_eq!(again.gates_digest, evidence.gates_digest);
    assert_eq!(again.environment_digest, evidence.environment_digest);
}

fn gates_see_no_credentials_and_leave_no_process(scene: &Scene) {
    let run = "env | sort >env; setsid sh -c 'exec 9>held; flock 9; echo >&9; exec sleep 600' & while ! [ -s held ]; do :; done";
    assert!(scene.check(&specs(&[("test", 1, run)])).passed());
    let env = scene.read("ws/env");
    assert!(!env.contains("GITHUB_TOKEN") && !env.contains("MY_KEY"), "{env}");
    assert!(env.contains("HOME=/nowhere") && env.contains("CI=true"), "{env}");
    assert!(is_free(&scene.path("ws/held")));
    assert!(!scene.path("gates-tmp").exists());
}

fn a_gate_runs_out_of_time(scene: &Scene) {
    let mut gates = specs(&[("test", 1, "echo begun; exec sleep 600")]);
    gates[0].timeout_seconds = 1;
    let evidence = scene.check(&gates);
    assert_eq!(evidence.gates[0].end, GateEnd::TimedOut);
    assert!(summarise(&evidence, &Demands::default()).feedback.contains("ran out of time"));
}

fn a_gate_that_cannot_start_is_a_failed_gate(scene: &Scene) {
    fs::remove_dir(scene.path("ws")).expect("removed");
    let evidence = scene.check(&specs(&[("test", 1, "true")]));
    assert_eq!(evidence.gates[0].end, GateEnd::NotStarted);
    assert!(evidence.gates[0].output_tail.contains("no such directory"), "{:?}", evidence.gates[0]);
}

fn stopped_gates_give_no_evidence(scene: &Scene) {
    scene.fifo("ready");
    let stop = GateStop::default();
    let gates = specs(&[("test", 1, "echo >../ready; exec sleep 600"), ("late", 2, "touch late")]);
    let stopped = thread::scope(|scope| {
        let running = scope.spawn(|| scene.check_with(&gates, &stop, &[], None));
        wait_for(&scene.path("ready"));
        stop.stop();
        running.join().expect("an answer")
    });
    assert!(matches!(stopped, Err(RunGatesError::Stopped)));
    assert!(matches!(scene.check_with(&gates, &stop, &[], None), Err(RunGatesError::Stopped)));
    assert!(!scene.path("ws/late").exists());
}

fn a_changed_tree_is_in_the_evidence(scene: &Scene) {
    let gates = specs(&[("test", 1, "true")]);
    let evidence = scene.check_with(&gates, &GateStop::default(), &["Cargo.lock"], None).expect("evidence");
    assert_eq!((evidence.tampered.as_slice(), evidence.passed()), (&["Cargo.lock".to_owned()][..], false));
}

fn tests_are_read_compared_and_required(scene: &Scene) {
    let mut gates = specs(&[("test", 1, "printf 'test a ... ok\\ntest b ... ok\\n'")]);
    gates[0].reader = Some(TestReader::Cargo);
    let base = scene.check(&gates).gates[0].tests.clone().expect("tests");
    assert_eq!(base.ran(), 2);
    gates[0].run = "printf 'test a ... ok\\ntest c ... ok\\n'".into();
    let base = Base { tests: Some(base), ..Base::default() };
    let evidence = scene.check_with(&gates, &GateStop::default(), &[], Some(&base)).expect("evidence");
    let delta = evidence.tests.clone().expect("a comparison");
    assert_eq!(
        (delta.removed.first().map(String::as_str), delta.added.first().map(String::as_str)),
        (Some("b"), Some("c"))
    );
    assert!(summarise(&evidence, &required()).passed);
    // What is only guessed from the output never contradicts the command's own exit.
    let mut own = specs(&[("test", 1, "printf 'test a ... ok\\ntest b ... FAILED\\n'")]);
    assert_eq!(scene.check(&own).gates[0].tests, None);
    own[0].run = format!("{}; exit 1", own[0].run);
    assert_eq!(scene.check(&own).gates[0].tests.as_ref().map(TestResults::ran), Some(2));
    gates[0].run = "echo nothing to do".into();
    let silent = scene.check(&gates);
    assert!(summarise(&silent, &Demands::default()).passed && !summarise(&silent, &required()).passed);
    gates[0].reader = Some(TestReader::Junit);
    gates[0].report = Some("junit.xml".into());
    scene.write("ws/junit.xml", r#"<testsuite><testcase name="forged"/></testsuite>"#);
    assert_eq!(summarise(&scene.check(&gates), &required()).tests_run, Some(0));
    gates[0].run =
        r#"echo '<testsuite><testcase name="a"/><testcase name="b"/></testsuite>' >junit.xml"#.into();
    assert_eq!(summarise(&scene.check(&gates), &required()).tests_run, Some(2));
}
