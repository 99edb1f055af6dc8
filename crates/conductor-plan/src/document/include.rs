//! Lines that ask for another file in their place, in the ways that people write them in Markdown.

use super::{Block, BlockKind};
use crate::Span;

/// A line of a document that names another file to be read with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Include {
    /// The file as it is written, relative to the document.
    pub path: String,
    /// Whether it is the name of a note, which may leave its ending out and is searched for.
    pub note: bool,
    /// Where it is asked for.
    pub span: Span,
}

/// Takes the blocks that consist of nothing but includes out of a document's, and returns what they name. An include
/// within a sentence or within code is text.
pub(super) fn take(text: &str, blocks: &mut Vec<Block>) -> Vec<Include> {
    let mut includes = Vec::new();
    blocks.retain(|block| {
        if !matches!(block.kind, BlockKind::Paragraph | BlockKind::Quote) {
            return true;
        }
        let lines = block.span.slice(text).lines().map(bare).filter(|line| !line.is_empty());
        // Most blocks are decided by their first line.
        let Some(named) = lines.map(include).collect::<Option<Vec<_>>>().filter(|named| !named.is_empty())
        else {
            return true;
        };
        includes.extend(named.into_iter().map(|(path, note)| Include { path, note, span: block.span }));
        false
    });
    includes
}

fn bare(line: &str) -> &str {
    line.trim_start_matches(['>', ' ', '\t']).trim_end()
}

/// The file that a line includes, and whether it is the name of a note:
/// `{{#include path}}` (mdBook), `!include path` (preprocessors, PlantUML), `@import "path"` (Markdown Preview Enhanced),
/// `--8<-- "path"` (PyMdown), `[!INCLUDE [title](path)]` (Microsoft Docs), `![[note]]` (Obsidian).
fn include(line: &str) -> Option<(String, bool)> {
    let lower = line.to_ascii_lowercase();
    let after = |prefix: &str| lower.starts_with(prefix).then(|| line.get(prefix.len()..)).flatten();
    if let Some(inner) = after("{{#include ").and_then(|rest| rest.strip_suffix("}}")) {
        // Lines and anchors may follow: `path:10:20`. A document is read as a whole.
        let inner = inner.trim();
        return path(inner.split_once(':').map_or(inner, |(path, _)| path));
    }
    if let Some(rest) = after("!include ").or_else(|| after("@import ")).or_else(|| after("--8<-- ")) {
        return path(rest);
    }
    if let Some(rest) = after("[!include") {
        let (_, target) = rest.rsplit_once("](")?;
        return path(target.strip_suffix(")]")?);
    }
    let inner = line.strip_prefix("![[")?.strip_suffix("]]")?;
    let name = inner.split(['#', '|', '^']).next()?.trim();
    if is_picture(name) {
        return None;
    }
    (!name.is_empty()).then(|| (name.to_owned(), true))
}

fn path(written: &str) -> Option<(String, bool)> {
    let written = written.trim();
    let quoted = |mark: char| written.strip_prefix(mark).and_then(|rest| rest.strip_suffix(mark));
    let path = quoted('"').or_else(|| quoted('\'')).unwrap_or(written).trim();
    // An address is no file, and words are a sentence about including.
    let usable = !path.is_empty() && !path.contains("://") && !path.contains(['\n', '\0', '"']);
    let one = path == written && path.contains(' ') && !path.contains('.');
    (usable && !one).then(|| (path.to_owned(), false))
}

fn is_picture(name: &str) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    matches!(
        ending.as_deref(),
        Some(
            "png"
                | "jpg"
                | "jpeg"
                | "gif"
                | "svg"
                | "webp"
                | "bmp"
                | "mp3"
                | "mp4"
                | "webm"
                | "wav"
                | "canvas"
        )
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn includes_are_read_as_people_write_them() {
        for (line, expected) in [
            ("{{#include features/search.md}}", Some(("features/search.md", false))),
            ("{{#include search.md:10:20}}", Some(("search.md", false))),
            ("!include features/search.md", Some(("features/search.md", false))),
            ("!INCLUDE \"two words.md\"", Some(("two words.md", false))),
            ("@import \"search.md\"", Some(("search.md", false))),
            ("--8<-- \"search.md\"", Some(("search.md", false))),
            ("[!INCLUDE [Search](features/search.md)]", Some(("features/search.md", false))),
            ("![[Search]]", Some(("Search", true))),
            ("![[Search notes#Scope|alias]]", Some(("Search notes", true))),
            ("![[picture.png]]", None),
            ("!include https://example.org/a.md", None),
            ("!include all of the features", None),
            ("{{#include", None),
            ("Use {{#include a.md}} to include", None),
            ("![picture](a.md)", None),
        ] {
            let expected = expected.map(|(path, note)| (path.to_owned(), note));
            assert_eq!(include(line), expected, "{line}");
        }
    }
}
