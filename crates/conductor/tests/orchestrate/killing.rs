//! A driver that is killed again and again loses nothing and does nothing twice.

use std::collections::BTreeSet;
use std::time::Duration;

use taskwerk_client::model::Status;

use super::support::{Project, Running, until};

/// Kills of one session.
const KILLS: u32 = 20;
const TASKS: usize = 8;

/// The splitmix64 generator: small, and the same everywhere for the same seed.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % below
    }
}

#[test]
fn a_driver_that_is_killed_twenty_times_does_each_task_once() {
    // Another seed for every run would find more, but a failure has to be one that can be seen again.
    let seed = 20_240_229;
    println!("seed {seed}");
    let mut dice = Dice(seed);
    let agent = r#"
echo "$CONDUCTOR_TASK_ID" > "$CONDUCTOR_TASK_ID.txt"
(setsid sh -c 'while :; do sleep 1; done' &)
sleep 0.05
echo "done" >> "$CONDUCTOR_TASK_ID.txt"
"#;
    let gate = "gates: { test: { run: \"for f in TASK-*.txt; do grep -q done $f || exit 1; done\" } }";
    let project = Project::configured(agent, gate);
    for number in 0..TASKS {
        let needs = if number % 3 == 2 { vec!["TASK-001"] } else { Vec::new() };
        project.add(&format!("Task {number}"), &needs);
    }
    let before = project.users_own();
    let mut driver = project.spawn(&["orchestrate", "run", "--auto", "--jobs", "3"]);
    until("the session", || project.journal_rows() > 0);
    let mut met_alive = 0;
    for kill in 1..=KILLS {
        // A few steps are let through each time, so that the kills are spread over the whole session; then a
        // moment more, so that they fall between the steps as well.
        let_through(&project, &mut driver, dice.roll(5));
        std::thread::park_timeout(Duration::from_millis(dice.roll(15)));
        met_alive += u32::from(!driver.has_ended());
        driver.kill();
        println!("kill {kill}: at row {}", project.journal_rows());
        driver = project.spawn(&["orchestrate", "resume", "--auto"]);
    }
    assert_eq!(driver.wait(), Some(0), "{}", project.run(&["orchestrate", "status"]));
    assert!(met_alive > KILLS * 3 / 4, "the session was over too early to show much: {met_alive} of {KILLS}");
    assert_eq!(project.users_own(), before);
    for id in project.all().iter().map(|task| task.id.to_string()) {
        assert_eq!(project.status(&id), Status::Done, "{id}");
        assert_eq!(closed(&project, &id), 1, "{id}");
        assert_eq!(project.run_of(&id)["failures"], 0, "{id}: the death of the host is no failure");
        assert_eq!(project.file_of("conductor/s1", &format!("{id}.txt")), format!("{id}\ndone\n"));
    }
    let commits = project.commits("main..conductor/s1");
    let of = |what: fn(&super::support::Commit) -> &String| {
        commits.iter().map(what).collect::<BTreeSet<_>>().len()
    };
    assert_eq!((commits.len(), of(|c| &c.task), of(|c| &c.run)), (TASKS, TASKS, TASKS));
    project.assert_tidy();
}

/// An agent that needs a second or more, and goes on from its own files when it is begun again.
pub(super) const SLOW: &str = r#"
file="$CONDUCTOR_TASK_ID.txt"
(setsid sh -c 'while :; do sleep 1; done' &)
steps=$(( ${CONDUCTOR_TASK_ID#TASK-00} * 3 + 8 ))
while [ "$(cat "$file" 2> /dev/null | wc -l)" -lt $steps ]; do
  sleep 0.1
  echo step >> "$file"
done
"#;

/// How many kills: a few, or as many as `CONDUCTOR_SOAK` says.
pub(super) fn kills() -> u32 {
    let asked = std::env::vars().find(|(name, _)| name == "CONDUCTOR_SOAK");
    asked.and_then(|(_, number)| number.parse().ok()).unwrap_or(8)
}

/// One session of eight tasks, of which some need others; its driver is killed at any moment, and every other time
/// its keepers with it. Returns how many kills met it alive.
fn killed_at_any_moment(dice: &mut Dice, most: u32) -> u32 {
    let project = Project::new(SLOW);
    for number in 0..TASKS {
        let needs = if number % 3 == 2 { vec!["TASK-001"] } else { Vec::new() };
        project.add(&format!("Task {number}"), &needs);
    }
    let mut driver = project.spawn(&["orchestrate", "run", "--auto", "--jobs", "3"]);
    until("the session", || project.journal_rows() > 0);
    let mut kills = 0;
    while kills < most {
        std::thread::park_timeout(Duration::from_millis(20 + dice.roll(1_480)));
        if driver.has_ended() {
            break;
        }
        if dice.roll(2) == 0 {
            for keeper in project.children_of(driver.pid()) {
                // It may have ended by itself in this very moment.
                project.try_signal("KILL", keeper);
            }
        }
        driver.kill();
        kills += 1;
        driver = project.spawn(&["orchestrate", "resume", "--auto"]);
    }
    assert_eq!(driver.wait(), Some(0), "{}", project.run(&["orchestrate", "status"]));
    for id in project.all().iter().map(|task| task.id.to_string()) {
        assert_eq!((project.status(&id), closed(&project, &id)), (Status::Done, 1), "{id}");
        assert_eq!(project.run_of(&id)["failures"], 0, "{id}: the death of the host is no failure");
    }
    let runs: BTreeSet<String> = project.commits("main..conductor/s1").into_iter().map(|c| c.run).collect();
    assert_eq!(runs.len(), TASKS);
    assert_eq!(project.commits("main..conductor/s1").len(), TASKS);
    project.assert_tidy();
    kills
}

#[test]
fn a_driver_that_is_killed_with_its_keepers_does_each_task_once() {
    let (mut dice, most) = (Dice(15), kills());
    let mut kills = 0;
    while kills < most {
        kills += killed_at_any_moment(&mut dice, most - kills);
    }
    println!("{kills} kills");
}

/// Waits until the journal has grown by so many rows, or the driver has ended.
fn let_through(project: &Project, driver: &mut Running, rows: u64) {
    let goal = project.journal_rows() + rows;
    until("progress", || project.journal_rows() >= goal || driver.has_ended());
}

/// How often a task was closed.
pub(super) fn closed(project: &Project, id: &str) -> usize {
    let tasks = project.tasks();
    let events = tasks.events_of(&tasks.find(id).unwrap().id).unwrap();
    events.iter().filter(|row| row.event.kind() == "completed").count()
}

#[test]
fn a_landing_that_is_killed_is_brought_to_its_end() {
    let seed = 7;
    println!("seed {seed}");
    let mut dice = Dice(seed);
    // Enough files for a fast-forward that takes a while.
    let project = Project::new("mkdir d; i=0; while [ $i -lt 600 ]; do echo $i > d/$i; i=$((i+1)); done");
    project.write("mine.txt", "not tracked\n");
    project.add("Many files", &[]);
    project.orchestrate(0, &[]);
    for _ in 0..6 {
        let mut landing = project.spawn(&["orchestrate", "land"]);
        std::thread::park_timeout(Duration::from_millis(15 + dice.roll(90)));
        landing.kill();
    }
    project.ok(&["orchestrate", "land"]);
    assert_eq!(project.rev("main"), project.rev("conductor/s1"));
    assert_eq!(project.git(&["status", "--porcelain"]), "?? mine.txt\n");
    assert!(!project.exists(".git/index.lock"));
    assert_eq!(project.processes(), Vec::<String>::new());
}
