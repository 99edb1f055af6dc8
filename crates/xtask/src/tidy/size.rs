//! Length of source files. The length of functions is clippy's.

use super::{Check, Finding};
use crate::workspace::TextFile;

/// Lines of a file that are not tests.
const LINES_MAX: usize = 500;

pub(super) fn check(file: &TextFile) -> Option<Finding> {
    if !file.path.ends_with(".rs") || is_test(&file.path) {
        return None;
    }
    let lines = lines_before_tests(&file.text);
    (lines > LINES_MAX).then(|| Finding {
        check: Check::Size,
        place: file.path.clone(),
        problem: format!("{lines} lines before its tests, {LINES_MAX} are allowed; is it one thing?"),
    })
}

/// Whether the whole file is tests: it lives in a `tests` folder or is a module of that name.
fn is_test(path: &str) -> bool {
    path.split('/').any(|part| part == "tests" || part == "tests.rs" || part.ends_with("_tests.rs"))
}

/// Lines up to the first module that is compiled for tests only.
fn lines_before_tests(text: &str) -> usize {
    let mut lines = text.lines().enumerate().peekable();
    while let Some((number, line)) = lines.next() {
        let opens_module = |line: &str| line.starts_with("mod ") || line.starts_with("pub(crate) mod ");
        if line == "#[cfg(test)]" && lines.peek().is_some_and(|(_, next)| opens_module(next)) {
            return number;
        }
    }
    text.lines().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, lines: usize, tests: usize) -> TextFile {
        let text = format!(
            "{}#[cfg(test)]\nmod tests {{\n{}}}\n",
            "fn f() {}\n".repeat(lines),
            "    // checks\n".repeat(tests)
        );
        TextFile { path: path.to_owned(), text }
    }

    #[test]
    fn only_lines_before_the_tests_count() {
        assert!(check(&file("crates/a/src/lib.rs", LINES_MAX, 900)).is_none());
        assert!(check(&file("crates/a/src/lib.rs", LINES_MAX + 1, 0)).is_some());
    }

    #[test]
    fn test_files_and_other_texts_are_free() {
        for path in
            ["crates/a/tests/long.rs", "crates/a/src/x/tests.rs", "crates/a/src/x_tests.rs", "README.md"]
        {
            assert!(check(&file(path, 900, 0)).is_none(), "{path}");
        }
    }

    #[test]
    fn a_test_only_function_does_not_end_the_count() {
        let text = format!("#[cfg(test)]\nfn helper() {{}}\n{}", "fn f() {}\n".repeat(600));
        assert_eq!(lines_before_tests(&text), 602);
    }
}
