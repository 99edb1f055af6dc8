//! Text to Markdown that a CommonMark parser reads the way its author meant it.
//!
//! People mark the parts of a prompt with tags on lines of their own. To CommonMark such a tag starts a block of HTML
//! that swallows the headings and lists after it, and the indentation within tags turns lists into code. So tags are
//! taken out before parsing and remembered, and the indentation that they brought is taken off. The same is done with
//! the markers of an unresolved merge, of which one would underline the line before it to a heading.

use super::lines::Lines;
use crate::{Finding, FindingCode, Source, Span};
use std::collections::BTreeMap;

/// Markdown without tags and merge markers, and the way back to the original text.
pub(super) struct Cleaned {
    pub(super) text: String,
    pub(super) tags: Vec<Tag>,
    pub(super) finding: Option<Finding>,
    /// Pairs of (offset in `text`, offset in the original) at the start of each piece that was kept.
    pieces: Vec<(usize, usize)>,
}

pub(super) struct Tag {
    pub(super) name: String,
    pub(super) open: bool,
    pub(super) span: Span,
}

/// The tags that are open.
#[derive(Default)]
struct Open {
    /// For each its name, and how many columns its content is indented, once the first line of it was seen.
    tags: Vec<(String, Option<usize>)>,
    /// How many are open of each name, so that the end of one that is not open needs no search.
    count: BTreeMap<String, usize>,
}

impl Open {
    fn begin(&mut self, name: &str) {
        self.tags.push((name.to_owned(), None));
        *self.count.entry(name.to_owned()).or_default() += 1;
    }

    /// Ends the innermost tag of this name, with all within it. Whether there is one.
    fn end(&mut self, name: &str) -> bool {
        if self.count.get(name).is_none_or(|&count| count == 0) {
            return false;
        }
        while let Some((last, _)) = self.tags.pop() {
            if let Some(count) = self.count.get_mut(&last) {
                *count -= 1;
            }
            if last == name {
                return true;
            }
        }
        false
    }

    /// How much of a line's indentation the innermost open tag accounts for.
    fn strip_for(&mut self, indent: usize, body: &str) -> usize {
        let Some((_, base)) = self.tags.last_mut() else { return 0 };
        if body.is_empty() {
            return 0;
        }
        indent.min(*base.get_or_insert(indent))
    }
}

impl Cleaned {
    /// The offset in the original text of the byte at `offset` of the cleaned one.
    pub(super) fn original(&self, offset: usize) -> usize {
        let after = self.pieces.partition_point(|&(cleaned, _)| cleaned <= offset);
        match after.checked_sub(1).and_then(|index| self.pieces.get(index)) {
            Some(&(cleaned, original)) => original + (offset - cleaned),
            None => offset,
        }
    }

    fn keep(&mut self, text: &str, start: usize, end: usize) {
        if let Some(piece) = text.get(start..end).filter(|piece| !piece.is_empty()) {
            self.pieces.push((self.text.len(), start));
            self.text.push_str(piece);
        }
    }
}

/// Takes tags, their indentation and merge markers out of `text`.
pub(super) fn clean(name: &str, text: &str, lines: &Lines) -> Cleaned {
    let mut cleaned = Cleaned {
        text: String::with_capacity(text.len()),
        tags: Vec::new(),
        finding: None,
        pieces: Vec::new(),
    };
    let mut fence: Option<&str> = None;
    let mut in_conflict = false;
    let mut open = Open::default();
    for (start, end) in lines.ranges(text) {
        let line = text.get(start..end).unwrap_or_default();
        let next = text.get(end..).map_or(end, |rest| end + rest.len() - rest.trim_start_matches('\r').len());
        let next = if text.get(next..).is_some_and(|rest| rest.starts_with('\n')) { next + 1 } else { next };
        let body = line.trim_start();
        let indent = line.len() - body.len();
        if fence.is_none() {
            if is_conflict_marker(line, in_conflict) {
                in_conflict = !line.starts_with(">>>>>>>");
                let span = lines.span(start, end);
                cleaned.finding.get_or_insert_with(|| conflict(name, span));
                cleaned.keep(text, end, next);
                continue;
            }
            if let Some((tag, rest)) = tag_of(body) {
                let at = start + indent;
                take_tag(&mut cleaned, &mut open, lines, &tag, at);
                if rest.trim().is_empty() {
                    cleaned.keep(text, end, next);
                } else {
                    take_rest(&mut cleaned, &mut open, text, lines, (end - rest.len(), end, next));
                }
                continue;
            }
        }
        let strip = open.strip_for(indent, body);
        cleaned.keep(text, start + strip, next);
        fence = fence_after(fence, body);
    }
    cleaned
}

