//! Whole sessions in a simulated world: thousands of schedules with faults at every effect.

use testkit::simulator::{Plan, Report, Simulator, check};

/// How many schedules: two thousand, or as many as `CONDUCTOR_SOAK` says.
fn schedules() -> u64 {
    let asked = std::env::vars().find(|(name, _)| name == "CONDUCTOR_SOAK");
    asked.and_then(|(_, number)| number.parse().ok()).unwrap_or(2_000)
}

#[test]
fn unkind_schedules_lose_nothing_and_do_nothing_twice() {
    let mut sum = Report::default();
    let most = schedules();
    for seed in 0..most {
        match check(&Plan::from_seed(seed)) {
            Ok(report) => sum.add(&report),
            Err(broken) => panic!("{broken:#?}"),
        }
    }
    println!("{most} schedules: {sum:?}");
    // The faults are really there, and so is everything that a lane can do.
    let faults = [sum.crashes, sum.stale_answers, sum.failures];
    assert!(faults.iter().all(|n| *n > most / 2), "{sum:?}");
    let lane = [sum.displaced, sum.red, sum.covered, sum.conflicts];
    assert!(lane.iter().all(|n| *n > most / 20), "{sum:?}");
    assert!(sum.expired > most / 20, "{sum:?}");
    // So are agents that go nowhere, and sessions that run out of time.
    assert!(sum.stuck > most / 2 && sum.late > most / 20, "{sum:?}");
}

#[test]
fn a_schedule_is_repeatable() {
    let run = |seed| Simulator::new(Plan::from_seed(seed)).run();
    assert_eq!(run(42), run(42));
}
