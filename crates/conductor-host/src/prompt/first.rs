//! The first turn: the whole task.

use conductor_engine::gate::GateSpec;

use super::fragment::{Fragment, Name};
use super::quote::{Keep, bullets, cut, quoted, short_line};
use super::{Finished, Parent, Prompt, PromptParts, rules};
use crate::search::Relevant;

/// Bounds of what is the project's and not the task's.
const MOST_GATES: usize = 20;
const MOST_RULES: usize = 10;
const MOST_PARENTS: usize = 5;
const MOST_FILES: usize = 30;
/// Lengths in characters.
const LONGEST_LINE: usize = 120;
const LONGEST_ROW: usize = 240;
const LONGEST_TITLE: usize = 300;
const LONGEST_SUMMARY: usize = 1_500;
const LONGEST_DESCRIPTION: usize = 800;

/// Builds the prompt of a first turn: the task, what is around it, and how to work.
///
/// Room is given by [`super::RANKS`]; what is shortened or left out is named in [`Prompt::fragments`].
pub fn build(parts: &PromptParts<'_>) -> Prompt {
    let task = parts.task;
    let text = |text: &Option<String>| quoted(text.as_deref().unwrap_or_default());
    let fragments = vec![
        heading("Your task", parts),
        Fragment::quote(Name::Description, "Description", quoted(&task.description)),
        Fragment::quote(
            Name::Acceptance,
            "It is done when all of this holds",
            quoted(&bullets(&task.acceptance)),
        ),
        parents(parts.parents),
        Fragment::quote(
            Name::ExpectedFiles,
            "Files that it will probably touch",
            quoted(&bullets(&task.files)),
        ),
        relevant(parts.relevant),
        dependencies(parts.dependencies),
        Fragment::quote(
            Name::History,
            "Earlier commits about the same",
            parts.history.iter().map(|subject| row(subject)).collect(),
        ),
        Fragment::fixed(Name::RulesOfWork, rules::of_work(parts.tools, &parts.limits)),
        rules_files(parts.rules),
        gates(parts.gates),
        Fragment::quote(
            Name::PreviousSummary,
            "What you said at the end of the attempt before this one",
            text(&task.previous_summary),
        ),
        citations(parts),
        feedback(parts),
        answer(parts),
    ];
    Prompt::of(fragments, parts.budget)
}

pub(super) fn heading(what: &str, parts: &PromptParts<'_>) -> Fragment {
    let task = parts.task;
    let id = short_line(&task.id, LONGEST_LINE);
    let title = quoted(&short_line(&task.title, LONGEST_TITLE));
    Fragment::fixed(Name::Heading, format!("# {what}: {id}\n\n{title}"))
}

pub(super) fn feedback(parts: &PromptParts<'_>) -> Fragment {
    let text = parts.task.feedback.as_deref().unwrap_or_default();
    Fragment::quote(Name::Feedback, "Why the attempt before this one was not accepted", quoted(text)).ending()
}

pub(super) fn answer(parts: &PromptParts<'_>) -> Fragment {
    Fragment::quote(Name::Answer, "A person says", quoted(parts.answer.unwrap_or_default()))
}

pub(super) fn citations(parts: &PromptParts<'_>) -> Fragment {
    let passages = parts.citations.iter().map(|cited| {
        let source = short_line(&cited.source, LONGEST_LINE);
        quoted(&format!("{source}:\n{}", cited.text))
    });
    Fragment::quote(Name::Citations, "What was looked up for you", passages.collect())
}

/// An item of a list, in one quoted line.
fn row(text: &str) -> String {
    quoted(&format!("- {}", short_line(text, LONGEST_ROW)))
}

fn gates(gates: &[GateSpec]) -> Fragment {
    let one = |gate: &GateSpec| format!("- {}: `{}`\n", gate.name, short_line(&gate.run, LONGEST_LINE));
    let mut body: String = gates.iter().take(MOST_GATES).map(one).collect();
    if gates.len() > MOST_GATES {
        body = format!("{body}- and {} more\n", gates.len() - MOST_GATES);
    }
    Fragment { mark: "- ", ..Fragment::quote(Name::Gates, "Checks that your work must pass", body) }
}

