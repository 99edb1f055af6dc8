//! Paths in reports, and which file of the tree they mean.

use std::collections::{BTreeMap, BTreeSet};

/// The files of a tree, found by the names that reports give them.
///
/// A report may name a file from the root of the tree, from the folder in which its program ran, by its whole path, or
/// by what the language calls it (a Java class in its package, a Go file in its module). What is found is always a
/// file of the tree: a path that leads elsewhere leads nowhere.
#[derive(Debug, Clone)]
pub struct SourcePaths<'t> {
    /// By their last part.
    by_name: BTreeMap<&'t str, Vec<&'t str>>,
    files: BTreeSet<&'t str>,
    /// Where the tree was checked out when the report was written, without a slash at the end.
    roots: Vec<String>,
}

impl<'t> SourcePaths<'t> {
    /// The files of a tree by their paths from its root, and the folders that it was checked out in: one folder may
    /// have several names.
    pub fn new<R: AsRef<str>>(
        files: impl IntoIterator<Item = &'t str>,
        roots: impl IntoIterator<Item = R>,
    ) -> Self {
        let files: BTreeSet<&str> = files.into_iter().collect();
        let mut by_name: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for path in &files {
            by_name.entry(path.rsplit('/').next().unwrap_or(path)).or_default().push(path);
        }
        let roots = roots
            .into_iter()
            .map(|root| root.as_ref().replace('\\', "/").trim_end_matches('/').to_owned())
            .filter(|root| !root.is_empty())
            .collect();
        Self { by_name, files, roots }
    }

    /// The file that `path` means, with nothing else known.
    pub fn find(&self, path: &str) -> Option<&'t str> {
        self.find_below(path, &[])
    }

    /// The file that `path` means, where the report says that its paths begin at one of `sources`.
    pub fn find_below(&self, path: &str, sources: &[String]) -> Option<&'t str> {
        let path = cleaned(path)?;
        if is_whole(&path) {
            return self.inside(&path);
        }
        for source in sources {
            let joined = cleaned(&format!("{source}/{path}"));
            let found =
                joined.and_then(|path| if is_whole(&path) { self.inside(&path) } else { self.exact(&path) });
            if found.is_some() {
                return found;
            }
        }
        self.exact(&path).or_else(|| self.ending_with(&path, None)).or_else(|| self.end_of(&path))
    }

    /// The file that ends with `path`, where several do the one in the folder `module`.
    pub fn find_in_module(&self, path: &str, module: Option<&str>) -> Option<&'t str> {
        let path = cleaned(path)?;
        if is_whole(&path) {
            return self.inside(&path);
        }
        self.exact(&path).or_else(|| self.ending_with(&path, module))
    }

    fn exact(&self, path: &str) -> Option<&'t str> {
        self.files.get(path).copied()
    }

    /// A whole path that lies in one of the roots.
    fn inside(&self, path: &str) -> Option<&'t str> {
        let below = |root: &String| self.exact(path.strip_prefix(root.as_str())?.strip_prefix('/')?);
        self.roots.iter().find_map(below)
    }

    /// `com/shop/Cart.java` is `core/src/main/java/com/shop/Cart.java`, unless two files end like that.
    fn ending_with(&self, path: &str, module: Option<&str>) -> Option<&'t str> {
        let named = self.by_name.get(path.rsplit('/').next()?)?;
        let ends = |file: &&&str| file.strip_suffix(path).is_some_and(|before| before.ends_with('/'));
        let ending: Vec<&'t str> = named.iter().filter(ends).copied().collect();
        match (ending.as_slice(), module) {
            ([one], _) => Some(one),
            (several, Some(module)) => {
                let mut of_module =
                    several.iter().filter(|file| file.split('/').any(|folder| folder == module));
                of_module.next().filter(|_| of_module.next().is_none()).copied()
            }
            (_, None) => None,
        }
    }

    /// `example.com/shop/cart/cart.go` is `cart/cart.go`.
    fn end_of(&self, path: &str) -> Option<&'t str> {
        let mut rest = path;
        while let Some((_, shorter)) = rest.split_once('/') {
            if let Some(found) = self.exact(shorter) {
                return Some(found);
            }
            rest = shorter;
        }
        None
    }
}

