//! What a file defines: names of functions, types and headings, found line by line.

use std::sync::OnceLock;

use grep_matcher::{Captures as _, Matcher as _};
use grep_regex::{RegexMatcher, RegexMatcherBuilder};
use grep_searcher::sinks::Bytes;
use grep_searcher::{BinaryDetection, Searcher, SearcherBuilder};

use super::languages::{LANGUAGES, language_of};

/// Names of one file.
const MOST: usize = 200;
/// The longest name, in bytes.
const LONGEST: usize = 120;
/// A longer line is generated, in bytes.
const LONGEST_LINE: usize = 500;

/// The patterns of each language, made ready when its first file comes. `None` for a language whose patterns cannot be
/// read, of which a test says that there is none.
static READY: [OnceLock<Option<RegexMatcher>>; LANGUAGES.len()] =
    [const { OnceLock::new() }; LANGUAGES.len()];

/// The names that a file defines, in the order of its lines, each once. Empty for a language that is not known.
pub(super) fn symbols_of(path: &str, content: &[u8]) -> Vec<String> {
    let ready = language_of(path).and_then(|at| READY.get(at)?.get_or_init(|| matcher(at)).as_ref());
    let Some((matcher, mut captures)) = ready.and_then(|ready| Some((ready, ready.new_captures().ok()?)))
    else {
        return Vec::new();
    };
    let mut names: Vec<String> = Vec::new();
    let sink = Bytes(|_, line| {
        if line.len() <= LONGEST_LINE && matcher.captures(line, &mut captures).unwrap_or(false) {
            // Whichever of the patterns it was, its group is the one that took part.
            let name = (1..captures.len()).find_map(|group| captures.get(group));
            let name = name.and_then(|found| line.get(found.start()..found.end()));
            if let Some(name) = name.and_then(|name| std::str::from_utf8(name).ok()).and_then(clean)
                && !names.contains(&name)
            {
                names.push(name);
            }
        }
        Ok(names.len() < MOST)
    });
    // A file that cannot be searched defines nothing.
    let _none = searcher().search_slice(matcher, content, sink);
    names
}

fn searcher() -> Searcher {
    SearcherBuilder::new().line_number(true).binary_detection(BinaryDetection::quit(0)).build()
}

fn matcher(language: usize) -> Option<RegexMatcher> {
    let patterns: Vec<String> =
        LANGUAGES.get(language)?.patterns.iter().map(|pattern| format!("(?:{pattern})")).collect();
    let mut builder = RegexMatcherBuilder::new();
    builder.multi_line(true).line_terminator(Some(b'\n')).unicode(false);
    builder.build(&patterns.join("|")).ok()
}

/// A name without what a terminal or a prompt would take for more; `None` for an empty one.
fn clean(name: &str) -> Option<String> {
    let name: String = name.trim().chars().filter(|c| !c.is_control()).collect();
    (!name.is_empty() && name.len() <= LONGEST).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_of_every_language_can_be_read() {
        for (place, language) in LANGUAGES.iter().enumerate() {
            let matcher = matcher(place).unwrap();
            assert_eq!(matcher.capture_count(), language.patterns.len() + 1, "{:?}", language.extensions);
        }
    }

    #[test]
    fn definitions_are_found_in_each_language() {
        let table: [(&str, &str, &[&str]); 16] = [
            (
                "a.rs",
                "pub(crate) async fn load_all<T>() {\n    fn inner() {}\n}\n/// fn not_here\npub struct Note;\nmacro_rules! table {}\nuse x;\nconst MOST: u8 = 1;\npub const unsafe extern \"C\" fn raw() {}\n",
                &["load_all", "inner", "Note", "table", "MOST", "raw"],
            ),
            (
                "a.py",
                "class Store(Base):\n    async def save(self): pass\ndef load(): pass\n",
                &["Store", "save", "load"],
            ),
            (
                "a.tsx",
                "export default async function run() {}\nexport class View {}\nexport const pick = (a: number): void => {}\nconst x = 1\nexport type Row = { a: 1 }\nlet f = function () {}\n",
                &["run", "View", "pick", "Row", "f"],
            ),
            (
                "a.go",
                "func (s *Store) Save(x int) error {\nfunc main() {\ntype Note struct {\n",
                &["Save", "main", "Note"],
            ),
            (
                "A.java",
                "public final class A {\n  private static List<String> names(int x) {\n    return call(x);\n  }\n}\n",
                &["A", "names"],
            ),
            (
                "a.cpp",
                "#define MOST 3\nnamespace notes {\nstatic int count_all(const char *text)\n{\n  call(x);\n}\nvoid Store::save(int x) {\n",
                &["MOST", "notes", "count_all", "Store::save"],
            ),
            ("a.h", "struct note {\nint declared(int x);\n", &["note"]),
            ("a.rb", "module Notes\n  class Store\n    def self.empty?\n", &["Notes", "Store", "empty?"]),
            ("a.php", "final class Store {\n  public static function save() {\n", &["Store", "save"]),
            ("A.cs", "public sealed class A\n  public async Task<int> Run(int x)\n", &["A", "Run"]),
            ("a.kt", "data class Note(val x: Int)\ninline fun String.words() {\n", &["Note", "words"]),
            ("a.swift", "public struct Note {\n  static func load() {\n", &["Note", "load"]),
            ("a.sh", "do_it() {\nfunction other-one {\n", &["do_it", "other-one"]),
            (
                "a.sql",
                "CREATE TABLE IF NOT EXISTS \"notes\" (\ncreate unique index by_date on notes\n",
                &["notes", "by_date"],
            ),
            ("a.md", "# Notes\n\ntext\n\n## Search of notes ##\n", &["Notes", "Search of notes"]),
            ("a.unknown", "fn x() {}\n", &[]),
        ];
        for (path, text, expected) in table {
            assert_eq!(symbols_of(path, text.as_bytes()), expected, "{path}");
        }
    }

    #[test]
    fn odd_files_define_nothing_odd() {
        let long = format!("fn {}() {{}}\n", "x".repeat(LONGEST_LINE));
        assert_eq!(symbols_of("a.rs", long.as_bytes()), [""; 0]);
        assert_eq!(symbols_of("a.rs", b"fn a() {}\n\0\nfn b() {}\n").len(), 0);
        assert_eq!(symbols_of("a.md", "# a\u{1b}[2Jb\r\n".as_bytes()), ["a[2Jb"]);
        let many: String = (0..1000).map(|n| format!("fn f{n}() {{}}\n")).collect();
        assert_eq!(symbols_of("a.rs", many.as_bytes()).len(), MOST);
    }
}
