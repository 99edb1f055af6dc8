//! What earlier commits changed together.

use conductor_engine::ids::Oid;

use super::error::GitError;
use super::name::nul_fields;
use super::open::Repo;
use super::run::refused;

/// Marks the field of a list that is a subject and no path.
const SUBJECT: u8 = 1;
/// The most of a list that is read, in bytes.
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// A commit of the past, by what it said and touched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PastCommit {
    /// The first line of its message.
    pub subject: String,
    /// The files that it changed. What is no UTF-8 is replaced.
    pub paths: Vec<String>,
}

impl Repo {
    /// The last commits that lead to `tip`, newest first, without merges; at most `most`. One process.
    ///
    /// # Errors
    /// When there is no such commit, or git fails.
    pub fn past(&self, tip: &Oid, most: u32) -> Result<Vec<PastCommit>, GitError> {
        let step = "read earlier commits";
        let options = [
            "-z",
            "--name-only",
            "--no-merges",
            "--no-renames",
            "--no-ext-diff",
            "--no-textconv",
            "--no-show-signature",
            "--format=%x01%s",
        ];
        let cmd = self.git().cmd(step, "log").args(options).arg(format!("--max-count={most}"));
        let out = cmd.args(["--end-of-options", tip.as_str()]).limit(MOST_BYTES).run()?;
        // What was beyond the bound is older, and not missed.
        if out.exit.success() { Ok(parse(&out.stdout)) } else { Err(refused(step, &out)) }
    }
}

fn parse(out: &[u8]) -> Vec<PastCommit> {
    let mut commits: Vec<PastCommit> = Vec::new();
    for field in nul_fields(out) {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        match field.split_first() {
            Some((&SUBJECT, subject)) => {
                commits.push(PastCommit { subject: text(subject), paths: Vec::new() });
            }
            // The first path of a commit comes after a line break.
            Some(_) => {
                if let Some(commit) = commits.last_mut() {
                    commit.paths.push(text(field.strip_prefix(b"\n").unwrap_or(field)));
                }
            }
            None => {}
        }
    }
    commits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commits_are_read_with_their_paths() {
        let out = b"\x01One: two\0\na b.rs\0c/\xff\0\x01Empty\0\x01Last\0\nx\0";
        let commit = |subject: &str, paths: &[&str]| PastCommit {
            subject: subject.to_owned(),
            paths: paths.iter().map(|path| (*path).to_owned()).collect(),
        };
        let expected =
            [commit("One: two", &["a b.rs", "c/\u{fffd}"]), commit("Empty", &[]), commit("Last", &["x"])];
        assert_eq!(parse(out), expected);
        assert_eq!(parse(b"no subject\0"), []);
    }
}
