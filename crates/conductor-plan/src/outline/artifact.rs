//! Work that a document asks for outside of its lists: a build file, parts to be written by hand, tests.

use super::by_hand::written_by_hand;
use super::draft::{Draft, Place, Source};
use super::files::files_in;
use super::language::{language, table};
use super::role::Role;
use super::tree::NodeKind;
use crate::words::{is_packed, plain_words};
use crate::{Category, Span};

const BUILD_FILES: &[&str] = &[
    "build.gradle",
    "build.gradle.kts",
    "cargo.toml",
    "cmakelists.txt",
    "docker-compose.yml",
    "dockerfile",
    "makefile",
    "package.json",
    "pom.xml",
    "pyproject.toml",
    "requirements.txt",
    "setup.py",
];

/// Adds what the sentences of the documents ask for and no item does yet.
pub(super) fn add(drafts: &mut Vec<Draft>, sources: &[Source<'_>]) {
    for source in sources {
        let mut found = Vec::new();
        for (index, node) in source.tree.nodes.iter().enumerate() {
            if !matches!(node.kind, NodeKind::Item { .. } | NodeKind::Text) || !demands(source.roles[index]) {
                continue;
            }
            let text = node.label.full();
            for sentence in text.split_inclusive(". ").flat_map(|part| part.split_inclusive('。')) {
                let by_hand = written_by_hand(sentence).into_iter();
                found.extend(by_hand.map(|name| draft(source, node.span, name, sentence)));
                found.extend(build_file(source, node.span, sentence));
            }
        }
        found.retain(|new: &Draft| !drafts.iter().any(|draft| names(draft, new)));
        found.dedup_by(|a, b| a.title == b.title);
        drafts.extend(found);
        let tests = tests(source, drafts);
        drafts.extend(tests);
    }
}

fn demands(role: Role) -> bool {
    matches!(
        role,
        Role::Constraint
            | Role::Quality
            | Role::Experience
            | Role::Acceptance
            | Role::Requirement
            | Role::Architecture
            | Role::Testing
            | Role::Data
            | Role::Unknown
    )
}

/// Whether an item speaks of the same file, or has the same title.
fn names(draft: &Draft, new: &Draft) -> bool {
    let file = new.files.first();
    draft.title == new.title
        || file.is_some_and(|file| {
            files_in(std::iter::once(&draft.title).chain(draft.body.iter()).chain(&draft.scope))
                .contains(file)
        })
}

fn draft(source: &Source<'_>, span: Span, title: String, sentence: &str) -> Draft {
    Draft {
        title,
        body: vec![sentence.trim().to_owned()].into(),
        category: Some(Category::Setup),
        confidence: 50,
        places: vec![Place { document: source.document, span }],
        list: usize::MAX,
        ..Draft::default()
    }
}

/// Whether a sentence asks for something to be there.
fn asks(sentence: &str) -> bool {
    let words = plain_words(sentence);
    table!(asking).any(|asking| {
        let packed = asking.chars().any(is_packed);
        packed && sentence.contains(asking) || words.iter().any(|word| word == asking)
    })
}

fn build_file(source: &Source<'_>, span: Span, sentence: &str) -> Option<Draft> {
    let file = files_in([sentence.to_owned()].iter())
        .into_iter()
        .find(|file| BUILD_FILES.contains(&file.to_lowercase().as_str()));
    let file = file.filter(|_| asks(sentence))?;
    let title = language(source).provide(&file);
    Some(Draft { files: vec![file], ..draft(source, span, title, sentence) })
}

/// Tests are work of their own where the document has a section that asks for them and the items do not say themselves
/// how they are tested.
fn tests(source: &Source<'_>, drafts: &[Draft]) -> Option<Draft> {
    let work = drafts.iter().filter(|draft| !draft.container);
    let tested = work.clone().any(|draft| super::category::category_of(&draft.title) == Category::Test);
    let (count, own) =
        work.fold((0, 0), |(count, own), draft| (count + 1, own + usize::from(!draft.acceptance.is_empty())));
    if tested || count == 0 || own * 2 > count && count > 3 {
        return None;
    }
    // Who names a library for tests wants the criteria tested with it.
    let tools = source
        .tree
        .nodes
        .iter()
        .zip(source.roles)
        .any(|(node, role)| *role == Role::Dependency && names_test_library(&node.label.name));
    let index = source.tree.nodes.iter().enumerate().position(|(index, node)| {
        let section = matches!(node.kind, NodeKind::Section { .. })
            && matches!(source.roles[index], Role::Acceptance | Role::Testing);
        let asked = || source.tree.children(index).any(|(_, child)| asks_for_tests(&child.label.full()));
        section && !source.tree.node(index).children.is_empty() && (asked() || tools)
    })?;
    let mut tests = source.read(index);
    tests.title = language(source).acceptance_tests.to_owned();
    tests.category = Some(Category::Test);
    tests.confidence = 60;
    tests.list = usize::MAX;
    Some(tests)
}

fn names_test_library(text: &str) -> bool {
    const LIBRARIES: &[&str] = &[
        "catch2",
        "cypress",
        "googletest",
        "gtest",
        "jasmine",
        "jest",
        "junit",
        "mocha",
        "nunit",
        "phpunit",
        "playwright",
        "pytest",
        "rspec",
        "unittest",
        "vitest",
        "xunit",
    ];
    plain_words(text).iter().any(|word| LIBRARIES.contains(&&**word))
}

fn asks_for_tests(text: &str) -> bool {
    let words = plain_words(text);
    table!(tests).filter(|start| start.len() > 3).any(|start| {
        let packed = start.chars().any(is_packed);
        packed && text.contains(start) || words.iter().any(|word| word.starts_with(start))
    })
}
