//! Whole sessions in a simulated world: two thousand schedules with faults at every effect.

use testkit::simulator::{Plan, Report, Simulator};

#[test]
fn two_thousand_unkind_schedules_lose_nothing_and_do_nothing_twice() {
    let mut sum = Report::default();
    for seed in 0..2_000 {
        let report = Simulator::new(Plan::from_seed(seed)).run();
        sum.turns += report.turns;
        sum.events += report.events;
        sum.crashes += report.crashes;
        sum.stale_answers += report.stale_answers;
        sum.failures += report.failures;
    }
    println!("{sum:?}");
    // The faults are really there.
    assert!(sum.crashes > 1_000 && sum.stale_answers > 1_000 && sum.failures > 1_000, "{sum:?}");
}

#[test]
fn a_schedule_is_repeatable() {
    let run = |seed| Simulator::new(Plan::from_seed(seed)).run();
    assert_eq!(run(42), run(42));
}
