//! The life of a run as a table for ARCHITECTURE.md, printed from the engine's own.

use std::fmt::Write as _;

use conductor_engine::{PhaseTag, TABLE};
use serde::Serialize;

use crate::workspace::Workspace;

/// One row a phase: the events that leave it as it is, and those that lead on.
pub(crate) fn table(_workspace: &Workspace) -> String {
    let mut out = String::from("| phase | stays on | leads on |\n|---|---|---|\n");
    let mut phases: Vec<PhaseTag> = TABLE.iter().map(|(from, _, _)| *from).collect();
    phases.dedup();
    for phase in phases {
        let transitions = || TABLE.iter().filter(move |(from, _, _)| *from == phase);
        let stays: Vec<String> =
            transitions().filter(|(from, _, to)| from == to).map(|(_, event, _)| tag(event)).collect();
        let leads: Vec<String> = transitions()
            .filter(|(from, _, to)| from != to)
            .map(|(_, event, to)| format!("{} → {}", tag(event), tag(to)))
            .collect();
        // Writing to a string cannot fail.
        let _ = writeln!(out, "| {} | {} | {} |", tag(&phase), listed(&stays), listed(&leads));
    }
    out
}

/// A tag as the journal spells it.
fn tag(tag: &impl Serialize) -> String {
    serde_json::to_value(tag).ok().and_then(|value| Some(value.as_str()?.to_owned())).unwrap_or_default()
}

fn listed(items: &[String]) -> String {
    if items.is_empty() { "–".to_owned() } else { items.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_transition_is_on_the_page_by_name() {
        for (from, event, to) in TABLE {
            for name in [tag(from), tag(event), tag(to)] {
                assert!(!name.is_empty(), "{from:?} {event:?} {to:?} has no spelling");
            }
        }
    }
}
