//! What comes back for a request. Everything follows from the conversation that it holds: which case its last prompt
//! names, and how many results of tools came since.

use std::collections::BTreeMap;

use super::script::{Answer, Call, Case, Cut, Does, Failure, Finish, Script, Step, Usage};
use super::turn::{Asked, Entry, Input, Reply, Turn};
use super::{deferred, tools};

/// What comes back.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Chosen {
    Reply(Reply),
    Fail(Failure),
    Hang,
}

/// A choice and what the log says about it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Choice {
    pub(super) chosen: Chosen,
    /// The case; none for a request that only assists, such as one for a title.
    pub(super) case: Option<String>,
    /// The step of the case.
    pub(super) step: usize,
    /// Calls for which the client offers no tool.
    pub(super) unmet: Vec<Call>,
}

/// Chooses. `served` has how often each step that is not for every request was used, and is counted up.
pub(super) fn choose(script: &Script, served: &mut BTreeMap<(String, usize), u32>, turn: &Turn) -> Choice {
    // Without tools, or in a fixed form, the client wants help for itself: a title, a summary, who speaks next.
    if turn.tools.is_empty() || turn.form.is_some() {
        let say =
            turn.form.as_ref().map_or_else(|| "A small task".to_owned(), |f| tools::sample(f).to_string());
        let reply = Reply { say, usage: usage(None, turn, 3), ..reply(turn) };
        return Choice { chosen: Chosen::Reply(reply), case: None, step: 0, unmet: Vec::new() };
    }
    let (prompt, results) = asked(turn);
    let name =
        line(&prompt, "CASE").filter(|name| script.cases.contains_key(*name)).unwrap_or(&script.default);
    let none = Case::default();
    let case = script.cases.get(name).unwrap_or(&none);
    let (number, step) = current(case, name, served, turn, results);
    let chosen = match step.map(|step| &step.does) {
        None => answer(&Answer { say: "Done.".to_owned(), ..Answer::default() }, case, &prompt, turn),
        Some(Does::Answer(given)) => answer(given, case, &prompt, turn),
        Some(Does::Fail(failure)) => Chosen::Fail(failure.clone()),
        Some(Does::Hang) => Chosen::Hang,
    };
    Choice { chosen, case: Some(name.to_owned()), step: number, unmet: unmet(case, turn) }
}

/// What comes back where somebody says it for each request. An answer longer than the request allows ends where it must.
pub(super) fn said(does: &Does, turn: &Turn) -> Chosen {
    match does {
        Does::Answer(given) => match answer(given, &Case::default(), "", turn) {
            Chosen::Reply(reply) => Chosen::Reply(bounded(reply, turn.longest)),
            other @ (Chosen::Fail(_) | Chosen::Hang) => other,
        },
        Does::Fail(failure) => Chosen::Fail(failure.clone()),
        Does::Hang => Chosen::Hang,
    }
}

fn bounded(mut reply: Reply, longest: Option<u64>) -> Reply {
    let Some(longest) = longest.filter(|&longest| reply.usage.output > longest) else { return reply };
    let most = usize::try_from(longest).unwrap_or(usize::MAX).saturating_mul(4);
    reply.say = reply.say.chars().take(most).collect();
    reply.usage.output = longest;
    reply.finish = Finish::Length;
    reply
}

/// The prompt that decides, and how many results came since: the last that names a case, or else the last.
fn asked(turn: &Turn) -> (String, usize) {
    let prompts = || {
        turn.entries.iter().enumerate().rev().filter_map(|(index, entry)| match entry {
            Entry::Prompt(text) => Some((index, text)),
            Entry::Said(_) | Entry::Call { .. } | Entry::Result { .. } => None,
        })
    };
    // What clients add in the user's name begins with a tag.
    let found = prompts()
        .find(|(_, text)| line(text, "CASE").is_some())
        .or_else(|| prompts().find(|(_, text)| !text.trim_start().starts_with('<')));
    let Some((index, text)) = found else { return (String::new(), 0) };
    let results = turn.entries[index..].iter().filter(|entry| counts(entry, turn)).count();
    // Some clients put a prompt with spaces in quotes.
    let bare = text.trim().strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    (bare.to_owned(), results)
}

/// Whether this is the result of a call of the script's, and not of a search for a tool.
fn counts(entry: &Entry, turn: &Turn) -> bool {
    let Entry::Result { id, .. } = entry else { return false };
    let search =
        |call: &Entry| matches!(call, Entry::Call { id: of, name } if of == id && deferred::is_search(name));
    !turn.entries.iter().any(search)
}

/// The step that these results lead to. A step whose tools are all not offered is passed over.
fn current<'c>(
    case: &'c Case,
    name: &str,
    served: &mut BTreeMap<(String, usize), u32>,
    turn: &Turn,
    mut results: usize,
) -> (usize, Option<&'c Step>) {
    for (number, step) in case.steps.iter().enumerate() {
        let (wanted, offered) = calls(step, turn);
        if let Some(times) = step.times {
            let count = served.entry((name.to_owned(), number)).or_insert(0);
            if *count >= times {
                continue;
            }
            *count += 1;
        } else if wanted > 0 && results >= offered {
            results -= offered;
            continue;
        }
        return (number, Some(step));
    }
    (case.steps.len(), None)
}

