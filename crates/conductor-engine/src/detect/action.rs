//! Actions: uses of tools that are over, as far as they can be compared.
//!
//! Agents differ in what they tell. Codex over the protocol tells neither what it edits nor what a command gave, so eight
//! edits of one file look like one: what was not told is never taken to be equal.

use std::collections::{BTreeMap, VecDeque};

use super::normal::{digest, without_moments};
use super::quote;
use crate::agent_event::{AgentEvent, ToolKind, ToolNews, ToolStatus};

/// No more uses of tools are followed at once; an agent that has more is not followed further.
const MOST_OPEN: usize = 256;

/// How many uses are remembered as over, since agents tell more of them afterwards.
const MOST_OVER: usize = 64;

/// Of a long text its beginning and its end count, in bytes.
const MOST_COMPARED: usize = 8 * 1024;

/// What is longer than this and ends so was cut by the adapter: what differs may be in the part that is missing.
const CUT_MARK: char = '…';
const CUT_LENGTH: usize = 2000;

/// A use of a tool that is over.
#[derive(Debug, Clone)]
pub(super) struct Action {
    /// What was asked for and what it gave; `None` where either is not known.
    pub(super) same: Option<u64>,
    /// The kind of tool and the files, and what it gave, for an action that failed at known files.
    pub(super) failed_at: Option<u64>,
    /// It failed.
    pub(super) failed: bool,
    /// It waits for something, by its own words: `sleep 30`.
    pub(super) waits: bool,
    /// It is not known what such a tool does; pressing a key ten times may be work.
    pub(super) vague: bool,
    /// What it is, for people.
    pub(super) title: String,
    /// The event in which it ended.
    pub(super) event: u64,
}

/// A use that goes on.
#[derive(Debug, Default)]
struct Use {
    kind: Option<ToolKind>,
    title: String,
    /// The command or the arguments.
    input: Option<u64>,
    waits: bool,
    shown: String,
    gave: Option<u64>,
    paths: Option<u64>,
}

/// Follows uses of tools from their announcement to their end.
#[derive(Debug, Default)]
pub(super) struct Actions {
    open: BTreeMap<String, Use>,
    over: VecDeque<String>,
}

impl Actions {
    /// The action that this event ends, if it ends one that counts.
    pub(super) fn hear(&mut self, event: &AgentEvent, number: u64) -> Option<Action> {
        let AgentEvent::Tool(news) = event else { return None };
        if news.past {
            return None;
        }
        let begins = news.status.is_some_and(ToolStatus::is_open);
        if !self.open.contains_key(&news.id) {
            if !begins && self.over.contains(&news.id) {
                return None;
            }
            if self.open.len() >= MOST_OPEN {
                return None;
            }
            self.open.insert(news.id.clone(), Use::default());
        }
        let known = self.open.get_mut(&news.id)?;
        known.learn(news);
        let status = news.status.filter(|status| !status.is_open())?;
        let over = self.open.remove(&news.id)?;
        if self.over.len() >= MOST_OVER {
            self.over.pop_front();
        }
        self.over.push_back(news.id.clone());
        over.action(status, number)
    }
}

impl Use {
    fn learn(&mut self, news: &ToolNews) {
        if news.tool.is_some() {
            self.kind = news.tool;
        }
        if let Some(title) = &news.title {
            self.title.clone_from(title);
        }
        if let Some(input) = news.input.as_deref().filter(|input| !input.is_empty()) {
            self.input = Some(digest(&[&without_moments(bounded(input).as_str())]));
            self.waits = waits(input);
            self.shown = quote(input);
        }
        if let Some(output) = &news.output {
            self.gave = gave(output);
        }
        if !news.paths.is_empty() {
            let all: Vec<&str> = news.paths.iter().take(64).map(String::as_str).collect();
            self.paths = Some(digest(&all));
        }
    }

    fn action(self, status: ToolStatus, event: u64) -> Option<Action> {
        let kind = self.kind.unwrap_or_default();
        if says_only(kind, &self.title) {
            return None;
        }
        let failed = status == ToolStatus::Failed;
        // Of a command the title is the command itself, where nothing else is told.
        let by_title = (kind == ToolKind::Execute && self.input.is_none()).then(|| digest(&[&self.title]));
        let asked = self.input.or(by_title);
        let changes = matches!(kind, ToolKind::Edit | ToolKind::Delete | ToolKind::Move);
        // A change that is told in full has no other result than that it was made; a failure may have no words.
        let gave = self.gave.or_else(|| (failed || (changes && self.input.is_some())).then_some(0));
        let word = format!("{kind:?}{status:?}");
        let mixed = |a: u64, b: u64| digest(&[&word, &a.to_string(), &b.to_string()]);
        let title = quote(&self.title);
        let shown = if by_title.is_some() || self.shown.is_empty() {
            title
        } else {
            quote(&format!("{title} {}", self.shown))
        };
        Some(Action {
            same: asked.zip(gave).map(|(asked, gave)| mixed(asked, gave)),
            failed_at: self.paths.zip(self.gave).filter(|_| failed).map(|(paths, gave)| mixed(paths, gave)),
            failed,
            waits: self.waits || (by_title.is_some() && waits(&self.title)),
            vague: matches!(kind, ToolKind::Other | ToolKind::Think | ToolKind::SwitchMode),
            title: shown,
            event,
        })
    }
}

