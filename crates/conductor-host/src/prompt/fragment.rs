//! The pieces of a prompt: what each is called, which gives way first, and how they share the budget.

use super::budget::{size, tokens_of};
use super::quote::{Keep, cut_lines};

/// Fewer characters than this under a heading would only mislead.
const LEAST: usize = 200;

/// A piece of a prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Name {
    /// Which task it is.
    Heading,
    /// How to work, and how to end.
    RulesOfWork,
    /// What a person answered to the agent's question, or said with a retry.
    Answer,
    /// What was looked up for the agent in the documents.
    Citations,
    /// Why the attempt before was not accepted.
    Feedback,
    /// What must be true when it is done.
    Acceptance,
    /// What is to be done.
    Description,
    /// The checks that the work must pass.
    Gates,
    /// Names of files that hold the repository's rules for agents.
    RulesFiles,
    /// Files that have to do with the task.
    RelevantFiles,
    /// What the task is a part of.
    Parents,
    /// What is finished and the task builds on.
    Dependencies,
    /// Files that it is expected to touch.
    ExpectedFiles,
    /// What the agent said at the end of the attempt before.
    PreviousSummary,
    /// Earlier commits about the same.
    History,
}

/// The order in which room is given; what comes late gives way first. Rank 0 is always there and whole.
pub const RANKS: [(Name, u8); 15] = [
    (Name::Heading, 0),
    (Name::RulesOfWork, 0),
    (Name::Answer, 1),
    (Name::Citations, 2),
    (Name::Feedback, 3),
    (Name::Acceptance, 4),
    (Name::Description, 5),
    (Name::Gates, 6),
    (Name::RulesFiles, 7),
    (Name::RelevantFiles, 8),
    (Name::Parents, 9),
    (Name::Dependencies, 10),
    (Name::ExpectedFiles, 11),
    (Name::PreviousSummary, 12),
    (Name::History, 13),
];

impl Name {
    /// Its place in [`RANKS`].
    pub fn rank(self) -> u8 {
        RANKS.iter().find(|(name, _)| *name == self).map_or(u8::MAX, |(_, rank)| *rank)
    }

    /// For people and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Heading => "heading",
            Self::RulesOfWork => "rules of work",
            Self::Answer => "person's answer",
            Self::Citations => "citations",
            Self::Feedback => "feedback",
            Self::Acceptance => "acceptance criteria",
            Self::Description => "description",
            Self::Gates => "gates",
            Self::RulesFiles => "rules files",
            Self::RelevantFiles => "relevant files",
            Self::Parents => "parents",
            Self::Dependencies => "finished dependencies",
            Self::ExpectedFiles => "expected files",
            Self::PreviousSummary => "previous summary",
            Self::History => "history",
        }
    }
}

/// What became of a fragment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It is there as it is.
    Whole,
    /// A part of it is there.
    Shortened,
    /// There was no room.
    Dropped,
}

impl Kept {
    /// For people and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Shortened => "shortened",
            Self::Dropped => "dropped",
        }
    }
}

/// A fragment in a finished prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FragmentUse {
    /// Which one.
    pub name: Name,
    /// Its rank: the higher, the earlier it gives way.
    pub rank: u8,
    /// What it costs as it is there, by [`super::estimate`]; 0 when it was dropped.
    pub tokens: usize,
    /// What became of it.
    pub kept: Kept,
}

/// A piece that could be in a prompt, with what it may be cut to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fragment {
    pub(super) name: Name,
    /// Its heading with the line's end; empty for a fixed one.
    pub(super) heading: String,
    /// Lines that all begin with `mark`, but for those of a fixed one.
    pub(super) body: String,
    /// The same in fewer words, which is tried before lines are left out.
    pub(super) brief: Option<String>,
    pub(super) keep: Keep,
    /// What its lines begin with.
    pub(super) mark: &'static str,
}

impl Fragment {
    /// One that is always there as it is.
    pub(super) fn fixed(name: Name, text: String) -> Self {
        Self { name, heading: String::new(), body: text, brief: None, keep: Keep::Start, mark: "" }
    }

    /// One whose lines are quoted.
    pub(super) fn quote(name: Name, heading: &str, body: String) -> Self {
        let heading = format!("## {heading}\n");
        Self { name, heading, body, brief: None, keep: Keep::Start, mark: "> " }
    }

    /// Shortened from its beginning: what went wrong last stands at the end.
    pub(super) fn ending(self) -> Self {
        Self { keep: Keep::End, ..self }
    }

    pub(super) fn or_brief(self, brief: String) -> Self {
        Self { brief: Some(brief), ..self }
    }

