//! Files that a document names.

const EXTENSIONS: &[&str] = &[
    "c", "cc", "cpp", "cs", "css", "csv", "go", "gradle", "h", "hpp", "html", "java", "js", "json", "jsx",
    "kt", "kts", "lua", "md", "mjs", "php", "proto", "py", "rb", "rs", "scala", "scss", "sh", "sql",
    "svelte", "swift", "tf", "toml", "ts", "tsx", "txt", "vue", "xml", "yaml", "yml",
];
const NAMES: &[&str] =
    &["Dockerfile", "Makefile", "makefile", "Procfile", "Gemfile", "CMakeLists.txt", "Justfile"];

/// The files that a text names, relative to the repository, each once. Absolute paths, addresses and patterns are none.
pub(super) fn files_in<'t>(texts: impl Iterator<Item = &'t String>) -> Vec<String> {
    let mut files = Vec::new();
    for token in texts.flat_map(|text| {
        text.split(|c: char| {
            c.is_whitespace() || matches!(c, '`' | ',' | ';' | '(' | ')' | '"' | '\'' | '[' | ']')
        })
    }) {
        let token = token.trim_end_matches(['.', ':', '!', '?']).trim_start_matches("./");
        if is_file(token) && !files.iter().any(|file| file == token) {
            files.push(token.to_owned());
        }
    }
    files
}

fn is_file(token: &str) -> bool {
    let name = token.rsplit('/').next().unwrap_or(token);
    if !name.contains('.') && !NAMES.contains(&name) {
        return false;
    }
    let plain = token.chars().all(|c| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-'));
    let outside = token.starts_with('/') || token.split('/').any(|part| part == "..") || token.contains("//");
    let known = NAMES.contains(&name)
        || name.rsplit_once('.').is_some_and(|(stem, extension)| {
            !stem.is_empty() && EXTENSIONS.contains(&extension) && !is_product(name)
        });
    plain && !outside && known && token.len() <= 200
}

/// Products that are named like files: `Node.js`, `Vue.js`.
fn is_product(name: &str) -> bool {
    let stem = name.strip_suffix(".js").unwrap_or_default();
    stem.starts_with(char::is_uppercase)
        || matches!(stem, "node" | "next" | "vue" | "three" | "express" | "chart" | "d3")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_the_repository_count() {
        let text = "Put it in `src/main.rs`, ./build.gradle and Makefile, not in /etc/x.conf, ../up.rs, Node.js or https://a.b/c.html.".to_owned();
        assert_eq!(files_in([text].iter()), ["src/main.rs", "build.gradle", "Makefile"]);
    }
}
