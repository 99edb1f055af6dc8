//! Folders outside of the checkout: workspaces, temporary files, caches.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use conductor_engine::ids::{RunId, SessionId};

use super::{CleanError, Cleaner, Left, LeftKind, May};
use crate::clock;
use crate::git::{KeptWhy, RefName, Removal, Workspace, delete, snapshot_ref};
use crate::perform::kept_why;

/// What stands behind the name of a workspace for Conductor's own records of it.
const RECORDS: [&str; 6] = ["ready", "ready.new", "index", "index.lock", "pack", "gone"];
/// The same of a gate workspace; the last one is the beginning of several.
const GATE_RECORDS: [&str; 4] = ["index", "index.lock", "unfinished", "no-cache-"];

impl Cleaner<'_> {
    /// The copies of the repository in which agents worked.
    pub(super) fn workspaces(&mut self) -> Result<(), CleanError> {
        let mut runs: BTreeSet<RunId> = BTreeSet::new();
        for path in entries(&self.places.runs()) {
            match path.file_name().and_then(|name| run_of(name.to_str()?)) {
                Some(run) => {
                    runs.insert(run);
                }
                None => self.unknown(&path),
            }
        }
        for run in runs {
            let may = self.run_may(run);
            for path in self.places.workspaces(run) {
                let left = left(LeftKind::Workspace, run.session, Some(run), &path);
                match &may {
                    May::Skip => {}
                    May::Stay(why) => self.kept(left, why.clone()),
                    May::Go => self.workspace(run, &path, left)?,
                }
            }
        }
        Ok(())
    }

    fn workspace(&mut self, run: RunId, path: &Path, left: Left) -> Result<(), CleanError> {
        let repo = &self.host.repo;
        if path.join(".git/locked").symlink_metadata().is_ok() {
            self.kept(left, "it is locked (.git/locked in it)");
            return Ok(());
        }
        let Some(workspace) = repo.find_workspace(path).filter(|workspace| workspace.run() == run) else {
            // What a removal or a preparation left behind; a folder with work in it is never one.
            if path.symlink_metadata().is_ok() {
                self.kept(left, kept_why(&KeptWhy::Replaced));
            } else {
                if !self.options.dry_run {
                    repo.clear_workspace_remains(path, false)?;
                }
                self.removed(left, "only records of a workspace that is gone");
            }
            return Ok(());
        };
        let (saved, why) = match self.proof(&workspace)? {
            Ok(saved) => (saved, None),
            Err(why) => (None, Some(why)),
        };
        match why {
            None => {}
            // Work that was never saved can be saved now, and then it is in a ref too.
            Some(KeptWhy::NotInRef { .. } | KeptWhy::Unsaved { .. } | KeptWhy::UnsavedCommits { .. }) => {}
            Some(why @ (KeptWhy::Nested { .. } | KeptWhy::Replaced | KeptWhy::NotUnderstood { .. })) => {
                self.kept(left, kept_why(&why));
                return Ok(());
            }
        }
        if self.options.dry_run {
            let save = "what is in it would be saved in a snapshot first";
            self.removed(left, saved.map_or_else(|| save.to_owned(), |name| in_ref(&name)));
            return Ok(());
        }
        let saved = match saved {
            Some(name) => name,
            None => {
                let last = self.host.repo.snapshots(run)?.last().map_or(0, |(number, _)| *number);
                self.host.repo.snapshot(&workspace, last.saturating_add(1), clock::now())?.name
            }
        };
        match self.host.repo.remove_workspace(&workspace, &saved)? {
            Removal::Removed => self.removed(left, in_ref(&saved)),
            Removal::Kept { why } => self.kept(left, kept_why(&why)),
        }
        Ok(())
    }

    /// The snapshot that holds everything in the workspace, or what none of them holds.
    fn proof(&self, workspace: &Workspace) -> Result<Result<Option<RefName>, KeptWhy>, CleanError> {
        let repo = &self.host.repo;
        let run = workspace.run();
        let number = repo.snapshots(run)?.last().map_or(1, |(number, _)| *number);
        let name = snapshot_ref(run, number)?;
        Ok(match repo.unique(workspace, &name)? {
            None => Ok(Some(name)),
            Some(why) => Err(why),
        })
    }

    /// Checkouts in which only gates worked: their tree is git's, the rest is what gates made.
    pub(super) fn gate_workspaces(&mut self) -> Result<(), CleanError> {
        let mut by_session: BTreeMap<SessionId, Vec<PathBuf>> = BTreeMap::new();
        for path in entries(&self.places.gates()) {
            match path.file_name().and_then(|name| gate_of(name.to_str()?)) {
                Some(session) => by_session.entry(session).or_default().push(path),
                None => self.unknown(&path),
            }
        }
        for (session, paths) in by_session {
            for path in paths {
                let left = left(LeftKind::GateWorkspace, session, None, &path);
                match self.session_may(session) {
                    May::Skip => {}
                    May::Stay(why) => self.kept(left, why),
                    May::Go => self.delete(&path, left, "only a checkout, and what gates made in it")?,
                }
            }
        }
        Ok(())
    }

    pub(super) fn temporary(&mut self) -> Result<(), CleanError> {
        for path in entries(&self.places.temporary()) {
            let run =
                path.file_name().and_then(|name| name.to_str()?.split_once('-')?.0.parse::<RunId>().ok());
            let Some(run) = run else {
                self.unknown(&path);
                continue;
            };
            let left = left(LeftKind::Temporary, run.session, Some(run).filter(|run| run.number > 0), &path);
            match self.run_may(run) {
                May::Skip => {}
                May::Stay(why) => self.kept(left, why),
                May::Go => self.delete(&path, left, "temporary files of what is over")?,
            }
        }
        Ok(())
    }

    /// Caches belong to no session.
    pub(super) fn caches(&mut self) -> Result<(), CleanError> {
        if !self.asked(None) {
            return Ok(());
        }
        for path in entries(&self.places.cache(0)) {
            let left = Left { session: None, ..left(LeftKind::Cache, SessionId(0), None, &path) };
            // What searches remember is small, and there after any session: no news unless it is to go.
            let is_searches = path == self.places.search_cache();
            match (self.options.caches, is_searches) {
                (true, true) => self.delete(&path, left, "searches make it again")?,
                (true, false) => self.delete(&path, left, "gates make it again")?,
                (false, true) => {}
                (false, false) => self.kept(left, "gates use it again; --caches removes it"),
            }
        }
        Ok(())
    }

    fn delete(&mut self, path: &Path, left: Left, why: &str) -> Result<(), CleanError> {
        if !self.options.dry_run {
            delete(path)?;
        }
        self.removed(left, why);
        Ok(())
    }

    /// Something that Conductor did not make is never removed.
    fn unknown(&mut self, path: &Path) {
        if self.asked(None) {
            let left = Left { session: None, ..left(LeftKind::Unknown, SessionId(0), None, path) };
            self.kept(left, "Conductor did not make it");
        }
    }
}

