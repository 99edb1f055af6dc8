//! What always holds, for the fuzzers in `fuzz/` and for the test that goes through what they have found so far. No
//! program is built with it.
//!
//! Each function takes any bytes and panics when something that always holds does not.

mod document;
mod form;
mod plan;
mod reply;
mod stored;

pub use document::document;
pub use form::text;
pub use reply::reply;
pub use stored::stored;

#[cfg(test)]
mod tests {
    use std::path::Path;

    /// The targets whose inputs are documents, each with the name that its documents go by.
    const DOCUMENTS: [(&str, &str); 4] = [
        ("document_markdown", "a.md"),
        ("document_plain", "a.txt"),
        ("document_html", "a.html"),
        ("document_pdf", "a.pdf"),
    ];

    fn check(target: &str, bytes: &[u8]) {
        match (DOCUMENTS.iter().find(|(own, _)| *own == target), target) {
            (Some((_, name)), _) => super::document(name, bytes),
            (None, "plan_text") => super::text(bytes),
            (None, "plan_reply") => super::reply(bytes),
            (None, "plan_stored") => super::stored(bytes),
            (None, _) => panic!("no target is called {target}"),
        }
    }

    /// What the fuzzers have found so far, target by target.
    #[test]
    #[expect(clippy::disallowed_methods, reason = "the corpus is read from files")]
    fn everything_that_was_found_is_survived() {
        let corpus = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus"));
        let mut targets = 0;
        for folder in std::fs::read_dir(corpus).unwrap() {
            let folder = folder.unwrap();
            let target = folder.file_name().into_string().unwrap();
            // The others are what agents say: a test of `conductor-host` goes through these.
            if !target.starts_with("document_") && !target.starts_with("plan_") {
                continue;
            }
            targets += 1;
            let mut count = 0;
            for file in std::fs::read_dir(folder.path()).unwrap() {
                check(&target, &std::fs::read(file.unwrap().path()).unwrap());
                count += 1;
            }
            assert!(count >= 2, "{count} files for {target}");
        }
        assert_eq!(targets, DOCUMENTS.len() + 3);
    }
}