/// The text after a tag on the same line, without the closing tag that may follow it: `<goal>Ship it</goal>`.
fn take_rest(
    cleaned: &mut Cleaned,
    open: &mut Open,
    text: &str,
    lines: &Lines,
    (start, end, next): (usize, usize, usize),
) {
    let rest = text.get(start..end).unwrap_or_default();
    let start = end - rest.trim_start().len();
    let closing = rest.rfind("</").filter(|&at| {
        rest.get(at..).and_then(tag_of).is_some_and(|(tag, after)| !tag.open && after.trim().is_empty())
    });
    let Some(closing) = closing else {
        cleaned.keep(text, start, next);
        return;
    };
    let at = end - rest.len() + closing;
    cleaned.keep(text, start, at);
    if let Some((tag, _)) = text.get(at..end).and_then(tag_of) {
        take_tag(cleaned, open, lines, &tag, at);
    }
    cleaned.keep(text, end, next);
}

fn take_tag(cleaned: &mut Cleaned, open: &mut Open, lines: &Lines, tag: &RawTag<'_>, at: usize) {
    let name = tag.name.to_ascii_lowercase();
    // A tag ends the paragraph before it, so an empty line takes its place.
    cleaned.text.push('\n');
    if tag.open {
        open.begin(&name);
    } else if !open.end(&name) {
        return;
    }
    if !is_layout(&name) {
        cleaned.tags.push(Tag { name, open: tag.open, span: lines.span(at, at + tag.len) });
    }
}

/// The fence that is open after a line, given the one that was open before it.
fn fence_after<'t>(fence: Option<&'t str>, body: &'t str) -> Option<&'t str> {
    let mark = body.chars().next().filter(|mark| matches!(mark, '`' | '~'));
    let Some(mark) = mark else { return fence };
    let rest = body.trim_start_matches(mark);
    let run = body.get(..body.len() - rest.len()).unwrap_or_default();
    match fence {
        Some(opened) if run.len() >= opened.len() && opened.starts_with(mark) && rest.trim().is_empty() => {
            None
        }
        Some(_) => fence,
        None if run.len() >= 3 && !(mark == '`' && rest.contains('`')) => Some(run),
        None => None,
    }
}

fn is_conflict_marker(line: &str, in_conflict: bool) -> bool {
    line.starts_with("<<<<<<< ")
        || in_conflict && (line == "=======" || line.starts_with(">>>>>>> ") || line.starts_with("||||||| "))
}

fn conflict(name: &str, span: Span) -> Finding {
    let message = format!(
        "`{name}` holds unresolved merge conflict markers; both sides were read. Resolve them to plan from one"
    );
    Finding::new(FindingCode::MergeConflict, message).at(vec![Source { document: name.into(), span }])
}

/// Whether a line consists of nothing but a tag that marks a part of a document.
pub(super) fn is_tag_line(line: &str) -> bool {
    tag_of(line.trim_start()).is_some_and(|(tag, rest)| rest.trim().is_empty() && !is_layout(tag.name))
}

struct RawTag<'t> {
    name: &'t str,
    open: bool,
    len: usize,
}

/// The tag that a line starts with, and the text after it. Tags of HTML that hold data or are empty are no parts of a
/// document and stay where they are.
fn tag_of(body: &str) -> Option<(RawTag<'_>, &str)> {
    let inner = body.strip_prefix('<')?;
    let (open, inner) = match inner.strip_prefix('/') {
        Some(rest) => (false, rest),
        None => (true, inner),
    };
    let name_len =
        inner.find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))).unwrap_or(inner.len());
    let (name, after) = inner.split_at_checked(name_len)?;
    if !name.starts_with(char::is_alphabetic) || after.starts_with([':', '@']) || is_opaque(name) {
        return None;
    }
    let (attributes, rest) = after.split_once('>')?;
    if attributes.contains('<')
        || attributes.ends_with('/')
        || !(attributes.is_empty() || attributes.starts_with(' '))
    {
        return None;
    }
    Some((RawTag { name, open, len: body.len() - rest.len() }, rest))
}

/// HTML whose content is not Markdown, or that has none.
fn is_opaque(name: &str) -> bool {
    const OPAQUE: &[&str] = &[
        "a", "area", "audio", "b", "base", "br", "code", "col", "dd", "dl", "dt", "em", "embed", "hr", "i",
        "iframe", "img", "input", "kbd", "li", "link", "math", "meta", "ol", "picture", "pre", "script",
        "small", "source", "span", "strong", "style", "sub", "sup", "svg", "table", "tbody", "td",
        "textarea", "tfoot", "th", "thead", "tr", "ul", "video", "wbr",
    ];
    OPAQUE.iter().any(|opaque| name.eq_ignore_ascii_case(opaque))
}

/// HTML that arranges Markdown without giving it a meaning.
fn is_layout(name: &str) -> bool {
    const LAYOUT: &[&str] = &[
        "article", "aside", "body", "center", "details", "div", "font", "html", "main", "p", "section",
        "summary",
    ];
    LAYOUT.iter().any(|layout| name.eq_ignore_ascii_case(layout))
}
