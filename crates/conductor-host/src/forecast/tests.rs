use conductor_engine::ids::TaskRef;
use conductor_engine::session::{LaneRules, Standing};
use jiff::Timestamp;

use super::*;

fn task(id: &str, minutes: u64, needs: &[&str]) -> TaskFacts {
    TaskFacts {
        task: TaskRef(id.to_owned()),
        id: id.to_owned(),
        title: format!("Task {id}"),
        standing: Standing::Ready,
        urgency: 2,
        created_at: Timestamp::UNIX_EPOCH,
        estimate_minutes: minutes,
        depends_on: needs.iter().map(|on| TaskRef((*on).to_owned())).collect(),
    }
}

fn rules(jobs: usize) -> Rules {
    Rules { lane: LaneRules { at_once: 2.min(jobs), batch: 4 }, ..Rules::new("a", jobs) }
}

const FEW: Draws = Draws { runs: 20, seed: 1 };

/// Two chains, and tasks beside them.
fn some() -> Vec<TaskFacts> {
    vec![
        task("a", 60, &[]),
        task("b", 30, &["a"]),
        task("c", 90, &["a"]),
        task("d", 20, &["b", "c"]),
        task("e", 45, &[]),
        task("f", 15, &["e"]),
        task("g", 0, &[]),
    ]
}

fn of(tasks: &[TaskFacts], jobs: usize, assumptions: &Assumptions) -> Forecast {
    forecast(tasks, &rules(jobs), assumptions, FEW).unwrap()
}

#[test]
fn exact_work_takes_what_the_order_forces() {
    let one = of(&some(), 1, &Assumptions::EXACT);
    // 60 + 30 + 90 + 20 + 45 + 15, and 60 for the one without an estimate.
    assert_eq!((one.finish.p50, one.bound), (320 * 60, 320 * 60));
    assert!((one.utilisation - 1.0).abs() < 1e-9);
    let many = of(&some(), 4, &Assumptions::EXACT);
    assert_eq!(many.finish, Finish { p10: 170 * 60, p50: 170 * 60, p90: 170 * 60, mean: 170 * 60 });
    assert_eq!((many.bound, many.holds), (170 * 60, 0.0));
    assert!((many.attempts - 7.0).abs() < 1e-9);
}

#[test]
fn tests_questions_and_limits_take_their_time() {
    let chain = [task("a", 60, &[]), task("b", 60, &["a"])];
    let exact = Assumptions::EXACT;
    let finish = |a: &Assumptions| of(&chain, 2, a).finish.p50;
    assert_eq!(finish(&Assumptions { test: SignedDuration::from_mins(5), ..exact }), 130 * 60);
    assert_eq!(finish(&Assumptions { pace: 0.5, ..exact }), 60 * 60);
    // Each attempt of the first round asks; what was done before the question is not done again.
    let asking = Assumptions { ask: 0.5, answer: SignedDuration::from_mins(10), ..exact };
    let asked = of(&chain, 2, &asking);
    assert_eq!(asked.median.finish, asked.finish.p50);
    let held: u64 =
        asked.median.bars.iter().filter(|b| b.kind == BarKind::Hold).map(|b| b.end - b.begin).sum();
    assert!(held > 0 && held.is_multiple_of(600), "{asked:?}");
    assert!(asked.finish.p50.abs_diff(120 * 60 + held) <= 4, "{asked:?}");
    let limited = Assumptions { rate_limit: 0.5, limit: SignedDuration::from_mins(10), ..exact };
    assert!(finish(&limited) >= 130 * 60);
}

#[test]
fn failed_work_is_found_out_and_done_again() {
    let all = Assumptions { fail: 0.3, conflict: 0.2, accident: 0.2, ..Assumptions::USUAL };
    let (kind, unkind) = (of(&some(), 3, &Assumptions::EXACT), of(&some(), 3, &all));
    assert!(unkind.attempts > kind.attempts + 1.0, "{unkind:?}");
    assert!(unkind.finish.p50 > kind.finish.p50);
    assert!(unkind.finish.p10 <= unkind.finish.p50 && unkind.finish.p50 < unkind.finish.p90);
    assert!(unkind.utilisation > 0.0 && unkind.utilisation <= 1.0);
}

#[test]
fn work_that_nearly_always_fails_is_held_again_and_again_and_still_ends() {
    let hopeless = Assumptions { fail: 0.9, ..Assumptions::USUAL };
    let found = of(&some(), 2, &hopeless);
    assert!(found.holds > 5.0, "{found:?}");
    let never = Assumptions { fail: 1.0, ..Assumptions::USUAL };
    let error = forecast(&some()[..1], &rules(1), &never, FEW).unwrap_err();
    assert!(matches!(error, ForecastError::Endless(ref task) if task == "a"), "{error}");
}

#[test]
fn a_person_who_has_to_look_at_everything_is_waited_for() {
    let careful = Rules { auto_commit: false, ..rules(2) };
    let chain = [task("a", 60, &[]), task("b", 60, &["a"])];
    let slow = Assumptions { answer: SignedDuration::from_mins(20), ..Assumptions::EXACT };
    let found = forecast(&chain, &careful, &slow, FEW).unwrap();
    assert_eq!(found.finish.p50, 160 * 60);
    assert!((found.holds - 2.0).abs() < 1e-9);
}

#[test]
fn the_same_seed_gives_the_same_forecast_and_another_one_another() {
    let draw = |seed| forecast(&some(), &rules(3), &Assumptions::USUAL, Draws { runs: 20, seed }).unwrap();
    assert_eq!(draw(1), draw(1));
    assert_ne!(draw(1).finish, draw(2).finish);
}

