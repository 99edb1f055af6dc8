//! Names of items, which no model chooses.

use crate::document::short_hash;
use crate::words::{normal_form, plain_words};
use crate::{ItemKey, RequirementId, Source};

/// The readable part of a key is cut after so many characters.
const LONGEST_SLUG: usize = 40;

/// The key of an item: its title for people, and a hash of its container's key, its title, and what it cites first. So the
/// same piece of work has the same key in whatever order a model names it, and whatever else the plan has.
pub(super) fn item_key(
    parent: Option<&ItemKey>,
    title: &str,
    requirements: &[RequirementId],
    sources: &[Source],
) -> ItemKey {
    let least = requirements.iter().map(RequirementId::as_str).min();
    // Without a requirement the document tells it apart; its lines move with every edit.
    let cited = least.or_else(|| sources.first().map(|source| source.document.as_str()));
    let parts = [parent.map_or("", ItemKey::as_str), &normal_form(title), cited.unwrap_or_default()];
    ItemKey::new(format!("{}-{}", slug(title), short_hash(&parts)))
}

fn slug(title: &str) -> String {
    let mut slug = String::new();
    for word in plain_words(title).iter().filter(|word| word.is_ascii()) {
        if slug.len() + word.len() >= LONGEST_SLUG {
            break;
        }
        if !slug.is_empty() {
            slug.push('-');
        }
        slug.push_str(word);
    }
    if slug.is_empty() { "item".to_owned() } else { slug }
}
