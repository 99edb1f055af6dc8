//! The tasks of the page, each with all that is known of it.

use super::documents::Documents;
use crate::picture::{Picture, estimate, plain, xml};
use crate::{Item, ItemKey, TreeRow};
use std::collections::BTreeMap;
use std::fmt::Write as _;

pub(super) fn write(out: &mut String, picture: &Picture<'_>, documents: &Documents<'_>) {
    let mut codes: BTreeMap<&ItemKey, Vec<&str>> = BTreeMap::new();
    for finding in picture.findings {
        finding.items.iter().for_each(|key| codes.entry(key).or_default().push(finding.code.as_str()));
    }
    out.push_str("<section id=\"tasks\">\n<h2>Tasks</h2>\n<p id=\"none\" hidden=\"hidden\">No task has these words.</p>\n");
    for TreeRow { depth, container, item } in picture.plan.tree() {
        let Some(&id) = picture.positions.get(&item.key) else { continue };
        let kind = if container { "group" } else { "task" };
        let depth = depth.min(5);
        let _ = writeln!(
            out,
            "<article class=\"{kind} depth{depth}\" id=\"i{id}\">\n<h3><a href=\"#i{id}\">{}</a> {}</h3>",
            xml(picture.labels.get(&item.key)),
            xml(&plain(&item.title))
        );
        facts(out, picture, item, container);
        for line in item.description.lines().filter(|line| !line.trim().is_empty()) {
            let _ = writeln!(out, "<p>{}</p>", xml(&plain(line)));
        }
        if !item.acceptance.is_empty() {
            out.push_str("<ul>\n");
            for criterion in &item.acceptance {
                let _ = writeln!(out, "<li>{}</li>", xml(&plain(criterion)));
            }
            out.push_str("</ul>\n");
        }
        if !item.sources.is_empty() {
            out.push_str("<p class=\"sources\">from");
            item.sources.iter().for_each(|source| documents.link(out, source));
            out.push_str("</p>\n");
        }
        if let Some(codes) = codes.get(&item.key) {
            let _ = writeln!(out, "<p class=\"codes\">{}</p>", codes.join(" "));
        }
        out.push_str("</article>\n");
    }
    out.push_str("</section>\n");
}

fn facts(out: &mut String, picture: &Picture<'_>, item: &Item, container: bool) {
    if container && item.depends_on.is_empty() {
        return;
    }
    out.push_str("<p class=\"facts\">");
    if !container {
        let _ = write!(out, "{} · {} {}", item.category.as_str(), item.priority, estimate(item));
        if picture.is_critical(item) {
            out.push_str(" · critical path");
        }
    }
    if !item.depends_on.is_empty() {
        out.push_str(" · after");
        item.depends_on.iter().for_each(|key| link(out, picture, key));
    }
    out.push_str("</p>\n");
}

/// A link to an item, with its title for who points at it.
pub(super) fn link(out: &mut String, picture: &Picture<'_>, key: &ItemKey) {
    let label = xml(&plain(picture.labels.get(key)));
    match picture.positions.get(key).and_then(|&id| Some((id, picture.plan.items.get(id)?))) {
        Some((id, item)) => {
            let title = xml(&plain(&item.title));
            let _ = write!(out, " <a href=\"#i{id}\" title=\"{title}\">{label}</a>");
        }
        None => {
            let _ = write!(out, " <code>{label}</code>");
        }
    }
}
