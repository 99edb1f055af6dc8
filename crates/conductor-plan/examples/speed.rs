//! Measures the offline planner: `cargo run --release --example speed -- 50` plans a document of 50 KB made up here,
//! `-- headings 10000` one of so many headings, and `-- file prd.md` a file. It prints the time of each step and the most memory used.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a program for the terminal"
)]

use conductor_plan::{Document, Order, OutlineOptions, lint, outline};
use std::fmt::Write as _;
use std::process::ExitCode;
use std::time::Duration;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let number = |text: &str| text.parse::<usize>().unwrap_or(50);
    let text = match *arguments.as_slice() {
        ["file", path] => match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => {
                eprintln!("failed to read `{path}`: {error}");
                return ExitCode::FAILURE;
            }
        },
        ["headings", count] => headings(number(count)),
        [kilobytes] => document(number(kilobytes) * 1024),
        _ => {
            eprintln!("usage: speed KILOBYTES | headings COUNT | file PATH");
            return ExitCode::FAILURE;
        }
    };
    let mut watch = Watch::default();
    watch.step("start");
    let document = match Document::parse("speed.md", text.as_bytes()) {
        Ok(document) => document,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    watch.step("parse");
    let plan = outline(&[document], &OutlineOptions::default());
    watch.step("outline");
    let findings = lint(&plan);
    watch.step("lint");
    let order = Order::of(&plan);
    watch.step("order");
    println!(
        "total {} ms, {} MiB, for {} bytes: {} items, {} requirements, {} findings, {}",
        watch.last.as_millis(),
        peak_mib(),
        text.len(),
        plan.items.len(),
        plan.requirements.len(),
        findings.len(),
        if order.is_ok() { "in order" } else { "in no order" },
    );
    ExitCode::SUCCESS
}

/// Times of steps, one after another, since the process began.
#[derive(Default)]
struct Watch {
    last: Duration,
}

impl Watch {
    fn step(&mut self, name: &str) {
        let now = processor_time();
        println!("{name:8} {:9.2} ms", now.saturating_sub(self.last).as_secs_f64() * 1000.0);
        self.last = now;
    }
}

/// The time that this process has spent on a processor, which other processes do not change; zero where the system does
/// not say.
fn processor_time() -> Duration {
    let spent = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let nanoseconds = spent.split(' ').next().and_then(|spent| spent.parse().ok());
    Duration::from_nanos(nanoseconds.unwrap_or(0))
}

/// The most memory that this process has used, in MiB; 0 where the system does not say.
fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok());
    kib.unwrap_or(0) / 1024
}

const THINGS: [&str; 12] = [
    "berth",
    "call",
    "cargo",
    "fee",
    "pilot",
    "crane",
    "manifest",
    "tariff",
    "tide table",
    "invoice",
    "permit",
    "quay",
];
const VERBS: [&str; 10] =
    ["Record", "Search", "Approve", "Export", "Archive", "Correct", "Share", "Import", "Compare", "Schedule"];
const PLACES: [&str; 8] =
    ["north basin", "south basin", "dry dock", "fuel pier", "ferry terminal", "old town", "lock", "depot"];

/// A product document of about so many bytes.
fn document(bytes: usize) -> String {
    let mut text = String::from(
        "# Harbour\n\n## Overview\n\nHarbour keeps the books of a small port: berths, calls, cargo and fees.\n\n",
    );
    let (mut part, mut feature) = (0, 0);
    while text.len() < bytes {
        part += 1;
        features(&mut text, part, &mut feature, bytes);
        around(&mut text, part);
    }
    text.push_str(
        "## Roadmap\n\n### Phase 1: Foundation\n\n- Project setup\n- Berth register\n\n\
         ### Phase 2: Money\n\n- Fee tables\n- Invoices for each call\n",
    );
    text
}

/// Twenty features, some of them in German.
fn features(text: &mut String, part: usize, feature: &mut usize, bytes: usize) {
    let _ = write!(text, "## Features of part {part}\n\n");
    for _ in 0..20 {
        if text.len() >= bytes {
            return;
        }
        *feature += 1;
        let n = *feature;
        let (thing, verb, place) = (THINGS[n % 12], VERBS[n / 3 % 10], PLACES[n / 7 % 8]);
        let other = THINGS[(n + 5) % 12];
        let written = if n.is_multiple_of(6) {
            write!(
                text,
                "### {n}. {thing}: Übersicht für Bereich {n}\n\nDas System muss Einträge zu {thing} im Bereich {n} anzeigen und \
                 filtern können. Änderungen werden innerhalb von {} Sekunden übernommen.\n\n\
                 - Die Liste ist nach Datum sortiert und zeigt höchstens {} Einträge\n\
                 - Benutzer können die Übersicht als PDF speichern\n- Abhängig von: {other}\n\n",
                n % 9 + 1,
                n % 50 + 10,
            )
        } else {
            write!(
                text,
                "### {n}. {verb} {thing} entries of the {place} {n}\n\nThe system must let a clerk {} {thing} entries of the \
                 {place} and keep who did it. Clerks work on tablets outside, so every screen of area {n} has to answer \
                 within {} ms, also when the network is slow.\n\n**Priority**: {}\n\n\
                 - The {thing} list of area {n} is sorted by date and stored in PostgreSQL\n\
                 - As a harbour master, I want to see each {other} of area {n}, so that no {thing} is lost\n\
                 - An entry without a date is refused with a reason; at least {} reasons are kept\n\
                 - Depends on the {other} register\n\n",
                verb.to_lowercase(),
                n % 20 * 50 + 100,
                ["High", "Medium", "Low"][n % 3],
                n % 7 + 2,
            )
        };
        // Writing to a string cannot fail.
        let _ = written;
    }
}

/// The sections around the features.
fn around(text: &mut String, part: usize) {
    let (thing, other) = (THINGS[part % 12], THINGS[(part + 4) % 12]);
    let _ = write!(
        text,
        "## Data model of part {part}\n\n| Table | Fields | Notes |\n|---|---|---|\n\
         | {thing}_{part} | id, name, opened_at | one row for each {thing} |\n\
         | {other}_{part} | id, amount, paid | refers to {thing}_{part} |\n\n\
         ## Non-functional requirements of part {part}\n\n- The service shall handle {} concurrent users\n\
         - Backups must be kept for {} days\n- Die Antwortzeit darf nicht länger als {} ms sein\n\n\
         ## Risks of part {part}\n\n- Data of the {other} may be late\n\n\
         ## Out of scope of part {part}\n\n- Payroll for the {thing} crew\n\n",
        part * 100,
        part % 30 + 30,
        part % 10 * 100 + 100,
    );
}

/// A document of little more than headings.
fn headings(count: usize) -> String {
    let mut text = String::from("# Harbour\n\n## Features\n\n");
    for n in 2..count {
        let (thing, verb, place) = (THINGS[n % 12], VERBS[n / 3 % 10], PLACES[n / 7 % 8]);
        let _ = write!(
            text,
            "### {verb} {thing} entries of the {place} {n}\n\nThe clerk must see the {thing} of area {n}.\n\n"
        );
    }
    text
}