    /// With the empty line after it.
    fn whole(&self) -> String {
        format!("{}{}\n", self.heading, self.body)
    }

    /// As much of it as fits into `room` characters; `None` when that is not worth a heading.
    fn fit(&self, room: usize) -> Option<(String, Kept)> {
        let whole = self.whole();
        if self.name.rank() == 0 || size(&whole) <= room {
            return Some((whole, Kept::Whole));
        }
        let frame = size(&self.heading) + 1;
        if room < frame + LEAST {
            return None;
        }
        let body = self.brief.as_ref().unwrap_or(&self.body);
        let body = match size(body) <= room - frame {
            true => body.clone(),
            false => cut_lines(body, room - frame, self.keep, self.mark),
        };
        Some((format!("{}{body}\n", self.heading), Kept::Shortened))
    }
}

/// A fragment's text in the prompt, in the order in which the fragments came.
pub(super) struct Placed {
    pub(super) text: String,
    pub(super) fragment: FragmentUse,
}

/// Shares `characters` among the fragments.
///
/// Fixed ones are there whatever the room. The others are given room by rank: all of it that one needs, but when it
/// does not fit at all no more than half of what is left, so that one very long text does not take everything that
/// ranks below it. What then remains is shared out once more by rank. Where one finds no room, those below it get none:
/// what is left out always ranks below all that is there.
pub(super) fn share(fragments: &[Fragment], characters: usize) -> Vec<Placed> {
    let sizes: Vec<usize> = fragments.iter().map(|fragment| size(&fragment.whole())).collect();
    let is_fixed = |at: &usize| fragments[*at].name.rank() == 0;
    let fixed: usize = (0..fragments.len()).filter(is_fixed).map(|at| sizes[at]).sum();
    let mut left = characters.saturating_sub(fixed);
    let mut by_rank: Vec<usize> = (0..fragments.len()).filter(|at| !is_fixed(at)).collect();
    by_rank.sort_by_key(|at| fragments[*at].name.rank());
    let mut given = vec![0; fragments.len()];
    for at in &by_rank {
        let room = if sizes[*at] <= left { sizes[*at] } else { (left / 2).max(left.min(4 * LEAST)) };
        if fragments[*at].fit(room).is_none() {
            break;
        }
        given[*at] = room;
        left -= room;
    }
    for at in &by_rank {
        let more = if given[*at] > 0 { (sizes[*at] - given[*at]).min(left) } else { 0 };
        given[*at] += more;
        left -= more;
    }
    let place = |(fragment, room): (&Fragment, &usize)| {
        let (text, kept) = fragment.fit(*room).unwrap_or((String::new(), Kept::Dropped));
        let tokens = tokens_of(size(&text));
        let name = fragment.name;
        Placed { text, fragment: FragmentUse { name, rank: name.rank(), tokens, kept } }
    };
    fragments.iter().zip(&given).map(place).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::quote::quoted;
    use super::*;

    #[test]
    fn every_name_has_a_rank_and_no_two_share_one() {
        let mut ranks: Vec<u8> = RANKS.iter().map(|(_, rank)| *rank).filter(|rank| *rank > 0).collect();
        ranks.dedup();
        assert_eq!(ranks, (1..=13).collect::<Vec<u8>>());
    }

    proptest! {
        #[test]
        fn what_is_dropped_ranks_below_all_that_is_kept(
            sizes in prop::collection::vec(1_usize..3_000, 13),
            words in prop::collection::vec(1_usize..400, 13),
            room in 0_usize..12_000,
        ) {
            let fragments: Vec<Fragment> = RANKS.iter().filter(|(_, rank)| *rank > 0).rev().zip(sizes.iter().zip(&words))
                .map(|((name, _), (size, word))| {
                    let text = format!("{}\n", "w".repeat(*word)).repeat(size / word + 1);
                    Fragment::quote(*name, "H", quoted(&text))
                })
                .collect();
            let placed = share(&fragments, room);
            prop_assert!(placed.iter().map(|placed| size(&placed.text)).sum::<usize>() <= room);
            let kept = placed.iter().filter(|placed| placed.fragment.kept != Kept::Dropped);
            let lowest = kept.map(|placed| placed.fragment.rank).max().unwrap_or(0);
            for placed in &placed {
                prop_assert!((placed.fragment.kept == Kept::Dropped) == placed.text.is_empty());
                if placed.fragment.kept == Kept::Dropped {
                    prop_assert!(placed.fragment.rank > lowest);
                }
            }
        }
    }
}
