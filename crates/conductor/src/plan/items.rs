//! Items as people name them: by their number in the tree, by key, by title or a part of it that no other has.

use cli_kit::suggest::nearest;
use cli_kit::text::escape;
use cli_kit::{CliError, Exit};
use conductor_plan::{Item, ItemKey};

use super::stored::Stored;
use super::tree::Labels;

/// Matches that an error names.
const FEW: usize = 6;

/// The item that is meant.
pub(super) fn find_item(stored: &Stored, word: &str) -> Result<ItemKey, CliError> {
    let labels = Labels::new(stored);
    one(stored, &labels, word)
}

/// The items that are meant, each once. A word with commas that names none is a list.
pub(super) fn find_items(stored: &Stored, words: &[String]) -> Result<Vec<ItemKey>, CliError> {
    let labels = Labels::new(stored);
    let mut keys: Vec<ItemKey> = Vec::new();
    for word in words {
        let found = match one(stored, &labels, word) {
            Err(_) if word.contains(',') => {
                let parts = word.split(',').map(str::trim).filter(|part| !part.is_empty());
                parts.map(|part| one(stored, &labels, part)).collect::<Result<Vec<_>, _>>()?
            }
            found => vec![found?],
        };
        for key in found {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
    }
    Ok(keys)
}

fn one(stored: &Stored, labels: &Labels, word: &str) -> Result<ItemKey, CliError> {
    let word = word.trim();
    let items = &stored.plan.items;
    let exact = items.iter().find(|item| labels.of(&item.key) == word || item.key.as_str() == word);
    if let Some(item) = exact {
        return Ok(item.key.clone());
    }
    let lower = word.to_lowercase();
    let titled = |matches: &dyn Fn(&str) -> bool| -> Vec<&Item> {
        items.iter().filter(|item| matches(&item.title.to_lowercase())).collect()
    };
    let mut found = titled(&|title| title == lower);
    if found.is_empty() && !lower.is_empty() {
        found = titled(&|title| title.contains(&lower));
    }
    match found.as_slice() {
        [item] => Ok(item.key.clone()),
        [] => Err(unknown(stored, word)),
        several => Err(ambiguous(labels, word, several)),
    }
}

fn unknown(stored: &Stored, word: &str) -> CliError {
    let id = stored.row.id;
    let titles = stored.plan.items.iter().map(|item| item.title.as_str());
    CliError::new(Exit::NotFound, "ITEM_NOT_FOUND", format!("plan {id} has no item `{word}`"))
        .hint(format!(
            "name it by its number, its key, or a part of its title; see `conductor plan show {id}`"
        ))
        .suggestions(nearest(word, titles))
}

fn ambiguous(labels: &Labels, word: &str, several: &[&Item]) -> CliError {
    let name = |item: &&Item| format!("{} \"{}\"", labels.of(&item.key), escape(&item.title));
    let named: Vec<String> = several.iter().take(FEW).map(name).collect();
    let more = several.len().saturating_sub(FEW);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let message = format!("`{word}` may be any of {} items: {}{more}", several.len(), named.join(", "));
    CliError::new(Exit::Usage, "ITEM_AMBIGUOUS", message).hint("name it by its number")
}