/// Whether a path is relative to nothing.
fn is_whole(path: &str) -> bool {
    let drive = path.as_bytes().get(1) == Some(&b':') && path.starts_with(|c: char| c.is_ascii_alphabetic());
    path.starts_with('/') || drive
}

/// The path with `/` between its parts and without `.` and `..`; `None` when it leaves what it is relative to, or can
/// be no path at all.
fn cleaned(path: &str) -> Option<String> {
    const MOST: usize = 4096;
    let path = path.strip_prefix("file://").unwrap_or(path);
    if path.is_empty() || path.len() > MOST || path.chars().any(char::is_control) {
        return None;
    }
    let path = path.replace('\\', "/");
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    let whole = parts.join("/");
    (!whole.is_empty()).then(|| if path.starts_with('/') { format!("/{whole}") } else { whole })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FILES: [&str; 8] = [
        "src/lib.rs",
        "cart/cart.go",
        "main.go",
        "core/src/main/java/com/shop/Cart.java",
        "web/src/main/java/com/shop/Page.java",
        "web/src/main/java/com/shop/Twice.java",
        "core/src/main/java/com/shop/Twice.java",
        "pkg/app/__init__.py",
    ];

    fn paths() -> SourcePaths<'static> {
        SourcePaths::new(FILES, ["/tmp/gate/", "/private/tmp/gate"])
    }

    #[test]
    fn paths_of_reports_lead_to_files_of_the_tree() {
        let table = [
            ("src/lib.rs", Some("src/lib.rs")),
            ("./src/../src/lib.rs", Some("src/lib.rs")),
            ("src\\lib.rs", Some("src/lib.rs")),
            ("/tmp/gate/src/lib.rs", Some("src/lib.rs")),
            ("file:///private/tmp/gate/src/lib.rs", Some("src/lib.rs")),
            ("example.com/shop/cart/cart.go", Some("cart/cart.go")),
            ("example.com/shop/main.go", Some("main.go")),
            ("com/shop/Cart.java", Some("core/src/main/java/com/shop/Cart.java")),
            // Two files end like that.
            ("com/shop/Twice.java", None),
            // A dependency's file is none of the tree's, whatever its end looks like.
            ("/home/bea/.cargo/registry/x-1.0/src/lib.rs", None),
            ("/tmp/gate2/src/lib.rs", None),
            ("../src/lib.rs", None),
            ("src/../../src/lib.rs", None),
            ("/etc/passwd", None),
            ("", None),
            ("src/lib.rs\u{1b}[31m", None),
            ("C:\\gate\\src\\lib.rs", None),
        ];
        let paths = paths();
        for (reported, file) in table {
            assert_eq!(paths.find(reported), file, "{reported}");
        }
    }

    #[test]
    fn sources_and_modules_say_what_is_meant() {
        let paths = paths();
        let sources = |source: &str| vec![source.to_owned()];
        assert_eq!(
            paths.find_below("__init__.py", &sources("/tmp/gate/pkg/app")),
            Some("pkg/app/__init__.py")
        );
        assert_eq!(paths.find_below("__init__.py", &sources("pkg/app")), Some("pkg/app/__init__.py"));
        assert_eq!(paths.find_below("lib.rs", &sources("../elsewhere")), Some("src/lib.rs"));
        let twice = |module| paths.find_in_module("com/shop/Twice.java", module);
        assert_eq!(twice(Some("web")), Some("web/src/main/java/com/shop/Twice.java"));
        assert_eq!(twice(Some("other")), None);
        assert_eq!(twice(None), None);
    }

    proptest! {
        #[test]
        fn whatever_is_reported_is_a_file_of_the_tree_or_nothing(
            path in any::<String>(),
            near in r"(/|\.\.|\.|src|lib\.rs|cart|tmp|gate|\\|com|shop|Twice\.java|:|file://){0,9}",
            source in any::<String>(),
        ) {
            let paths = paths();
            for path in [&path, &near] {
                let found = [paths.find(path), paths.find_below(path, std::slice::from_ref(&source)), paths.find_in_module(path, Some(&source))];
                for found in found.into_iter().flatten() {
                    prop_assert!(FILES.contains(&found));
                }
            }
        }
    }
}
