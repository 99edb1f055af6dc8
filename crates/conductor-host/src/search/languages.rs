//! How definitions are written in the languages whose files are looked into: patterns as data.
//!
//! Each pattern is tried on a line, and the first group that took part is the name. They need not be right about every
//! line, only about most: a name too many makes a file a little more relevant.

/// A language, by the ends of its files' names.
#[derive(Debug)]
pub(super) struct Language {
    pub(super) extensions: &'static [&'static str],
    pub(super) patterns: &'static [&'static str],
}

/// Every language that is known.
pub(super) const LANGUAGES: &[Language] = &[
    // Rust
    Language {
        extensions: &["rs"],
        patterns: &[
            r"^\s*(?:pub(?:\([^)]*\))?\s+)?(?:(?:default|const|async|unsafe|safe|extern(?:\s+.[^ ]*.)?)\s+)*fn\s+(\w+)",
            r"^\s*(?:pub(?:\([^)]*\))?\s+)?(?:unsafe\s+)?(?:struct|enum|union|trait|type|mod|const|static)\s+(\w+)",
            r"^\s*macro_rules!\s*(\w+)",
        ],
    },
    // Python
    Language {
        extensions: &["py", "pyi"],
        patterns: &[r"^\s*(?:async\s+)?def\s+(\w+)", r"^\s*class\s+(\w+)"],
    },
    // JavaScript and TypeScript
    Language {
        extensions: &["js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts", "vue", "svelte"],
        patterns: &[
            r"^\s*(?:export\s+)?(?:default\s+)?(?:async\s+)?function\s*\*?\s*([\w$]+)",
            r"^\s*(?:export\s+)?(?:default\s+)?(?:declare\s+)?(?:abstract\s+)?(?:class|interface|enum|namespace)\s+([\w$]+)",
            r"^\s*(?:export\s+)?(?:declare\s+)?type\s+([\w$]+)\s*[=<]",
            r"^\s*(?:export\s+)?(?:const|let|var)\s+([\w$]+)\s*(?::[^=]+)?=\s*(?:async\s*)?(?:function\b|\([^)]*\)\s*(?::[^=]+)?=>|[\w$]+\s*=>)",
        ],
    },
    // Go
    Language { extensions: &["go"], patterns: &[r"^func\s+(?:\([^)]*\)\s*)?(\w+)", r"^\s*type\s+(\w+)\s"] },
    // Java
    Language {
        extensions: &["java"],
        patterns: &[
            r"^\s*(?:(?:public|protected|private|static|final|abstract|sealed)\s+)*(?:class|interface|enum|record|@interface)\s+(\w+)",
            r"^\s*(?:(?:public|protected|private|static|final|abstract|synchronized|default|native)\s+)+(?:<[^>]+>\s+)?[\w<>\[\], .?]+\s+(\w+)\s*\(",
        ],
    },
    // C and C++
    Language {
        extensions: &["c", "h", "cc", "cpp", "cxx", "hh", "hpp", "hxx"],
        patterns: &[
            r"^\s*(?:typedef\s+)?(?:struct|union|enum(?:\s+class)?|class|namespace)\s+(\w+)\s*(?:final\s*)?(?:[:{]|$)",
            r"^\s*#\s*define\s+(\w+)",
            r"^[A-Za-z_][\w\s*&:<>,~]*?[\s*&]((?:\w+::)*~?\w+)\s*\([^;]*$",
        ],
    },
    // Ruby
    Language {
        extensions: &["rb", "rake"],
        patterns: &[r"^\s*def\s+(?:self\.)?(\w+[?!]?)", r"^\s*(?:class|module)\s+([\w:]+)"],
    },
    // PHP
    Language {
        extensions: &["php"],
        patterns: &[
            r"^\s*(?:(?:public|protected|private|static|final|abstract)\s+)*function\s+&?(\w+)",
            r"^\s*(?:(?:final|abstract|readonly)\s+)*(?:class|interface|trait|enum)\s+(\w+)",
        ],
    },
    // C#
    Language {
        extensions: &["cs"],
        patterns: &[
            r"^\s*(?:(?:public|protected|private|internal|static|sealed|abstract|partial|readonly)\s+)*(?:class|interface|struct|enum|record)\s+(\w+)",
            r"^\s*(?:(?:public|protected|private|internal|static|virtual|override|abstract|async|sealed)\s+)+[\w<>\[\], .?]+\s+(\w+)\s*[(<]",
        ],
    },
    // Kotlin
    Language {
        extensions: &["kt", "kts"],
        patterns: &[
            r"^\s*(?:\w+\s+)*fun\s+(?:<[^>]+>\s*)?(?:[\w<>?]+\.)?(\w+)\s*\(",
            r"^\s*(?:\w+\s+)*(?:class|interface|object)\s+(\w+)",
        ],
    },
    // Swift
    Language {
        extensions: &["swift"],
        patterns: &[
            r"^\s*(?:\w+\s+)*func\s+(\w+)",
            r"^\s*(?:\w+\s+)*(?:class|struct|enum|protocol|extension|actor)\s+(\w+)",
        ],
    },
    // shell
    Language {
        extensions: &["sh", "bash", "zsh"],
        patterns: &[r"^\s*(?:function\s+)?([\w-]+)\s*\(\)", r"^\s*function\s+([\w-]+)"],
    },
    // SQL
    Language {
        extensions: &["sql"],
        patterns: &[
            r"(?i)^\s*create\s+(?:or\s+replace\s+)?(?:temp(?:orary)?\s+)?(?:unique\s+)?(?:table|view|materialized\s+view|index|function|procedure|trigger|type)\s+(?:if\s+not\s+exists\s+)?[\x22`\[]?([\w.]+)",
        ],
    },
    // Markdown
    Language { extensions: &["md", "markdown"], patterns: &[r"^#{1,4}\s+(.{1,100}?)\s*#*\s*$"] },
];

/// The language of a file, by the end of its name.
pub(super) fn language_of(path: &str) -> Option<usize> {
    let (_, extension) = path.rsplit_once('.')?;
    LANGUAGES.iter().position(|language| language.extensions.contains(&extension))
}
