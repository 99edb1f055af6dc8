//! From a plan to text.

use super::escape::{escape, escape_line};
use crate::edit::stamp;
use crate::{Category, Estimate, Item, Plan, Priority, TreeRow, Verdict};
use std::fmt::Write as _;
use taskwerk_model::Minutes;

/// What the text says of itself. Nothing in here is read, but for the stamp.
const HEAD: &str = "\
<!--
Edit the plan here, save, and close the editor.

  - [ ] title {#key}    an item; [x] accepted, [-] rejected, [ ] undecided
  indentation           what is indented below an item is a part of it
  order                 moving a line with all below it moves the item
  a line without {#…}   is a new item
  deleted lines         take the item out of the plan; to keep it as rejected, write [-] instead
  > …                   the description
  * …                   a criterion by which one sees that it is done
  after:                what it waits for: keys or titles, with commas between them

Other fields are estimate (2h, or 2h (1h-4h)), priority, category, tags and files.
A text without any item changes nothing.
-->
";

/// The plan as text.
pub fn write(plan: &Plan) -> String {
    let mut out = String::from(HEAD);
    // Writing to a string cannot fail, here and below.
    let _ = writeln!(out, "<!-- of {} -->", stamp(plan));
    for TreeRow { depth, item, .. } in plan.tree() {
        if depth == 0 {
            out.push('\n');
        }
        write_item(&mut out, plan, depth, item);
    }
    out
}

pub(super) fn write_item(out: &mut String, plan: &Plan, depth: usize, item: &Item) {
    let mark = match plan.verdicts.get(&item.key) {
        None => ' ',
        Some(Verdict::Accepted) => 'x',
        Some(Verdict::Rejected) => '-',
    };
    let (indent, key) = (depth * 2, escape(item.key.as_str(), &['{', '}']));
    let _ = writeln!(out, "{:indent$}- [{mark}] {} {{#{key}}}", "", escape(&item.title, &[]));
    let mut line = |text: String| {
        let _ = writeln!(out, "{:indent$}      {text}", "");
    };
    if let Some(estimate) = item.estimate {
        line(format!("estimate: {}", written(estimate)));
    }
    if item.priority != Priority::Medium {
        line(format!("priority: {}", item.priority));
    }
    if item.category != Category::Feature {
        line(format!("category: {}", item.category.as_str()));
    }
    let keys: Vec<&str> = item.depends_on.iter().map(|on| on.as_str()).collect();
    let (tags, files) = (item.tags.iter().map(String::as_str), item.files.iter().map(String::as_str));
    for (name, list) in [("tags", tags.collect()), ("files", files.collect()), ("after", keys)] {
        if !list.is_empty() {
            line(format!("{name}: {}", joined(&list)));
        }
    }
    if !item.description.is_empty() {
        for text in item.description.split('\n') {
            let text = escape_line(text);
            line(if text.is_empty() { ">".to_owned() } else { format!("> {text}") });
        }
    }
    for criterion in &item.acceptance {
        line(format!("* {}", escape(criterion, &[])));
    }
}

fn written(Estimate { low, likely, high }: Estimate) -> String {
    let [low, likely, high] = [low, likely, high].map(Minutes::new);
    format!("{likely} ({low}-{high})")
}

/// Elements with commas between them. An empty one is a lone backslash, which no escape is.
fn joined(list: &[&str]) -> String {
    let element = |text: &&str| if text.is_empty() { "\\".to_owned() } else { escape(text, &[',']) };
    list.iter().map(element).collect::<Vec<_>>().join(", ")
}
