//! Does the simulator notice a broken engine? Variants of the engine, each with one thing wrong on purpose, are
//! built beside the workspace, and the simulation must fail for every one.

mod list;

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::program::program;
use crate::workspace::root;
use list::{MUTANTS, Mutant};

/// Simulated sessions for each variant.
const SCHEDULES: &str = "20000";

/// Why the check could not be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MutantsError {
    #[error("failed to prepare {path}: {source}")]
    Prepare { path: PathBuf, source: io::Error },
    #[error("failed to start {program}: {source}")]
    Start { program: &'static str, source: io::Error },
    #[error("`{0}` is not once in {1}: the engine has changed, so the list of variants must")]
    Text(&'static str, &'static str),
    #[error("{0} does not build:\n{1}")]
    Build(&'static str, String),
    #[error("the simulation fails for the engine as it is:\n{0}")]
    Sound(String),
}

/// What became of each variant.
pub(crate) struct MutantsReport(Vec<(&'static str, Option<String>)>);

impl MutantsReport {
    pub(crate) fn all_caught(&self) -> bool {
        self.0.iter().all(|(_, noticed)| noticed.is_some())
    }

    pub(crate) fn table(&self) -> String {
        let mut out = String::new();
        for (name, noticed) in &self.0 {
            let words = noticed.as_deref().unwrap_or("NOT NOTICED");
            // Writing to a string cannot fail.
            let _ = writeln!(out, "{name:<44}  {words}");
        }
        let caught = self.0.iter().filter(|(_, noticed)| noticed.is_some()).count();
        let _ = writeln!(out, "{caught} of {} broken engines noticed", self.0.len());
        out
    }
}

/// Builds and simulates every variant. Takes minutes.
pub(crate) fn run() -> Result<MutantsReport, MutantsError> {
    let place = root().join("target").join("mutants");
    let copy = place.join("workspace");
    copy_workspace(&root(), &copy)?;
    build(&copy, &place, "the engine as it is")?;
    if let Some(words) = simulate(&place)? {
        return Err(MutantsError::Sound(words));
    }
    let mut report = Vec::new();
    for mutant in MUTANTS {
        let file = copy.join(mutant.file);
        let sound = read(&file)?;
        write(&file, &mutant.broken(&sound)?)?;
        let built = build(&copy, &place, mutant.name);
        let noticed = built.and_then(|()| simulate(&place));
        write(&file, &sound)?;
        report.push((mutant.name, noticed?));
    }
    Ok(MutantsReport(report))
}

impl Mutant {
    /// The file with the one thing wrong.
    fn broken(&self, sound: &str) -> Result<String, MutantsError> {
        if sound.matches(self.find).count() != 1 {
            return Err(MutantsError::Text(self.find, self.file));
        }
        Ok(sound.replacen(self.find, self.replace, 1))
    }
}

/// All that git knows or would, and nothing that was built.
fn copy_workspace(from: &Path, to: &Path) -> Result<(), MutantsError> {
    let listed = program("git", from)
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .output()
        .map_err(|source| MutantsError::Start { program: "git", source })?;
    for name in String::from_utf8_lossy(&listed.stdout).split('\0').filter(|name| !name.is_empty()) {
        let (old, new) = (from.join(name), to.join(name));
        // A file that git lists and that was deleted is not there to be copied.
        let Ok(text) = fs::read(&old) else { continue };
        // One that is the same stays, so that it is not built anew.
        if fs::read(&new).is_ok_and(|there| there == text) {
            continue;
        }
        let written = new.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&new, text));
        written.map_err(|source| MutantsError::Prepare { path: new, source })?;
    }
    Ok(())
}

fn build(copy: &Path, place: &Path, name: &'static str) -> Result<(), MutantsError> {
    let output = program("cargo", copy)
        .args(["build", "--workspace", "--locked", "--example", "soak", "--target-dir"])
        .arg(place.join("target"))
        .output()
        .map_err(|source| MutantsError::Start { program: "cargo", source })?;
    if output.status.success() {
        return Ok(());
    }
    Err(MutantsError::Build(name, String::from_utf8_lossy(&output.stderr).into_owned()))
}

/// What the simulation says when a promise is broken; `None` when it finds nothing.
fn simulate(place: &Path) -> Result<Option<String>, MutantsError> {
    let soak = place.join("target/debug/examples/soak");
    let output = program(&soak, place)
        .arg(SCHEDULES)
        .output()
        .map_err(|source| MutantsError::Start { program: "the simulation", source })?;
    if output.status.success() {
        return Ok(None);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    // The first line names the place of the panic, the second says what was broken.
    let words = said.lines().skip_while(|line| !line.contains("panicked")).nth(1).unwrap_or("(no message)");
    Ok(Some(words.chars().take(100).collect()))
}

fn read(path: &Path) -> Result<String, MutantsError> {
    fs::read_to_string(path).map_err(|source| MutantsError::Prepare { path: path.to_owned(), source })
}

fn write(path: &Path, text: &str) -> Result<(), MutantsError> {
    fs::write(path, text).map_err(|source| MutantsError::Prepare { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variant_still_breaks_the_engine_as_it_is() {
        for mutant in MUTANTS {
            let sound = read(&root().join(mutant.file)).unwrap();
            let broken = mutant.broken(&sound).unwrap();
            assert_ne!(broken, sound, "{}", mutant.name);
        }
    }
}
