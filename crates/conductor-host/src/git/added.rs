//! The lines that a change adds.

use std::collections::BTreeMap;

use conductor_engine::coverage::{AddedLines, LineSet};

use super::diff::{AsTree, PLAIN};
use super::error::GitError;
use super::open::Repo;

/// A longer patch is not read to its end, in bytes.
const MOST_PATCH: usize = 256 * 1024 * 1024;

impl Repo {
    /// The lines that the tree `to` has and `from` has not, by the files of `to`. Moved files have only what was changed
    /// in them. Files whose names are no text are left out, as in reports.
    ///
    /// # Errors
    /// When one of them does not exist, git fails, or the patch is too long to be read: then it is not known.
    pub fn added_lines(&self, from: &impl AsTree, to: &impl AsTree) -> Result<AddedLines, GitError> {
        let step = "find the lines that a change adds";
        let options = [
            "-p",
            "-U0",
            "--src-prefix=a/",
            "--dst-prefix=b/",
            "--ignore-submodules=all",
            "--end-of-options",
        ];
        let cmd = self.git().cmd(step, "diff-tree").args(PLAIN).args(options).args([from.name(), to.name()]);
        let out = cmd.limit(MOST_PATCH).run()?;
        if out.truncated || !out.exit.success() {
            return Err(super::run::refused(step, &out));
        }
        Ok(parse(&out.stdout))
    }
}

/// Reads a patch without context. Lines of files are counted, never looked at: they may look like anything.
fn parse(patch: &[u8]) -> AddedLines {
    let mut added: BTreeMap<String, Vec<(u32, u32)>> = BTreeMap::new();
    let mut path: Option<String> = None;
    let mut content = 0_u64;
    for line in patch.split(|b| *b == b'\n') {
        if content > 0 {
            // "\ No newline at end of file" is no line of a file.
            content -= u64::from(line.first() != Some(&b'\\'));
        } else if line.starts_with(b"diff --git ") {
            path = None;
        } else if let Some(name) = line.strip_prefix(b"+++ ") {
            path = named(name);
        } else if let Some((removed, start, count)) = line.strip_prefix(b"@@ -").and_then(hunk) {
            content = u64::from(removed) + u64::from(count);
            if let (Some(path), true) = (&path, count > 0) {
                let last = start.saturating_add(count - 1);
                added.entry(path.clone()).or_default().push((start, last));
            }
        }
    }
    added.into_iter().map(|(path, stretches)| (path, LineSet::of(stretches))).collect()
}

/// `3,2 +4,5 @@ fn name`: how many lines are gone, where those stand that came, and how many they are.
fn hunk(text: &[u8]) -> Option<(u32, u32, u32)> {
    let text = std::str::from_utf8(text.split(|b| *b == b'@').next()?).ok()?;
    let (old, new) = text.trim().split_once(" +")?;
    let count = |range: &str| range.split_once(',').map_or(Some(1), |(_, count)| count.parse::<u32>().ok());
    let start = new.split(',').next()?.parse().ok()?;
    Some((count(old)?, start, count(new)?))
}

/// The path behind `+++ `: `b/path`, or in quotes with escapes where its bytes are odd; `/dev/null` has none.
fn named(name: &[u8]) -> Option<String> {
    // Git puts a tab behind a name with blanks in it.
    let name = name.strip_suffix(b"\t").unwrap_or(name);
    let bare = match name.strip_prefix(b"\"") {
        Some(quoted) => unquoted(quoted.strip_suffix(b"\"")?)?,
        None => name.to_vec(),
    };
    String::from_utf8(bare.strip_prefix(b"b/")?.to_vec()).ok()
}

/// What stands between quotes of git's: as in C, with bytes in octal.
fn unquoted(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = text.iter().copied();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        bytes.push(match rest.next()? {
            b'a' => 7,
            b'b' => 8,
            b't' => b'\t',
            b'n' => b'\n',
            b'v' => 11,
            b'f' => 12,
            b'r' => b'\r',
            digit @ b'0'..=b'3' => {
                let digits = [digit, rest.next()?, rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 8).ok()?
            }
            other => other,
        });
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_what_git_says_counts_and_not_what_files_hold() {
        let patch = "diff --git a/x.py b/x.py\nindex 1..2 100644\n--- a/x.py\n+++ b/x.py\n@@ -3,2 +3,3 @@ def f():\n-a\n--- a/not.py\n+b\n+++ b/not.py\n+@@ -1 +1 @@\n\
                     @@ -9 +10,0 @@\n-gone\n@@ -20,0 +21 @@\n+end\n\\ No newline at end of file\n\
                     diff --git a/old b/old\ndeleted file mode 100644\n--- a/old\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n\
                     diff --git a/we ird.py b/we ird.py\n--- a/we ird.py\t\n+++ b/we ird.py\t\n@@ -0,0 +1,2 @@\n+1\n+2\n\
                     diff --git \"a/q\\\"\\303\\244.py\" \"b/q\\\"\\303\\244.py\"\n--- /dev/null\n+++ \"b/q\\\"\\303\\244.py\"\n@@ -0,0 +1 @@\n+1\n\
                     diff --git a/bin b/bin\nBinary files a/bin and b/bin differ\n";
        let lines = |text: &str| text.parse::<LineSet>().unwrap();
        let expected = BTreeMap::from([
            ("x.py".to_owned(), lines("3-5,21")),
            ("we ird.py".to_owned(), lines("1-2")),
            ("q\"ä.py".to_owned(), lines("1")),
        ]);
        assert_eq!(parse(patch.as_bytes()), expected);
    }

    proptest! {
        #[test]
        fn any_bytes_never_panic(bytes in any::<Vec<u8>>(), near in r#"(\+\+\+ |b/|"|\\|3|7|@@ -|,|[0-9]{1,10}| \+|@@|\n|x|é){0,40}"#) {
            let _whatever = (parse(&bytes), parse(near.as_bytes()));
        }
    }
}
