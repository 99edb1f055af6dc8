//! Findings of linters and compilers that are silenced where they arise: by comments, attributes and annotations.

use std::cell::Cell;

use super::file::{File, Side};
use super::finding::{Code, Finding, Weight};
use super::fresh::{Hit, fresh, lines};
use super::source::Tree;
use super::text::norm;

/// So many in one change are a habit, and not an exception.
const MANY: usize = 5;

const COMMENTS: &[&str] = &[
    "noqa",
    "type: ignore",
    "type:ignore",
    "pylint: disable",
    "eslint-disable",
    "@ts-ignore",
    "@ts-expect-error",
    "@ts-nocheck",
    "nolint",
    "pragma: no cover",
    "istanbul ignore",
    "c8 ignore",
    "v8 ignore",
    "biome-ignore",
    "oxlint-disable",
    "pyright: ignore",
    "mypy: ignore-errors",
    "NOSONAR",
    "noinspection",
    "LCOV_EXCL",
    "#nosec",
];
/// Those that silence a whole file.
const WIDE: &[&str] = &[
    "@ts-nocheck",
    "flake8: noqa",
    "ruff: noqa",
    "mypy: ignore-errors",
    "pylint: skip-file",
    "pylint: disable=all",
];

/// Whether a comment, attribute or annotation silences something.
fn silences(tree: &Tree, at: usize) -> bool {
    let text = tree.text(at);
    match tree.kind(at) {
        "attribute_item" | "inner_attribute_item" => {
            let form = norm(text);
            let inner = form.trim_start_matches("#!").trim_start_matches('#').trim_start_matches('[');
            inner.starts_with("allow(") || inner.starts_with("expect(") || inner.starts_with("coverage(off")
        }
        "annotation" | "marker_annotation" => text.starts_with("@SuppressWarnings"),
        _ if tree.is_comment(at) => COMMENTS.iter().any(|word| text.contains(word)),
        _ => false,
    }
}

/// Whether it silences more than one place.
fn is_wide(text: &str) -> bool {
    let form = norm(text);
    let bare = form.trim_start_matches(['/', '*', '#', '!', ' ', '[']);
    let whole = bare.trim_end_matches(['*', '/', ' ']);
    whole == "eslint-disable"
        || WIDE.iter().any(|word| bare.starts_with(&norm(word)))
        || (form.starts_with("#!")
            && form.contains("[allow(")
            && ["warnings", "clippy::all", "unused)", "unused,", "clippy::correctness"]
                .iter()
                .any(|w| form.contains(w)))
        || form.starts_with("@SuppressWarnings(\"all\")")
}

fn hits(side: &Side, is: impl Fn(&Tree, usize) -> bool) -> Vec<Hit> {
    let Some(tree) = &side.tree else { return Vec::new() };
    let found = tree.all().filter(|at| is(tree, *at));
    found.map(|at| Hit { line: tree.line(at), text: norm(tree.text(at)) }).collect()
}

/// What is silenced now and was not before.
pub(super) fn check(files: &[File]) -> Vec<Finding> {
    let (before, now) = (Cell::new(0_usize), Cell::new(0_usize));
    let new = fresh(
        files,
        |old| {
            let hits = hits(old, silences);
            before.set(before.get() + hits.len());
            hits
        },
        |new| {
            let hits = hits(new, silences);
            now.set(now.get() + hits.len());
            hits
        },
    );
    let more = now.get().saturating_sub(before.get());
    let mut findings = Vec::new();
    for (file, hits) in &new {
        let wide = hits.iter().any(|hit| is_wide(&hit.text));
        if more == 0 && !wide {
            continue;
        }
        let weight = if wide || more >= MANY { Weight::Hold } else { Weight::Note };
        let what = if wide {
            "findings of a linter or compiler are silenced for all of"
        } else {
            "findings of a linter or compiler are silenced in"
        };
        let sentence = format!("{what} {}", file.path);
        findings.push(Finding::new(Code::LintSilenced, weight, &file.path, sentence).is(lines(file, hits)));
    }
    findings.extend(files.iter().filter_map(undenied));
    findings
}

/// Warnings that were errors, and are not any more.
fn undenied(file: &File) -> Option<Finding> {
    let denies = |tree: &Tree, at: usize| {
        let form = norm(tree.text(at));
        tree.kind(at) == "inner_attribute_item"
            && (form.starts_with("#![deny(") || form.starts_with("#![forbid("))
    };
    let (old, new) = (file.old.as_ref()?, file.new.as_ref()?);
    let was = hits(old, denies);
    let is = hits(new, denies);
    let gone: Vec<&Hit> = was.iter().filter(|hit| !is.iter().any(|h| h.text == hit.text)).collect();
    (was.len() > is.len()).then(|| {
        let sentence = format!("warnings are no errors any more in {}", file.path);
        Finding::hold(Code::LintWeakened, &file.path, sentence).was(gone.iter().map(|hit| old.line(hit.line)))
    })
}
