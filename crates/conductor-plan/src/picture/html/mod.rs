//! A plan as one page for a browser.
//!
//! The page is a file of its own: it loads nothing, and its content security policy allows its own style and script by
//! their digests and nothing else. It is well-formed XML as well, so that a test can read it with a parser. All that the
//! script does, apart from convenience, links and targets do without it.

mod documents;
mod items;

use super::{Picture, plain, svg, xml};
use crate::Severity;
use documents::Documents;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

pub(super) fn page(picture: &Picture<'_>) -> String {
    let documents = Documents::of(picture);
    let style = format!("{}\n{STYLE}", svg::STYLE);
    let title = xml(&plain(picture.title()));
    let mut out = String::from("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n");
    let _ = writeln!(
        out,
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{}'; \
         script-src 'sha256-{}'; base-uri 'none'; form-action 'none'\"/>",
        digest(&style),
        digest(SCRIPT)
    );
    let _ = writeln!(
        out,
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>{title}</title>\n\
         <style>{style}</style>\n</head>\n<body>"
    );
    header(&mut out, picture, &title);
    out.push_str("<main>\n<section id=\"graph\" aria-label=\"Graph of the tasks\">\n");
    out.push_str(&svg::inline(picture, |id| Some(format!("#i{id}"))));
    out.push_str("</section>\n");
    items::write(&mut out, picture, &documents);
    rejected(&mut out, picture);
    findings(&mut out, picture, &documents);
    order(&mut out, picture);
    out.push_str("</main>\n");
    documents.write(&mut out, picture);
    let _ = writeln!(out, "<script>{SCRIPT}</script>\n</body>\n</html>");
    out
}

fn header(out: &mut String, picture: &Picture<'_>, title: &str) {
    let plan = picture.plan;
    let rejected = match picture.rejected.len() {
        0 => String::new(),
        1 => " · 1 item rejected".to_owned(),
        count => format!(" · {count} items rejected"),
    };
    let count = |severity| picture.findings.iter().filter(|finding| finding.severity == severity).count();
    let _ = writeln!(
        out,
        "<header>\n<h1>{title}</h1>\n<p>{} requirements · {} tasks{} · {} errors, {} warnings</p>\n\
         <nav aria-label=\"Parts\"><a href=\"#graph\">Graph</a> <a href=\"#tasks\">Tasks</a> \
         <a href=\"#findings\">Findings</a> <a href=\"#order\">Order</a> <a href=\"#documents\">Documents</a></nav>\n\
         <p class=\"search\"><input id=\"filter\" type=\"search\" aria-label=\"Filter tasks\" placeholder=\"Filter tasks  ( / )\"/> \
         <span class=\"keys\"><kbd>j</kbd> <kbd>k</kbd> next, previous · <kbd>Esc</kbd> clear</span></p>\n</header>",
        plan.requirements.len(),
        plan.leaves().count(),
        rejected,
        count(Severity::Error),
        count(Severity::Warning)
    );
}

/// What is left out, by name only.
fn rejected(out: &mut String, picture: &Picture<'_>) {
    if picture.rejected.is_empty() {
        return;
    }
    out.push_str("<section id=\"rejected\">\n<h2>Rejected</h2>\n<ul>\n");
    for (key, title) in &picture.rejected {
        let _ = writeln!(
            out,
            "<li><code>{}</code> {}</li>",
            xml(&plain(picture.labels.get(key))),
            xml(&plain(title))
        );
    }
    out.push_str("</ul>\n</section>\n");
}

fn findings(out: &mut String, picture: &Picture<'_>, documents: &Documents<'_>) {
    let _ = writeln!(out, "<section id=\"findings\">\n<h2>Findings</h2>");
    if picture.findings.is_empty() {
        out.push_str("<p>Nothing was found.</p>\n");
    }
    out.push_str("<ul>\n");
    for finding in picture.findings {
        let severity = finding.severity.as_str();
        let _ = write!(
            out,
            "<li class=\"{severity}\"><b>{severity}</b> <code>{}</code> {}",
            finding.code,
            xml(&plain(&finding.message))
        );
        for key in &finding.items {
            items::link(out, picture, key);
        }
        for source in &finding.sources {
            documents.link(out, source);
        }
        if let Some(question) = &finding.question {
            let _ = write!(
                out,
                " <q>{}</q> <code>{}</code>",
                xml(&plain(&question.text)),
                xml(question.id.as_str())
            );
        }
        out.push_str("</li>\n");
    }
    out.push_str("</ul>\n</section>\n");
}

fn order(out: &mut String, picture: &Picture<'_>) {
    out.push_str("<section id=\"order\">\n<h2>Order</h2>\n");
    let Some(order) = &picture.order else {
        out.push_str("<p>There is none: items wait for each other in a circle.</p>\n</section>\n");
        return;
    };
    let schedule = order.schedule(picture.workers);
    let time = super::minutes;
    let _ = writeln!(
        out,
        "<p>{} of work; {} with {} agents, {} at the least.</p>\n<p>Critical path ({}):",
        time(order.total_minutes),
        time(schedule.makespan),
        picture.workers,
        time(schedule.bound),
        time(order.critical_minutes)
    );
    order.critical_path.iter().for_each(|key| items::link(out, picture, key));
    out.push_str("</p>\n<h3>What can be done side by side</h3>\n<ol>\n");
    for level in &order.levels {
        out.push_str("<li>");
        level.iter().for_each(|key| items::link(out, picture, key));
        out.push_str("</li>\n");
    }
    let _ = writeln!(out, "</ol>\n<h3>With {} agents</h3>", picture.workers);
    for worker in 0..picture.workers {
        let mut slots = schedule.slots.iter().filter(|slot| slot.worker == worker).peekable();
        if slots.peek().is_none() {
            continue;
        }
        let _ = write!(out, "<p>Agent {}:", worker + 1);
        for slot in slots {
            items::link(out, picture, &slot.item);
            let _ = write!(out, " <small>{}–{}</small>", time(slot.start), time(slot.end));
        }
        out.push_str("</p>\n");
    }
    out.push_str("</section>\n");
}

/// The SHA-256 of a text as content security policies write it.
fn digest(text: &str) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in Sha256::digest(text.as_bytes()).chunks(3) {
        let bits =
            (0..3).fold(0usize, |bits, at| bits << 8 | chunk.get(at).map_or(0, |&byte| usize::from(byte)));
        for at in 0..4 {
            let letter = ALPHABET.get(bits >> (18 - 6 * at) & 63).map_or('=', |&byte| char::from(byte));
            out.push(if at <= chunk.len() { letter } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn digests_are_those_of_the_policy() {
        // From `printf alert | openssl dgst -sha256 -binary | base64`.
        assert_eq!(super::digest(""), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    }
}
