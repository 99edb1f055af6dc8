//! Work that others stand on by its nature: what runs things in the background, and who may do what.
//!
//! Such work tends to speak of what it serves (`a job system for heavy work like downloads`), so that by words alone it
//! would wait for what has to wait for it.

use super::draft::Draft;
use super::language::{prepared, table};
use crate::Category;
use crate::phrases::Phrases;
use crate::words::{is_packed, plain_words};
use std::sync::LazyLock;

/// Longer titles that speak of access say where it is checked.
const MOST_WORDS: usize = 5;
/// Whether an item is about what runs the work of others in the background.
pub(super) fn runs_work(draft: &Draft) -> bool {
    let mut words = plain_words(&draft.title);
    // `Transcription with background jobs` uses what runs them.
    let uses = words.iter().position(|word| table!(access_at).any(|at| at == word));
    words.truncate(uses.unwrap_or(words.len()));
    let background = words.iter().filter(|word| table!(background).any(|name| name == *word)).count();
    let beside = || words.iter().filter(|word| table!(background_beside).any(|name| name == *word)).count();
    words.len() <= MOST_WORDS + 2 && background > 0 && background + beside() > 1 && builds(draft)
}

/// Whether an item is about who may do what, in the whole product.
pub(super) fn gives_access(draft: &Draft) -> bool {
    let words = plain_words(&draft.title);
    let begins = |start: &'static str| {
        if start.chars().any(is_packed) {
            draft.title.contains(start)
        } else {
            words.iter().any(|word| word.starts_with(start))
        }
    };
    let somewhere = words.iter().any(|word| table!(access_at).any(|at| at == word));
    words.len() <= MOST_WORDS && !somewhere && table!(access).any(begins) && builds(draft)
}

/// Whether an item says that its users are known.
pub(super) fn needs_access(draft: &Draft) -> bool {
    static KNOWN: LazyLock<Phrases<()>> = LazyLock::new(|| prepared(|words| words.known));
    let known = |line: &String| KNOWN.stand_in(line);
    !gives_access(draft) && builds(draft) && draft.lines().chain([&draft.title]).any(known)
}

fn builds(draft: &Draft) -> bool {
    !draft.container
        && !matches!(
            draft.category,
            Some(Category::Setup | Category::Test | Category::Documentation | Category::Operations)
        )
}

#[cfg(test)]
mod tests {
    use crate::{Document, OutlineOptions, outline};

    /// The titles of what the item of this title waits for.
    fn before(text: &str, title: &str) -> Vec<String> {
        let document = Document::parse("a.md", text.as_bytes()).unwrap();
        let plan = outline(&[document], &OutlineOptions::default());
        let item = plan.items.iter().find(|item| item.title == title).unwrap();
        item.depends_on.iter().map(|key| plan.get(key).unwrap().title.clone()).collect()
    }

    #[test]
    fn what_runs_work_comes_before_the_work_that_it_names() {
        let text = "# Roadmap\n## Phase 1\n- Thumbnail rendering\n- Background job queue: runs heavy work such as \
                    thumbnail rendering\n- Upload page\n";
        assert_eq!(before(text, "Thumbnail rendering"), ["Background job queue"]);
        assert!(before(text, "Background job queue").is_empty());
    }

    #[test]
    fn a_list_of_jobs_runs_nothing() {
        let text = "# Features\n- **Company page**: tells of a company\n- **Job board**: lists the jobs of a company page\n";
        assert_eq!(before(text, "Job board"), ["Company page"]);
    }

    #[test]
    fn who_must_be_known_waits_for_the_access() {
        let text = "# Roadmap\n## Phase 1\n- Photo upload: every photo is user-specific\n- Public map: everybody sees it\n\
                    - User authentication\n- Tests for authentication: with signed in users\n";
        assert_eq!(before(text, "Photo upload"), ["User authentication"]);
        assert!(!before(text, "User authentication").contains(&"Photo upload".to_owned()));
    }

    #[test]
    fn words_of_the_document_go_first() {
        let text = "# Roadmap\n## Phase 1\n- Device pairing\n- User authentication: depends on device pairing, which works \
                    for whoever is not logged in\n- Background job queue: depends on thumbnail rendering\n- Thumbnail rendering\n";
        assert_eq!(before(text, "User authentication"), ["Device pairing"]);
        assert_eq!(before(text, "Background job queue"), ["Thumbnail rendering"]);
    }
}
