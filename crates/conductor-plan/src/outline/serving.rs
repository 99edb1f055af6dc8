//! Work that others stand on by its nature: what runs things in the background, and who may do what.
//!
//! Such work tends to speak of what it serves (`a job system for heavy work like downloads`), so that by words alone it
//! would wait for what has to wait for it.

use super::draft::Draft;
use crate::Category;
use crate::words::{is_packed, list, plain_words};

/// Whole words that name what runs things in the background.
const BACKGROUND: &str = "queue, queues, queueing, job, jobs, worker, workers, scheduler, broker, warteschlange, fila, filas, cola, \
    colas, ordonnanceur";
/// Words of which one has to stand beside those that are as often something else: a list of jobs is no job system.
const SYSTEM: &str = "system, systems, service, background, async, asynchronous, processing, infrastructure, task, message, sistema, \
    servico, servicio, systeme, service, hintergrund, verarbeitung, assincrono, asincrono, redis, celery";
/// Beginnings of words that name who may do what.
const ACCESS: &str = "authent, authoriz, authoris, autent, autoriz, oauth, auth0, anmeldung, login, 로그인, 인증, 登录, 认证, 認証, ログイン";
/// What says that somebody has to be known first.
const KNOWN: &str = "authenticated, authentication, auth0, logged in, log in, login, signed in, sign in, user specific, per user, \
    protected endpoint, protected route, role based, angemeldet, eingeloggt, autenticado, autenticada, autenticados, autentificado, \
    por usuario, connecte, authentifie";
/// Longer titles that speak of access say where it is checked.
const MOST_WORDS: usize = 5;
/// Words that lead to what access is checked for.
const AT: &str = "for, to, in, on, at, with, nas, nos, no, na, para, en, dans, pour, sur, fuer, bei, mit, ui, screen, page, tela, \
    view, form, middleware, test, tests";

/// Whether an item is about what runs the work of others in the background.
pub(super) fn runs_work(draft: &Draft) -> bool {
    let words = plain_words(&draft.title);
    let count =
        |names: &'static str| words.iter().filter(|word| list(names).any(|name| name == *word)).count();
    let background = count(BACKGROUND);
    words.len() <= MOST_WORDS + 2 && background > 0 && background + count(SYSTEM) > 1 && builds(draft)
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
    let somewhere = words.iter().any(|word| list(AT).any(|at| at == word));
    words.len() <= MOST_WORDS && !somewhere && list(ACCESS).any(begins) && builds(draft)
}

/// Whether an item says that its users are known.
pub(super) fn needs_access(draft: &Draft) -> bool {
    let known = |line: &String| {
        let words = format!(" {} ", plain_words(line).join(" "));
        list(KNOWN).any(|phrase| words.contains(&format!(" {phrase} ")))
    };
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
