//! Changes that weaken what guards the project, or bring in what others wrote, told by what stands in code.

use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

use super::change::ChangedFile;
use super::source;

/// What switches a protection off, exactly as it is written.
const UNGUARDED: &[&str] = &[
    "verify=False",
    "InsecureSkipVerify: true",
    "rejectUnauthorized: false",
    "danger_accept_invalid_certs(true)",
    "danger_accept_invalid_hostnames(true)",
    "NODE_TLS_REJECT_UNAUTHORIZED=0",
    "NODE_TLS_REJECT_UNAUTHORIZED = \"0\"",
    "ssl._create_unverified_context",
    "CURLOPT_SSL_VERIFYPEER, false",
    "CURLOPT_SSL_VERIFYPEER, 0",
    "StrictHostKeyChecking=no",
    "StrictHostKeyChecking no",
    "http.sslVerify false",
    "chmod 777",
    "chmod -R 777",
    "NOPASSWD:",
    "Access-Control-Allow-Origin: *",
    "csrf_exempt",
    "skip_before_action :verify_authenticity_token",
    "permitAll()",
];

/// Programs and words that install something, one after the other.
const INSTALLS: &[&[&str]] = &[
    &["pip", "install"],
    &["pip3", "install"],
    &["uv", "add"],
    &["poetry", "add"],
    &["npm", "install"],
    &["npm", "i"],
    &["pnpm", "add"],
    &["yarn", "add"],
    &["cargo", "install"],
    &["cargo", "add"],
    &["go", "install"],
    &["go", "get"],
    &["gem", "install"],
    &["apt-get", "install"],
    &["apt", "install"],
    &["apk", "add"],
    &["brew", "install"],
];

/// The lines of a file that switch a protection off, by number.
pub(super) fn unguarded(file: &ChangedFile) -> Vec<usize> {
    static SWITCHES: OnceLock<Option<AhoCorasick>> = OnceLock::new();
    let Some(switches) = SWITCHES.get_or_init(|| AhoCorasick::new(UNGUARDED).ok()) else { return Vec::new() };
    if file.gone
        || source::is_prose(&file.path)
        || source::is_generated(&file.path)
        || source::is_test(&file.path)
    {
        return Vec::new();
    }
    let is_one = |line: &[u8]| !source::is_remark(line) && switches.is_match(line);
    file.new_lines.iter().filter(|(_, line)| is_one(line)).map(|(number, _)| *number).collect()
}

/// The lines of a script, an image's recipe or a build's that install something by name, or run what they fetch.
pub(super) fn installs(file: &ChangedFile) -> Vec<usize> {
    if file.gone || !is_recipe(&file.path) || source::is_test(&file.path) {
        return Vec::new();
    }
    let is_one = |line: &[u8]| {
        let text = String::from_utf8_lossy(line);
        !source::is_remark(line) && (installs_by_name(&text) || runs_what_it_fetches(&text))
    };
    file.new_lines.iter().filter(|(_, line)| is_one(line)).map(|(number, _)| *number).collect()
}

fn is_recipe(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default().to_lowercase();
    let ends = [".sh", ".bash", ".yml", ".yaml", ".dockerfile", ".mk"];
    name.starts_with("dockerfile")
        || name.starts_with("containerfile")
        || matches!(name.as_str(), "makefile" | "justfile" | "jenkinsfile")
        || ends.iter().any(|end| name.ends_with(end))
}

/// A name follows the words: what is installed from a manifest or lock file is told by that file.
fn installs_by_name(line: &str) -> bool {
    let words: Vec<&str> = line.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`')).collect();
    let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    INSTALLS.iter().any(|verb| {
        words.windows(verb.len()).enumerate().filter(|(_, window)| window == verb).any(|(at, _)| {
            let rest = words.iter().skip(at + verb.len());
            let mut rest = rest.take_while(|word| !matches!(**word, "&&" | "||" | ";" | "|" | "\\"));
            let mut from_file = false;
            rest.any(|word| {
                let is_name = !word.starts_with('-') && !word.starts_with('.') && !from_file;
                from_file = matches!(*word, "-r" | "--requirement" | "-c" | "-e" | "--path");
                is_name && word.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '@')
            })
        })
    })
}

fn runs_what_it_fetches(line: &str) -> bool {
    let Some((fetch, run)) = line.split_once('|') else { return false };
    let fetches = ["curl ", "wget "].iter().any(|word| fetch.contains(word)) && fetch.contains("://");
    let first = run.split_whitespace().find(|word| !matches!(*word, "sudo" | "-E"));
    fetches && first.is_some_and(|word| matches!(word, "sh" | "bash" | "zsh" | "python" | "python3" | "node"))
}