/// By name only: the agent reads them itself, as its own program is made to.
fn rules_files(rules: &[String]) -> Fragment {
    let names: Vec<String> =
        rules.iter().take(MOST_RULES).map(|name| short_line(name, LONGEST_LINE)).collect();
    let body = if names.is_empty() { String::new() } else { format!("Read first: {}\n", names.join(", ")) };
    Fragment { mark: "", ..Fragment::quote(Name::RulesFiles, "Rules of this repository", body) }
}

fn relevant(files: &[Relevant]) -> Fragment {
    let body =
        files.iter().map(|file| row(&format!("{}{}", short_line(&file.path, LONGEST_LINE), why(file))));
    let heading = "Files that may matter; they were found by words and names, so look for yourself";
    let brief = files.iter().map(|file| row(&short_line(&file.path, LONGEST_LINE))).collect();
    Fragment::quote(Name::RelevantFiles, heading, body.collect()).or_brief(brief)
}

/// Why a file was found: ` (defines load, save; words: store, notes; 3 earlier commits)`.
fn why(file: &Relevant) -> String {
    let list = |what: &str, items: &[String]| {
        let items: Vec<String> = items.iter().map(|item| short_line(item, 60)).collect();
        (!items.is_empty()).then(|| format!("{what} {}", items.join(", ")))
    };
    let commits = match file.why.commits {
        0 => None,
        1 => Some("1 earlier commit".to_owned()),
        more => Some(format!("{more} earlier commits")),
    };
    let named = file.why.named.then(|| "named by the task".to_owned());
    let all = [named, list("defines", &file.symbols), list("words:", &file.why.words), commits];
    let all: Vec<String> = all.into_iter().flatten().collect();
    if all.is_empty() { String::new() } else { format!(" ({})", all.join("; ")) }
}

fn parents(parents: &[Parent]) -> Fragment {
    let title = |parent: &Parent| {
        format!("{}: {}", short_line(&parent.id, LONGEST_LINE), short_line(&parent.title, LONGEST_TITLE))
    };
    let whole = |parent: &Parent| {
        let description = cut(parent.description.trim(), LONGEST_DESCRIPTION, Keep::Start);
        quoted(&format!("{}\n{description}", title(parent)))
    };
    let nearest = || parents.iter().take(MOST_PARENTS);
    let body = paragraphs(nearest().map(whole));
    let brief = nearest().map(|parent| quoted(&title(parent))).collect();
    Fragment::quote(Name::Parents, "What it is a part of", body).or_brief(brief)
}

/// Finished tasks with what their agents said, and what they changed; in short, their titles.
fn dependencies(finished: &[Finished]) -> Fragment {
    let title = |task: &Finished| {
        format!("{}: {}", short_line(&task.id, LONGEST_LINE), short_line(&task.title, LONGEST_TITLE))
    };
    let whole = |task: &Finished| {
        let summary = cut(task.summary.trim(), LONGEST_SUMMARY, Keep::Start);
        let parts = [title(task), summary, changed(&task.files)];
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        quoted(&parts.join("\n"))
    };
    let body = paragraphs(finished.iter().map(whole));
    let brief = finished.iter().map(|task| quoted(&title(task))).collect();
    Fragment::quote(Name::Dependencies, "Finished already; build on it", body).or_brief(brief)
}

/// Quotes with an empty line of the quote between them.
fn paragraphs(quotes: impl Iterator<Item = String>) -> String {
    quotes.collect::<Vec<String>>().join(">\n")
}

fn changed(files: &[String]) -> String {
    if files.is_empty() {
        return String::new();
    }
    let names: Vec<String> =
        files.iter().take(MOST_FILES).map(|file| short_line(file, LONGEST_LINE)).collect();
    let more = files.len().saturating_sub(MOST_FILES);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("Changed: {}{rest}", names.join(", "))
}
