//! Which files of a folder belong together.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::EvalError;

/// A document and what people made of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) name: String,
    pub(super) document: PathBuf,
    pub(super) reference: PathBuf,
}

const DOCUMENTS: [&str; 2] = [".prd.md", ".prd.txt"];
const REFERENCES: [&str; 2] = [".tasks.json", ".reference.json"];

/// The pairs of a folder by name. What has no counterpart is passed over.
pub(super) fn find(folder: &Path) -> Result<Vec<Pair>, EvalError> {
    let failed = |source| EvalError::Read { path: folder.to_owned(), source };
    let mut found: BTreeMap<String, (Option<PathBuf>, Option<PathBuf>)> = BTreeMap::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let Some(file) = path.file_name().and_then(|name| name.to_str()) else { continue };
        let stem =
            |endings: &[&str]| endings.iter().find_map(|ending| file.strip_suffix(ending)).map(str::to_owned);
        if let Some(name) = stem(&DOCUMENTS) {
            found.entry(name).or_default().0 = Some(path);
        } else if let Some(name) = stem(&REFERENCES) {
            found.entry(name).or_default().1 = Some(path);
        }
    }
    let pairs = found.into_iter().filter_map(|(name, (document, reference))| {
        Some(Pair { name, document: document?, reference: reference? })
    });
    let pairs: Vec<Pair> = pairs.collect();
    if pairs.is_empty() { Err(EvalError::NoPairs { folder: folder.to_owned() }) } else { Ok(pairs) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_find_their_references() {
        let folder = tempfile::tempdir().unwrap();
        for name in
            ["b.prd.md", "b.reference.json", "a.prd.txt", "a.tasks.json", "c.prd.md", "d.tasks.json", "x.md"]
        {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let names: Vec<String> = find(folder.path()).unwrap().into_iter().map(|pair| pair.name).collect();
        assert_eq!(names, ["a", "b"]);
        let empty = tempfile::tempdir().unwrap();
        assert!(matches!(find(empty.path()), Err(EvalError::NoPairs { .. })));
    }
}