/// Whether it changes and finds out nothing: a plan, a word about progress.
fn says_only(kind: ToolKind, title: &str) -> bool {
    let title = title.to_lowercase();
    let desk = kind == ToolKind::Conductor && ["progress", "note"].iter().any(|word| title.contains(word));
    desk || kind == ToolKind::Think || kind == ToolKind::SwitchMode
}

/// What a use gave, without the remarks that adapters put in for what they do not show: `[difference in a.rs]`.
/// `None` when nothing else is there, or when it was cut.
fn gave(output: &str) -> Option<u64> {
    if output.len() > CUT_LENGTH && output.ends_with(CUT_MARK) {
        return None;
    }
    let remark = |line: &str| {
        line.starts_with('[')
            && line.ends_with(']')
            && ["[difference in ", "[current working directory "].iter().any(|start| line.starts_with(start))
    };
    if !output.is_empty() && output.lines().all(|line| remark(line.trim()) || line.trim().is_empty()) {
        return None;
    }
    Some(digest(&[&without_moments(bounded(output).as_str())]))
}

/// The beginning and the end of a long text.
fn bounded(text: &str) -> String {
    if text.len() <= MOST_COMPARED {
        return text.to_owned();
    }
    let half = MOST_COMPARED / 2;
    let head = text.get(..text.floor_char_boundary(half)).unwrap_or_default();
    let tail = text.get(text.floor_char_boundary(text.len() - half)..).unwrap_or_default();
    format!("{head}{}{tail}", text.len())
}

/// Words by which a command, or a tool's arguments, say that time is to pass.
const WAITING: &[&str] = &["sleep", "wait", "watch", "poll", "bash_id", "shell_id", "tail -f"];

fn waits(text: &str) -> bool {
    let beginning = text.get(..text.floor_char_boundary(text.len().min(2000))).unwrap_or_default();
    let lower = beginning.to_lowercase();
    let word = |found: usize, length: usize| {
        let before = lower.get(..found).and_then(|text| text.chars().next_back());
        let after = lower.get(found + length..).and_then(|text| text.chars().next());
        let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '/'));
        !part(before) && !part(after)
    };
    WAITING.iter().any(|mark| lower.match_indices(mark).any(|(found, _)| word(found, mark.len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_is_told_by_whole_words() {
        let table = [
            ("sleep 30; tail build.log", true),
            ("{\"command\":\"timeout 9 tail -f log\"}", true),
            ("gh run watch 12", true),
            ("{\"bash_id\":\"b1\"}", true),
            ("cat src/sleep.rs", false),
            ("cargo test await_all", false),
            ("node wait.js", false),
        ];
        for (text, expected) in table {
            assert_eq!(waits(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_told_is_not_equal() {
        assert_eq!(gave("[difference in /ws/a.rs]"), None);
        assert_eq!(gave(&format!("{}…", "x".repeat(3000))), None);
        assert!(gave("").is_some() && gave("[ok]").is_some());
    }

    #[test]
    fn news_after_the_end_make_no_second_action_and_memory_is_bounded() {
        let mut actions = Actions::default();
        let news = |id: &str, status| {
            AgentEvent::Tool(ToolNews { id: id.into(), status: Some(status), ..ToolNews::default() })
        };
        assert!(actions.hear(&news("1", ToolStatus::Done), 1).is_some());
        assert!(actions.hear(&news("1", ToolStatus::Refused), 2).is_none());
        assert!(actions.hear(&news("1", ToolStatus::Running), 3).is_none());
        assert!(actions.hear(&news("1", ToolStatus::Done), 4).is_some(), "the id begins anew");
        for n in 0..5000 {
            actions.hear(&news(&format!("r{n}"), ToolStatus::Running), n);
            actions.hear(&news(&format!("d{n}"), ToolStatus::Done), n);
        }
        assert!(actions.open.len() <= MOST_OPEN && actions.over.len() <= MOST_OVER);
    }
}