fn in_ref(name: &RefName) -> String {
    format!("everything in it is in {name}")
}

fn left(kind: LeftKind, session: SessionId, run: Option<RunId>, path: &Path) -> Left {
    Left {
        kind,
        session: Some(session),
        run,
        place: path.to_string_lossy().into_owned(),
        bytes: size(path),
        why: String::new(),
    }
}

fn entries(dir: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

/// What a file, or everything in a folder, takes on the disk. Follows no link.
fn size(path: &Path) -> u64 {
    let (mut bytes, mut waiting) = (0_u64, vec![path.to_owned()]);
    while let Some(path) = waiting.pop() {
        let Ok(meta) = path.symlink_metadata() else { continue };
        bytes = bytes.saturating_add(meta.blocks().saturating_mul(512));
        if meta.is_dir() {
            waiting.extend(entries(&path));
        }
    }
    bytes
}

/// The run whose workspace, or record of one, has this name: `1.2`, `1.2-1`, `1.2.ready`.
fn run_of(name: &str) -> Option<RunId> {
    let (session, rest) = name.split_once('.')?;
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (number, rest) = rest.split_at(end);
    let rest = match rest.strip_prefix('-') {
        Some(again) => again.trim_start_matches(|c: char| c.is_ascii_digit()),
        None => rest,
    };
    let ours = rest.is_empty() || rest.strip_prefix('.').is_some_and(|record| RECORDS.contains(&record));
    let run = RunId { session: session.parse().ok()?, number: number.parse().ok()? };
    (ours && name.starts_with(&run.to_string())).then_some(run)
}

/// The session whose gate workspace, or record of one, has this name: `1`, `1-2`, `1.index`.
fn gate_of(name: &str) -> Option<SessionId> {
    let (session, record) = name.split_once('.').map_or((name, None), |(s, r)| (s, Some(r)));
    let ours = record
        .is_none_or(|record| GATE_RECORDS.contains(&record) || record.strip_prefix("no-cache-").is_some());
    let (session, slot) = session.split_once('-').map_or((session, None), |(s, n)| (s, Some(n)));
    let slot_is_ours =
        slot.is_none_or(|slot| slot.parse::<usize>().is_ok_and(|n| n > 0 && n.to_string() == slot));
    let id: SessionId = session.parse().ok()?;
    (ours && slot_is_ours && id.to_string() == session).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_conductor_gives_are_its_own() {
        let run = |name: &str| run_of(name).map(|run| run.to_string());
        for ours in
            ["1.2", "1.2-1", "1.2.ready", "1.2-1.index", "1.2.index.lock", "1.2.gone", "1.2.ready.new"]
        {
            assert_eq!(run(ours).as_deref(), Some("1.2"), "{ours}");
        }
        for other in
            ["", "1", "1.", ".2", "1.x", "1.2x", "1.2.mine", "1.2-1-2", "01.2", "1.2 copy", "+1.2", "1.2-x"]
        {
            assert_eq!(run(other), None, "{other}");
        }
        for ours in ["3", "3.index", "3.index.lock", "3.unfinished", "3.no-cache-target", "3-1", "3-12.index"]
        {
            assert_eq!(gate_of(ours), Some(SessionId(3)), "{ours}");
        }
        for other in ["", "x", "03", "3.mine", "+3", "3-old", "3-0", "3-01", "3-"] {
            assert_eq!(gate_of(other), None, "{other}");
        }
    }
}
