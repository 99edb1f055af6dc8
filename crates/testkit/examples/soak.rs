//! Runs simulated sessions with faults and prints what came of them: `soak SCHEDULES [FIRST]`. When a promise is
//! broken, it prints the smallest schedule that breaks one.

use std::io::{self, Write};

use testkit::simulator::{Plan, Report, check};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut number = |default: u64| arguments.next().map_or(Ok(default), |text| text.parse());
    let (schedules, first) = (number(2_000)?, number(0)?);
    let mut sum = Report::default();
    for seed in first..first + schedules {
        match check(&Plan::from_seed(seed)) {
            Ok(report) => sum.add(&report),
            Err(broken) => return Err(format!("{broken:?}").into()),
        }
    }
    Ok(writeln!(io::stdout(), "{}", serde_json::json!(sum))?)
}
