//! A night in fast motion: two hundred tasks over twelve hours of virtual time with everything that can go wrong, and
//! nobody there; in the morning the report is right and can be read.

use std::collections::BTreeMap;

use conductor_engine::event::{Event, EventTag};
use conductor_engine::session::LaneRules;
use conductor_host::report::{Outcome, Report, Told, html, markdown};
use testkit::simulator::{Night, Plan, Simulator};

fn night(seed: u64) -> Night {
    let plan = Plan {
        seed,
        tasks: 200,
        jobs: 12,
        faults: 30,
        agent_jobs: None,
        lane: LaneRules { at_once: 4, batch: 3 },
        hold_minutes: None,
        unkind_turns: 0,
    };
    Simulator::new(plan).night(12)
}

fn report(night: &Night) -> Report {
    let Night { session, rows, began, until, .. } = night;
    Report::of(Told { session, rows, began: *began, ended: None, now: *until, quality: &[] })
}

fn events(night: &Night) -> BTreeMap<EventTag, usize> {
    let mut counts = BTreeMap::new();
    for row in &night.rows {
        *counts.entry(row.event.tag()).or_default() += 1;
    }
    counts
}

#[test]
fn a_night_of_two_hundred_tasks_is_told_rightly() {
    let night = night(1);
    // It was no quiet night.
    let counts = events(&night);
    for tag in [EventTag::HoldOpened, EventTag::Waited, EventTag::Stuck, EventTag::GatesRetried] {
        assert!(counts.get(&tag).is_some_and(|count| *count > 2), "{tag:?}: {counts:?}");
    }
    assert!(night.report.crashes > 3 && night.report.failures > 3, "{:?}", night.report);

    let report = report(&night);
    let landed = report.work.iter().filter(|work| work.outcome == Outcome::Landed).count();
    assert!(landed > 30, "{landed} of 200");
    assert_eq!(usize::try_from(report.figures.done).unwrap(), landed);
    assert_eq!(landed, night.done, "what is told as landed is done, and nothing else");
    assert_eq!(report.waiting.len(), night.session.open_holds().count());
    let spent: u64 = night
        .rows
        .iter()
        .filter_map(|row| {
            let Event::AttemptEnded { report, .. } = &row.event else { return None };
            report.usage.cost_micros
        })
        .sum();
    assert_eq!(report.figures.spent.cost_micros, Some(spent));
    for work in &report.work {
        let has = |word| work.decisions.iter().any(|decision| decision.matter.word() == word);
        match work.outcome {
            Outcome::Landed => assert!(has("gates passed") && has("landed"), "{work:?}"),
            Outcome::Held => assert!(work.why.is_some() && has("held"), "{work:?}"),
            Outcome::Failed | Outcome::Rejected | Outcome::LetGo => assert!(work.why.is_some(), "{work:?}"),
            Outcome::UnderWay => {}
        }
    }
}

#[test]
fn the_report_of_a_night_begins_with_what_waits_and_stays_short() {
    let report = report(&night(2));
    let (text, page) = (markdown(&report), html(&report));
    let waits = text.find("## Waits for you").expect("somebody is waited for");
    assert!(waits < text.find("## Tasks").unwrap() && waits < 1_500, "{}", &text[..2_000.min(text.len())]);
    for work in &report.work {
        assert!(
            page.contains(&format!("id=\"r{}\"", work.run)) && text.contains(&format!("### {} ", work.task))
        );
    }
    let longest = report.work.iter().map(|work| work.decisions.len() + work.tries.len()).max().unwrap();
    assert!(longest < 200, "{longest} lines of one task are not read by anybody");
    assert!(text.len() < 400_000 && page.len() < 800_000, "{} and {}", text.len(), page.len());
}