#[test]
fn no_agent_does_two_things_at_once_and_no_task_begins_before_what_it_needs() {
    let tasks = some();
    for jobs in 1..5 {
        let found = of(&tasks, jobs, &Assumptions::USUAL);
        let attempts: Vec<&Bar> = found.median.bars.iter().filter(|b| b.kind == BarKind::Attempt).collect();
        for (n, bar) in attempts.iter().enumerate() {
            assert!(bar.row < jobs, "{bar:?}");
            let other = attempts[..n].iter().find(|b| b.row == bar.row && b.end > bar.begin);
            assert_eq!(other, None, "{bar:?}");
            for on in &tasks.iter().find(|t| t.id == bar.task).unwrap().depends_on {
                let late = attempts.iter().find(|b| b.task == on.0 && b.end > bar.begin);
                assert_eq!(late, None, "{bar:?}");
            }
        }
    }
}

#[test]
fn what_has_no_forecast_says_why() {
    let no =
        |tasks: &[TaskFacts]| forecast(tasks, &rules(1), &Assumptions::EXACT, FEW).unwrap_err().to_string();
    assert_eq!(no(&[]), "there are no tasks to forecast");
    let circle = [task("a", 1, &[]), task("b", 1, &["c"]), task("c", 1, &["b"])];
    assert!(no(&circle).starts_with("b, c can never begin"), "{}", no(&circle));
}

#[test]
fn the_critical_path_counts_the_tests() {
    let tasks =
        [task("long", 100, &[]), task("s1", 30, &[]), task("s2", 30, &["s1"]), task("s3", 30, &["s2"])];
    let path = |test| {
        let assumptions = Assumptions { test: SignedDuration::from_mins(test), ..Assumptions::EXACT };
        let shape = Shape::of(&tasks, &assumptions).unwrap();
        (shape.critical_path.tasks.join(" "), shape.critical_path.seconds / 60)
    };
    assert_eq!(path(0), ("long".to_owned(), 100));
    assert_eq!(path(10), ("s1 s2 s3".to_owned(), 120));
}

#[test]
fn a_project_is_forecast_without_what_agents_do_not_come_to() {
    let with = |standing, facts| TaskFacts { standing, ..facts };
    let all = vec![
        with(Standing::Done, task("t1", 1, &[])),
        with(Standing::Waiting { on: vec!["t3".to_owned()] }, task("t2", 1, &["t1", "t3"])),
        with(Standing::Aside { status: "blocked".to_owned() }, task("t3", 1, &[])),
        with(Standing::Waiting { on: vec!["t2".to_owned()] }, task("t4", 1, &["t2"])),
        with(Standing::Taken { by: "conductor/1.2".to_owned() }, task("t5", 1, &[])),
        with(Standing::Waiting { on: vec!["t5".to_owned()] }, task("t10", 1, &["t5"])),
        with(Standing::Taken { by: "ann".to_owned() }, task("t7", 1, &[])),
        with(Standing::Container, task("t8", 1, &[])),
        with(Standing::Gone, task("t9", 1, &[])),
        with(Standing::Waiting { on: vec!["t8".to_owned()] }, task("t11", 1, &[])),
    ];
    let ids = |scope: &Scope| scope.tasks.iter().map(|t| t.id.clone()).collect::<Vec<_>>().join(" ");
    let whole = scope(all.clone(), None);
    assert_eq!((ids(&whole), whole.under_way.join(" ")), ("t5 t10".to_owned(), "t5".to_owned()));
    let why: Vec<String> = whole.left_out.iter().map(|out| format!("{}: {}", out.task, out.why)).collect();
    assert_eq!(
        why,
        [
            "t2: it waits for t3",
            "t3: it is blocked",
            "t4: it waits for t2",
            "t7: ann works on it",
            "t11: it waits for t8"
        ]
    );
    let only = [TaskRef("t10".to_owned())].into();
    let part = scope(all, Some(&only));
    assert_eq!((ids(&part), part.left_out.len()), (String::new(), 1));
}

#[test]
fn a_picture_holds_no_markup_of_others() {
    let bars = vec![Bar { task: "<x&\u{7}>".to_owned(), kind: BarKind::Hold, row: 0, begin: 0, end: 3600 }];
    let timeline = Timeline { finish: 3600, bars };
    let panel = Panel { title: "\"</svg>\"".to_owned(), agents: 2, timeline: &timeline, bound: Some(1800) };
    let svg = picture("A & B", &[panel]);
    assert!(svg.contains("&lt;x&amp;\u{fffd}&gt;") && svg.contains("A &amp; B"), "{svg}");
    assert_eq!(svg.matches("</svg>").count(), 1);
    assert!(svg.contains("agent 2") && svg.contains("class=\"end\""), "{svg}");
}

#[test]
fn a_few_observations_weigh_little() {
    use crate::journal::History;
    let history = |failed, attempts| History { failed, attempts, ..History::default() };
    let fail = |h: &History| learn(h, &std::collections::BTreeMap::new()).fail.map(|rate| rate.rate);
    assert_eq!(fail(&history(0, 0)), None);
    let one = fail(&history(1, 1)).unwrap();
    let many = fail(&history(100, 1000)).unwrap();
    assert!((one - 3.0 / 11.0).abs() < 1e-9, "{one}");
    assert!((many - 0.1).abs() < 0.01, "{many}");
}
