//! Landing: it is so, or the target has moved. What one answer says holds for all that land together.

use crate::effect::Outcome;
use crate::event::Event;
use crate::ids::{Oid, RunId};
use crate::lane::View;
use crate::session::{HoldKind, Run, Session};

use super::{first_line, hold};

#[expect(clippy::wildcard_enum_match_arm, reason = "any other result is no answer; the effect stays wanted")]
pub(super) fn decide(s: &Session, run: &Run, outcome: Outcome) -> Vec<Event> {
    match outcome {
        Outcome::Landed { commit, tip, with } => landed(s, run, &commit, &tip, &with),
        Outcome::Moved { tip } => {
            let together = View::of(s).landing(run).unwrap_or_else(|| vec![run]);
            together.iter().map(|run| Event::Moved { run: run.id, tip: tip.clone() }).collect()
        }
        Outcome::Hindered { why } => {
            vec![hold(s, run, HoldKind::Approval, first_line(&why).to_owned(), why)]
        }
        _ => Vec::new(),
    }
}

/// Nothing follows from an answer that does not name every run that was to land: it is asked for again.
fn landed(s: &Session, run: &Run, commit: &Oid, tip: &Oid, with: &[(RunId, Oid)]) -> Vec<Event> {
    let together = View::of(s).landing(run).unwrap_or_else(|| vec![run]);
    let commit_of = |id: RunId| {
        let other = with.iter().find(|(run, _)| *run == id).map(|(_, commit)| commit);
        if id == run.id { Some(commit) } else { other }
    };
    let named = together.iter().map(|run| {
        let commit = commit_of(run.id)?.clone();
        Some(Event::Landed { run: run.id, commit, tip: tip.clone() })
    });
    named.collect::<Option<Vec<_>>>().unwrap_or_default()
}
