//! Refs: read, and moved by compare-and-swap only.

use conductor_engine::ids::Oid;
use thiserror::Error;

use super::error::GitError;
use super::name::RefName;
use super::open::Repo;
use super::run::parse_oid;

/// One change of a ref, with what it must be before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefChange {
    /// The ref must not exist yet.
    Create {
        /// The ref.
        name: RefName,
        /// What it is to point at.
        new: Oid,
    },
    /// The ref must point at `old`.
    Move {
        /// The ref.
        name: RefName,
        /// Where it must be now.
        old: Oid,
        /// Where it is to be.
        new: Oid,
    },
    /// The ref must point at `old`.
    Delete {
        /// The ref.
        name: RefName,
        /// Where it must be now.
        old: Oid,
    },
}

impl RefChange {
    fn name(&self) -> &RefName {
        match self {
            Self::Create { name, .. } | Self::Move { name, .. } | Self::Delete { name, .. } => name,
        }
    }

    fn expected(&self) -> Option<&Oid> {
        match self {
            Self::Create { .. } => None,
            Self::Move { old, .. } | Self::Delete { old, .. } => Some(old),
        }
    }

    fn line(&self) -> String {
        match self {
            Self::Create { name, new } => format!("create {name} {new}\n"),
            Self::Move { name, old, new } => format!("update {name} {new} {old}\n"),
            Self::Delete { name, old } => format!("delete {name} {old}\n"),
        }
    }
}

/// Why refs were not changed. None of them was.
#[derive(Debug, Error)]
pub enum RefError {
    /// Somebody else moved, made or deleted the ref first.
    #[error("{name} is at {} and not at {}: read it again and decide anew", at(.found), at(.expected))]
    Moved {
        /// The ref.
        name: RefName,
        /// Where it should have been; `None` when it should not have existed.
        expected: Option<Oid>,
        /// Where it is; `None` when it does not exist.
        found: Option<Oid>,
    },
    /// Git could not do it.
    #[error(transparent)]
    Git(#[from] GitError),
}

fn at(oid: &Option<Oid>) -> &str {
    oid.as_ref().map_or("no commit", Oid::short)
}

impl Repo {
    /// Where a ref points; `None` when it does not exist.
    ///
    /// # Errors
    /// When git fails.
    pub fn read_ref(&self, name: &RefName) -> Result<Option<Oid>, GitError> {
        Ok(self.list_refs(name.as_str())?.into_iter().find(|(found, _)| found == name).map(|(_, oid)| oid))
    }

    /// All refs that are named `prefix`, or begin with `prefix` and a slash, sorted by name.
    ///
    /// # Errors
    /// When git fails.
    pub fn list_refs(&self, prefix: &str) -> Result<Vec<(RefName, Oid)>, GitError> {
        self.list_refs_of(&[prefix])
    }

    /// The same for several prefixes, which may also be patterns as `git for-each-ref` takes them.
    ///
    /// # Errors
    /// When git fails.
    pub fn list_refs_of(&self, patterns: &[&str]) -> Result<Vec<(RefName, Oid)>, GitError> {
        let step = "list refs";
        let options = ["--format=%(objectname) %(refname)", "--end-of-options"];
        let out = self.git().cmd(step, "for-each-ref").args(options).args(patterns.iter().copied()).ok()?;
        let mut refs = Vec::new();
        for line in String::from_utf8_lossy(&out).lines() {
            let (oid, name) = line.split_once(' ').ok_or_else(|| GitError::answer(step, line.as_bytes()))?;
            // A name that is no UTF-8 or not by git's rules is nobody's of ours.
            if let Ok(name) = RefName::parse(name) {
                refs.push((name, parse_oid(step, oid.as_bytes())?));
            }
        }
        Ok(refs)
    }

    /// Makes a ref that must not exist yet.
    ///
    /// # Errors
    /// [`RefError::Moved`] when it exists.
    pub fn create_ref(&self, name: &RefName, new: &Oid) -> Result<(), RefError> {
        self.change_refs(&[RefChange::Create { name: name.clone(), new: new.clone() }])
    }

    /// Moves a ref from `old` to `new`.
    ///
    /// # Errors
    /// [`RefError::Moved`] when it is not at `old`.
    pub fn move_ref(&self, name: &RefName, old: &Oid, new: &Oid) -> Result<(), RefError> {
        self.change_refs(&[RefChange::Move { name: name.clone(), old: old.clone(), new: new.clone() }])
    }

    /// Deletes a ref that is at `old`. Deleting one that does not exist is [`RefError::Moved`] too.
    ///
    /// # Errors
    /// [`RefError::Moved`] when it is not at `old`.
    pub fn delete_ref(&self, name: &RefName, old: &Oid) -> Result<(), RefError> {
        self.change_refs(&[RefChange::Delete { name: name.clone(), old: old.clone() }])
    }

    /// Changes several refs, all or none.
    ///
    /// # Errors
    /// [`RefError::Moved`] with the first ref that is not where it should be.
    pub fn change_refs(&self, changes: &[RefChange]) -> Result<(), RefError> {
        let lines: String = changes.iter().map(RefChange::line).collect();
        let refused = match self.update_refs(&lines) {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        for change in changes {
            let found = self.read_ref(change.name())?;
            if found.as_ref() != change.expected() {
                return Err(RefError::Moved {
                    name: change.name().clone(),
                    expected: change.expected().cloned(),
                    found,
                });
            }
        }
        Err(refused.into())
    }

    /// Makes refs that nobody else can be making: their names say where they point, or were free a moment ago
    /// and belong to one run.
    pub(super) fn ensure_refs(&self, refs: &[(RefName, Oid)]) -> Result<(), GitError> {
        self.update_refs(&refs.iter().map(|(name, oid)| format!("update {name} {oid}\n")).collect::<String>())
    }

    fn update_refs(&self, lines: &str) -> Result<(), GitError> {
        let script = format!("start\n{lines}prepare\ncommit\n");
        self.git()
            .cmd("change refs", "update-ref")
            .args(["--no-deref", "--stdin"])
            .stdin(script)
            .ok()
            .map(drop)
    }
}
