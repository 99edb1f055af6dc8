//! Plans of whole documents against outlines that a person wrote before the engine existed.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read their documents from files")]

use conductor_plan::{Document, ItemKey, Order, OutlineOptions, Plan, Severity, lint, outline};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// What a person expects of the plan of a document.
#[derive(Deserialize)]
struct Expected {
    /// Titles of items.
    must_have: Vec<String>,
    /// No item may be called this.
    must_not: Vec<String>,
    /// The first must be done before the second can begin.
    before: Vec<[String; 2]>,
    /// The fewest and the most items that are work of their own.
    items: [usize; 2],
}

fn check(name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/documents");
    let document = Document::parse(name, &std::fs::read(folder.join(name)).unwrap()).unwrap();
    let stem = name.rsplit_once('.').unwrap().0;
    let expected = std::fs::read_to_string(folder.join(format!("{stem}.expected.json"))).unwrap();
    let expected: Expected = serde_json::from_str(&expected).unwrap();
    let plan = outline(&[document], &OutlineOptions::default());
    let mut wrong = Vec::new();
    let titles: Vec<String> = plan.items.iter().map(|item| normal(&item.title)).collect();
    for wanted in expected.must_have.iter().filter(|wanted| !titles.contains(&normal(wanted))) {
        wrong.push(format!("no item \"{wanted}\""));
    }
    for unwanted in expected.must_not.iter().filter(|unwanted| titles.contains(&normal(unwanted))) {
        wrong.push(format!("an item \"{unwanted}\""));
    }
    for [first, second] in
        expected.before.iter().filter(|[first, second]| !comes_before(&plan, first, second))
    {
        wrong.push(format!("\"{second}\" does not wait for \"{first}\""));
    }
    let leaves = plan.leaves().count();
    if !(expected.items[0]..=expected.items[1]).contains(&leaves) {
        wrong.push(format!("{leaves} items, not {:?}", expected.items));
    }
    for finding in lint(&plan).iter().filter(|finding| finding.severity == Severity::Error) {
        wrong.push(finding.to_string());
    }
    assert!(wrong.is_empty(), "{name}:\n  {}\n{}", wrong.join("\n  "), tree(&plan));
    assert!(Order::of(&plan).is_ok(), "{name} has an order");
}

/// Whether an item waits, directly or through others, for another.
fn comes_before(plan: &Plan, first: &str, second: &str) -> bool {
    let parents: BTreeMap<_, _> = plan.items.iter().map(|item| (&item.key, item.parent.as_ref())).collect();
    let find = |title: &str| plan.items.iter().find(|item| normal(&item.title) == normal(title));
    let (Some(first), Some(second)) = (find(first), find(second)) else { return false };
    let mut stack = vec![&second.key];
    let mut seen = Vec::new();
    while let Some(key) = stack.pop() {
        if seen.contains(&key) {
            continue;
        }
        seen.push(key);
        let Some(item) = plan.get(key) else { continue };
        stack.extend(&item.depends_on);
        if item.key != second.key {
            // Waiting for a container is waiting for all that is in it.
            stack.extend(
                plan.items.iter().filter(|other| parents[&other.key] == Some(key)).map(|other| &other.key),
            );
        }
    }
    seen.contains(&&first.key)
}

fn normal(title: &str) -> String {
    let words = title.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

fn tree(plan: &Plan) -> String {
    let rows = plan.tree();
    let number = |key: &ItemKey| rows.iter().position(|row| row.item.key == *key).map_or(0, |at| at + 1);
    let lines = rows.iter().enumerate().map(|(at, row)| {
        let after: Vec<String> = row.item.depends_on.iter().map(|on| number(on).to_string()).collect();
        format!("{:3} {}{} <- {}", at + 1, "  ".repeat(row.depth), row.item.title, after.join(","))
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_product_brief() {
    check("brief.md");
}

#[test]
fn a_method_in_tags() {
    check("rpg.txt");
}

#[test]
fn a_roadmap_in_phases() {
    check("roadmap.md");
}

#[test]
fn an_interface_specification() {
    check("api.md");
}

#[test]
fn a_german_specification() {
    check("german.md");
}

#[test]
fn plain_text() {
    check("plain.txt");
}

#[test]
fn user_stories() {
    check("stories.md");
}

#[test]
fn things_called_like_sections() {
    check("names.md");
}

#[test]
fn a_french_list_of_features() {
    check("french.md");
}

#[test]
fn boxes_to_tick() {
    check("checkboxes.md");
}

#[test]
fn phases_in_a_table() {
    check("milestones.md");
}

#[test]
fn a_template_with_context_and_roadmap() {
    check("template.txt");
}

#[test]
fn personas_and_numbered_requirements() {
    check("personas.md");
}

#[test]
fn one_page() {
    check("onepager.md");
}

#[test]
fn a_request_for_comments() {
    check("rfc.md");
}

#[test]
fn a_readme() {
    check("readme.md");
}

#[test]
fn a_spanish_specification() {
    check("spanish.md");
}

#[test]
fn a_portuguese_template() {
    check("portuguese.txt");
}

#[test]
fn a_chinese_specification() {
    check("chinese.md");
}

#[test]
fn a_japanese_specification() {
    check("japanese.md");
}

#[test]
fn a_korean_template() {
    check("korean.txt");
}

#[test]
fn milestones_and_sequencing() {
    check("sequencing.md");
}

#[test]
fn a_roadmap_in_three_lines() {
    check("lines.md");
}

#[test]
fn phases_beside_features_and_a_stack() {
    check("phases.md");
}
