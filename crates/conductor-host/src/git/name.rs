//! Names of refs and paths in a repository: checked once, then safe to hand to git.

use std::ffi::OsStr;
use std::fmt;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why a text is no name of a ref or branch.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{text}` cannot be the name of a git {what}: {why}")]
pub struct NameError {
    /// "ref" or "branch".
    pub what: &'static str,
    /// The text as it came.
    pub text: String,
    /// The rule that it breaks.
    pub why: &'static str,
}

/// The full name of a ref, `refs/…`, well-formed by git's rules.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RefName(String);

/// The name of a branch without `refs/heads/`, well-formed by git's rules.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BranchName(String);

impl RefName {
    /// Checks a full ref name.
    ///
    /// # Errors
    /// When git would not take it, or it does not begin with `refs/`.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let refuse = |why| NameError { what: "ref", text: text.to_owned(), why };
        if !text.starts_with("refs/") {
            return Err(refuse("it does not begin with refs/"));
        }
        match broken_rule(text) {
            Some(why) => Err(refuse(why)),
            None => Ok(Self(text.to_owned())),
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl BranchName {
    /// Checks the name of a branch.
    ///
    /// # Errors
    /// When git would not take it.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let refuse = |why| NameError { what: "branch", text: text.to_owned(), why };
        if text.starts_with('-') {
            return Err(refuse("it begins with a dash"));
        }
        if text == "HEAD" || text == "@" {
            return Err(refuse("the name has a meaning of its own"));
        }
        match broken_rule(text) {
            Some(why) => Err(refuse(why)),
            None => Ok(Self(text.to_owned())),
        }
    }

    /// The name without `refs/heads/`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The full name of its ref.
    pub fn to_ref(&self) -> RefName {
        RefName(format!("refs/heads/{}", self.0))
    }
}

/// The first rule of `git check-ref-format` that the name breaks.
fn broken_rule(name: &str) -> Option<&'static str> {
    let forbidden = |c: char| c.is_ascii_control() || " ~^:?*[\\".contains(c);
    if name.is_empty() {
        return Some("it is empty");
    }
    if name.chars().any(forbidden) {
        return Some("it holds a space, a control character or one of ~ ^ : ? * [ \\");
    }
    if name.contains("..") || name.contains("@{") {
        return Some("it holds `..` or `@{`");
    }
    if name.ends_with('.') {
        return Some("it ends with a dot");
    }
    for part in name.split('/') {
        if part.is_empty() {
            return Some("it has an empty part between slashes");
        }
        if part.starts_with('.') {
            return Some("one of its parts begins with a dot");
        }
        if part.ends_with(".lock") {
            return Some("one of its parts ends with `.lock`");
        }
    }
    None
}

macro_rules! text_form {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = NameError;
            fn try_from(text: String) -> Result<Self, NameError> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }
    };
}

text_form!(RefName);
text_form!(BranchName);

/// A path inside a repository: bytes with `/` between the parts, as git stores them. It may be no UTF-8.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepoPath(Vec<u8>);

impl RepoPath {
    pub(super) fn new(bytes: &[u8]) -> Self {
        Self(bytes.to_owned())
    }

    /// The path of `inside` below `root`; `None` when it is not below it.
    pub(super) fn below(root: &Path, inside: &Path) -> Option<Self> {
        inside.strip_prefix(root).ok().map(|path| Self(path.as_os_str().as_bytes().to_owned()))
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The same as a path of the file system, relative to the root of a checkout.
    pub fn as_path(&self) -> &Path {
        Path::new(OsStr::from_bytes(&self.0))
    }
}

/// For people: what is no UTF-8 is replaced.
impl fmt::Display for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.0))
    }
}

/// The non-empty fields of a NUL-separated list.
pub(super) fn nul_fields(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|b| *b == 0).filter(|field| !field.is_empty())
}

/// The paths of a NUL-separated list.
pub(super) fn nul_paths(bytes: &[u8]) -> Vec<RepoPath> {
    nul_fields(bytes).map(RepoPath::new).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::process::Cmd;

    #[test]
    fn names_are_refused_with_the_rule_that_they_break() {
        let says = |text: &str| {
            BranchName::parse(text).map_or_else(|e| e.why.to_owned(), |n| n.to_ref().to_string())
        };
        let table = [
            "main",
            "feature/TASK-001-x",
            "-x",
            "HEAD",
            "@",
            "",
            "a..b",
            "a@{1}",
            "a.",
            ".a",
            "a/.b",
            "a//b",
            "/a",
            "a/",
            "a.lock",
            "a.lock/b",
            "a b",
            "a\nb",
            "a:b",
            "a\\b",
            "ü",
        ];
        let said: Vec<String> = table.iter().map(|text| format!("{text:?} {}", says(text))).collect();
        insta::assert_snapshot!(said.join("\n"), @r#"
        "main" refs/heads/main
        "feature/TASK-001-x" refs/heads/feature/TASK-001-x
        "-x" it begins with a dash
        "HEAD" the name has a meaning of its own
        "@" the name has a meaning of its own
        "" it is empty
        "a..b" it holds `..` or `@{`
        "a@{1}" it holds `..` or `@{`
        "a." it ends with a dot
        ".a" one of its parts begins with a dot
        "a/.b" one of its parts begins with a dot
        "a//b" it has an empty part between slashes
        "/a" it has an empty part between slashes
        "a/" it has an empty part between slashes
        "a.lock" one of its parts ends with `.lock`
        "a.lock/b" one of its parts ends with `.lock`
        "a b" it holds a space, a control character or one of ~ ^ : ? * [ \
        "a\nb" it holds a space, a control character or one of ~ ^ : ? * [ \
        "a:b" it holds a space, a control character or one of ~ ^ : ? * [ \
        "a\\b" it holds a space, a control character or one of ~ ^ : ? * [ \
        "ü" refs/heads/ü
        "#);
    }

    #[test]
    fn a_full_name_begins_with_refs() {
        assert!(RefName::parse("refs/conductor/snap/1.2/3").is_ok());
        assert!(RefName::parse("heads/main").is_err());
        assert!(RefName::parse("--refs/x").is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]
        #[test]
        fn git_agrees_on_what_is_a_name(text in "[a.@{/*~lock \\-:é]{0,9}") {
            let git = Cmd::new("git", "/").env("PATH", "/usr/local/bin:/usr/bin:/bin")
                .args(["check-ref-format", &format!("refs/heads/{text}")]).run().unwrap();
            prop_assert_eq!(RefName::parse(&format!("refs/heads/{text}")).is_ok(), git.exit.success());
        }
    }
}