/// How many calls a step has, and for how many of them there is a tool: so many results it brings about.
fn calls(step: &Step, turn: &Turn) -> (usize, usize) {
    match &step.does {
        Does::Answer(answer) if answer.cut == Cut::No => {
            let offered = answer.calls.iter().filter(|call| tools::resolve(call, turn, "").is_some()).count();
            (answer.calls.len(), offered)
        }
        Does::Answer(_) | Does::Fail(_) | Does::Hang => (0, 0),
    }
}

/// The calls of a case for which there is no tool.
fn unmet(case: &Case, turn: &Turn) -> Vec<Call> {
    let answers = case.steps.iter().filter_map(|step| match &step.does {
        Does::Answer(answer) => Some(&answer.calls),
        Does::Fail(_) | Does::Hang => None,
    });
    answers.flatten().filter(|call| tools::resolve(call, turn, "").is_none()).cloned().collect()
}

fn answer(answer: &Answer, case: &Case, prompt: &str, turn: &Turn) -> Chosen {
    let fill = |text: &str| filled(text, case, prompt);
    let cwd = working_directory(turn);
    let before = turn.calls();
    let mut calls = Vec::new();
    for call in answer.calls.iter().map(|call| filled_call(call, &fill)) {
        let Some((tool, input)) = tools::resolve(&call, turn, &cwd) else { continue };
        let (number, name, group) = (before + calls.len(), tool.name.clone(), tool.group.clone());
        calls.push(Asked { number, name, group, input });
    }
    let (think, say) = (fill(&answer.think), fill(&answer.say));
    let written = think.len() + say.len() + calls.iter().map(size).sum::<usize>();
    let usage = usage(answer.usage, turn, written);
    let Answer { pause_ms, cut, finish, delay_ms, .. } = *answer;
    Chosen::Reply(Reply { think, say, calls, usage, pause_ms, cut, finish, delay_ms, ..reply(turn) })
}

fn size(call: &Asked) -> usize {
    match &call.input {
        Input::Arguments(arguments) => arguments.to_string().len(),
        Input::Text(text) => text.len(),
    }
}

fn reply(turn: &Turn) -> Reply {
    Reply { number: turn.entries.len(), model: turn.model.clone(), figures: turn.figures, ..Reply::default() }
}

/// Four characters are about a token.
fn usage(given: Option<Usage>, turn: &Turn, written: usize) -> Usage {
    let tokens = |length: usize| u64::try_from(length / 4 + 1).unwrap_or(u64::MAX);
    let read: usize = turn
        .entries
        .iter()
        .map(|entry| match entry {
            Entry::Prompt(text) | Entry::Said(text) => text.len(),
            Entry::Call { name, .. } => name.len(),
            Entry::Result { text, .. } => text.len(),
        })
        .sum();
    given.unwrap_or(Usage { input: tokens(turn.system.len() + read), cached: 0, output: tokens(written) })
}

/// The value of the last line `NAME: value` of a text; the line may be quoted with `>`.
fn line<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let bare = |line: &'t str| line.trim().trim_start_matches("> ");
    let value = |line: &'t str| bare(line).strip_prefix(name)?.strip_prefix(':').map(str::trim);
    text.lines().rev().find_map(value).filter(|value| !value.is_empty())
}

/// A text of the script with `{NAME}` replaced by what the prompt or else the case says.
fn filled(text: &str, case: &Case, prompt: &str) -> String {
    let mut out = text.to_owned();
    for (name, value) in &case.values {
        out = out.replace(&format!("{{{name}}}"), line(prompt, name).unwrap_or(value));
    }
    out
}

fn filled_call(call: &Call, fill: &dyn Fn(&str) -> String) -> Call {
    match call {
        Call::WriteFile { path, content } => Call::WriteFile { path: fill(path), content: fill(content) },
        Call::Edit { path, old, new } => Call::Edit { path: fill(path), old: fill(old), new: fill(new) },
        Call::RunShell { command } => Call::RunShell { command: fill(command) },
        Call::ReadFile { path } => Call::ReadFile { path: fill(path) },
        Call::Tool { name, arguments } => {
            Call::Tool { name: name.clone(), arguments: filled_value(arguments, fill) }
        }
    }
}

fn filled_value(value: &serde_json::Value, fill: &dyn Fn(&str) -> String) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::String(text) => Value::String(fill(text)),
        Value::Array(list) => Value::Array(list.iter().map(|item| filled_value(item, fill)).collect()),
        Value::Object(map) => {
            Value::Object(map.iter().map(|(key, item)| (key.clone(), filled_value(item, fill))).collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

/// Phrases with which clients tell the model where it works. What follows ends at a line's end or a tag.
const PLACES: [&str; 6] = [
    "CWD:",
    "<cwd>",
    "orking directory:",
    "working in the directory:",
    "current working directory is",
    "Workspace Directories:**\n  -",
];

/// Where the client works, as far as it tells; empty when it does not.
fn working_directory(turn: &Turn) -> String {
    let prompts = turn.entries.iter().filter_map(|entry| match entry {
        Entry::Prompt(text) => Some(text.as_str()),
        Entry::Said(_) | Entry::Call { .. } | Entry::Result { .. } => None,
    });
    let texts: Vec<&str> = prompts.chain([turn.system.as_str()]).collect();
    let place = |phrase: &str| {
        texts.iter().find_map(|text| {
            let rest = text.split_once(phrase)?.1.trim_start();
            let end = rest.find(['\n', '<']).unwrap_or(rest.len());
            Some(rest[..end].trim_matches([' ', '`', '"', '.'])).filter(|path| path.starts_with('/'))
        })
    };
    PLACES.into_iter().find_map(place).unwrap_or_default().to_owned()
}
