//! Parts of the documents that are written from code, between `<!-- generated:NAME -->` markers.
//!
//! To add one: write a function from the workspace to text, put it into [`BLOCKS`], place the two markers in a
//! document, and run `cargo xtask generate`.

use std::fmt;
use std::io;

use crate::workspace::Workspace;
use crate::{exits, findings, runs, tidy};

/// Documents that may hold generated parts.
const DOCUMENTS: &[&str] = &["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md", "docs/findings/README.md"];

const BLOCKS: &[Block] = &[
    Block { name: "crate-edges", render: tidy::edges::table },
    Block { name: "exit-codes", render: exits::table },
    Block { name: "finding-codes", render: findings::table },
    Block { name: "run-table", render: runs::table },
];

/// One generated part: its name in the markers, and what writes it. The text ends with a newline.
struct Block {
    name: &'static str,
    render: fn(&Workspace) -> String,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum GenerateError {
    #[error("{document}: the generated part `{name}` has no end; add `<!-- /generated:{name} -->`")]
    Unclosed { document: String, name: String },
    #[error(
        "{document}: nothing generates `{name}`; correct the marker, or add it to the list of generated parts"
    )]
    Unknown { document: String, name: String },
    #[error("no document has the markers of `{name}`; place them, or remove the part from the list")]
    Unplaced { name: &'static str },
    #[error("failed to write {document}: {source}")]
    Write { document: String, source: io::Error },
}

/// The documents whose generated parts were stale: rewritten, or only named when checking.
pub(crate) struct Outcome {
    stale: Vec<&'static str>,
    checked_only: bool,
}

impl Outcome {
    pub(crate) fn is_fresh(&self) -> bool {
        self.stale.is_empty()
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for document in &self.stale {
            if self.checked_only {
                writeln!(f, "{document}: a generated part is stale; run `cargo xtask generate`")?;
            } else {
                writeln!(f, "{document}: written anew")?;
            }
        }
        if self.stale.is_empty() {
            writeln!(f, "generated parts are fresh")?;
        }
        Ok(())
    }
}

/// Brings every generated part up to date, or only tells which are stale when `check` is set.
pub(crate) fn run(workspace: &Workspace, check: bool) -> Result<Outcome, GenerateError> {
    let rendered: Vec<(&'static str, String)> =
        BLOCKS.iter().map(|block| (block.name, (block.render)(workspace))).collect();
    let mut placed = vec![false; rendered.len()];
    let mut stale = Vec::new();
    for document in DOCUMENTS.iter().copied() {
        let Some(old) = workspace.text(document) else { continue };
        let new = fill(document, old, &rendered, &mut placed)?;
        if new != old {
            stale.push(document);
            if !check {
                std::fs::write(workspace.root.join(document), new)
                    .map_err(|source| GenerateError::Write { document: document.to_owned(), source })?;
            }
        }
    }
    match rendered.iter().zip(&placed).find(|(_, placed)| !**placed) {
        Some(((name, _), _)) => Err(GenerateError::Unplaced { name }),
        None => Ok(Outcome { stale, checked_only: check }),
    }
}

/// `text` with each generated part replaced by what its name renders to.
fn fill(
    document: &str,
    text: &str,
    rendered: &[(&'static str, String)],
    placed: &mut [bool],
) -> Result<String, GenerateError> {
    let mut out = String::with_capacity(text.len());
    let mut lines = text.split_inclusive('\n');
    while let Some(line) = lines.next() {
        out.push_str(line);
        let Some(name) = opening(line) else { continue };
        let Some(index) = rendered.iter().position(|(known, _)| *known == name) else {
            return Err(GenerateError::Unknown { document: document.to_owned(), name: name.to_owned() });
        };
        let end = format!("<!-- /generated:{name} -->");
        let Some(closing) = lines.find(|line| line.trim() == end) else {
            return Err(GenerateError::Unclosed { document: document.to_owned(), name: name.to_owned() });
        };
        out.push_str(&rendered[index].1);
        out.push_str(closing);
        placed[index] = true;
    }
    Ok(out)
}

fn opening(line: &str) -> Option<&str> {
    line.trim().strip_prefix("<!-- generated:")?.strip_suffix(" -->")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered() -> Vec<(&'static str, String)> {
        vec![("one", "1\n".to_owned()), ("two", "2\n".to_owned())]
    }

    #[test]
    fn replaces_what_stands_between_the_markers_and_nothing_else() {
        let text = "a\n<!-- generated:one -->\nold\nolder\n<!-- /generated:one -->\nb\n";
        let mut placed = [false, false];
        let new = fill("D.md", text, &rendered(), &mut placed).unwrap();
        assert_eq!(new, "a\n<!-- generated:one -->\n1\n<!-- /generated:one -->\nb\n");
        assert_eq!(placed, [true, false]);
        assert_eq!(fill("D.md", &new, &rendered(), &mut placed).unwrap(), new);
    }

    #[test]
    fn an_unknown_name_is_an_error() {
        let error =
            fill("D.md", "<!-- generated:no -->\n<!-- /generated:no -->\n", &rendered(), &mut [false; 2]);
        assert!(matches!(error, Err(GenerateError::Unknown { name, .. }) if name == "no"));
    }

    #[test]
    fn a_part_without_end_is_an_error() {
        let error = fill("D.md", "<!-- generated:two -->\n", &rendered(), &mut [false; 2]);
        assert!(matches!(error, Err(GenerateError::Unclosed { name, .. }) if name == "two"));
    }
}
