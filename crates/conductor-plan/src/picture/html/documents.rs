//! The documents of the page, with everything that is cited marked.

use crate::picture::{Picture, plain, xml};
use crate::{Source, Span};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// The documents of which the text is known.
pub(super) struct Documents<'p> {
    documents: Vec<Marked<'p>>,
    /// Names of those of which it is not.
    unknown: Vec<&'p str>,
    positions: BTreeMap<&'p str, usize>,
}

/// A document and who cites which piece of it.
struct Marked<'p> {
    name: &'p str,
    text: &'p str,
    /// By item, or by nothing for what only a finding cites.
    citations: Vec<(Span, Option<usize>)>,
}

impl<'p> Documents<'p> {
    pub(super) fn of(picture: &Picture<'p>) -> Self {
        let texts: BTreeMap<&str, &str> =
            picture.texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let mut documents = Vec::new();
        let mut unknown = Vec::new();
        for document in &picture.plan.documents {
            match texts.get_key_value(document.name.as_str()) {
                Some((name, text)) => documents.push(Marked { name, text, citations: Vec::new() }),
                None => unknown.push(document.name.as_str()),
            }
        }
        let positions: BTreeMap<&str, usize> =
            documents.iter().enumerate().map(|(at, document)| (document.name, at)).collect();
        let items = picture.plan.items.iter();
        let by_items = items.filter_map(|item| Some((picture.positions.get(&item.key)?, &item.sources)));
        let by_items =
            by_items.flat_map(|(&id, sources)| sources.iter().map(move |source| (source, Some(id))));
        let by_findings =
            picture.findings.iter().flat_map(|finding| &finding.sources).map(|source| (source, None));
        for (source, by) in by_items.chain(by_findings) {
            if let Some(document) =
                positions.get(source.document.as_str()).and_then(|&at| documents.get_mut(at))
                && is_piece(document.text, source.span)
            {
                document.citations.push((source.span, by));
            }
        }
        Self { documents, unknown, positions }
    }

    /// A link to a source; text where its document is not known.
    pub(super) fn link(&self, out: &mut String, source: &Source) {
        let name = xml(&plain(&source.to_string()));
        let known = self.positions.get(source.document.as_str()).copied();
        let piece = known.filter(|&at| {
            self.documents.get(at).is_some_and(|document| is_piece(document.text, source.span))
        });
        let _ = match piece {
            Some(at) => write!(out, " <a href=\"#s{at}-{}\">{name}</a>", source.span.start),
            None => write!(out, " {name}"),
        };
    }

    pub(super) fn write(&self, out: &mut String, picture: &Picture<'_>) {
        out.push_str("<aside id=\"documents\" aria-label=\"Documents\">\n<div id=\"chosen\" aria-live=\"polite\"></div>\n");
        for (at, document) in self.documents.iter().enumerate() {
            let name = xml(&plain(document.name));
            let _ =
                write!(out, "<section class=\"document\" id=\"d{at}\">\n<h2>{name}</h2>\n<pre dir=\"auto\">");
            document.write(out, at, picture);
            out.push_str("</pre>\n</section>\n");
        }
        for name in &self.unknown {
            let _ = writeln!(out, "<p>The text of {} was not kept.</p>", xml(&plain(name)));
        }
        out.push_str("</aside>\n");
    }
}

/// Whether a span lies in a text, between characters.
fn is_piece(text: &str, span: Span) -> bool {
    span.start < span.end && text.get(span.start..span.end).is_some()
}

impl Marked<'_> {
    /// The text in pieces that are each cited by the same items. A piece is named by where it begins, so a source leads
    /// to the piece that it begins with.
    fn write(&self, out: &mut String, document: usize, picture: &Picture<'_>) {
        let mut begins: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let mut ends: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (number, (span, _)) in self.citations.iter().enumerate() {
            begins.entry(span.start).or_default().push(number);
            ends.entry(span.end).or_default().push(number);
        }
        let cuts: BTreeSet<usize> =
            begins.keys().chain(ends.keys()).copied().chain([0, self.text.len()]).collect();
        let mut open: BTreeSet<usize> = BTreeSet::new();
        for (&start, &end) in cuts.iter().zip(cuts.iter().skip(1)) {
            ends.get(&start).into_iter().flatten().for_each(|number| {
                open.remove(number);
            });
            open.extend(begins.get(&start).into_iter().flatten());
            let piece = self.text.get(start..end).unwrap_or_default();
            if open.is_empty() {
                out.push_str(&xml(piece));
                continue;
            }
            let items: BTreeSet<usize> =
                open.iter().filter_map(|&number| self.citations.get(number)?.1).collect();
            mark(out, &format!("s{document}-{start}"), piece, &items);
            // Links where the last of what is open here ends, so that one sentence has them once.
            let closing =
                ends.get(&end).into_iter().flatten().filter_map(|&number| self.citations.get(number)?.1);
            for item in closing.collect::<BTreeSet<usize>>() {
                back(out, picture, item);
            }
        }
    }
}

fn mark(out: &mut String, id: &str, piece: &str, items: &BTreeSet<usize>) {
    let names: Vec<String> = items.iter().map(usize::to_string).collect();
    let class = if items.is_empty() { "mark loose" } else { "mark" };
    let _ = write!(
        out,
        "<mark class=\"{class}\" id=\"{id}\" tabindex=\"0\" data-i=\"{}\">{}</mark>",
        names.join(" "),
        xml(piece)
    );
}

/// The small link from a source to the item that cites it.
fn back(out: &mut String, picture: &Picture<'_>, id: usize) {
    let Some(item) = picture.plan.items.get(id) else { return };
    let (label, title) = (xml(picture.labels.get(&item.key)), xml(&plain(&item.title)));
    let _ = write!(out, "<a class=\"back\" href=\"#i{id}\" title=\"{title}\">{label}</a>");
}
