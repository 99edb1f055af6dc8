//! Runs simulated sessions with faults and prints what came of them: `soak SCHEDULES [FIRST]`. A broken promise
//! panics with the seed of its schedule.

use std::io::{self, Write};

use testkit::simulator::{Plan, Report, Simulator};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut number = |default: u64| arguments.next().map_or(Ok(default), |text| text.parse());
    let (schedules, first) = (number(2_000)?, number(0)?);
    let mut sum = Report::default();
    for seed in first..first + schedules {
        sum.add(&Simulator::new(Plan::from_seed(seed)).run());
    }
    Ok(writeln!(io::stdout(), "{}", serde_json::json!(sum))?)
}
