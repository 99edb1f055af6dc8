//! Licences of everything that this machine builds, by the one list that `deny.toml` holds.
//!
//! cargo-deny checks the same list for all platforms where it can be installed; this check needs nothing but cargo.

use super::{Check, Finding};
use crate::workspace::Workspace;

pub(super) fn check(workspace: &Workspace) -> Vec<Finding> {
    let allowed = allowed(workspace.text("deny.toml").unwrap_or_default());
    if allowed.is_empty() {
        return vec![finding("deny.toml", "it lists no licences under [licenses] allow".to_owned())];
    }
    workspace
        .packages
        .iter()
        .filter_map(|package| {
            let place = format!("{} {}", package.name, package.version);
            match package.license.as_deref() {
                None => Some(finding(&place, "it states no licence; read it and decide".to_owned())),
                Some(expression) if permits(expression, &allowed) => None,
                Some(expression) => {
                    Some(finding(&place, format!("`{expression}` is not covered by the list in deny.toml")))
                }
            }
        })
        .collect()
}

fn finding(place: &str, problem: String) -> Finding {
    Finding { check: Check::Licence, place: place.to_owned(), problem }
}

/// The quoted names of the `allow` list in the `[licenses]` table.
fn allowed(deny: &str) -> Vec<&str> {
    deny.lines()
        .skip_while(|line| line.trim() != "[licenses]")
        .skip_while(|line| line.trim() != "allow = [")
        .skip(1)
        .take_while(|line| line.trim() != "]")
        .filter_map(|line| line.trim().strip_prefix('"')?.split('"').next())
        .collect()
}

/// Whether an SPDX expression can be satisfied with the allowed licences. `/` is the old spelling of OR.
fn permits(expression: &str, allowed: &[&str]) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut parser = Parser { words: &words, allowed };
    parser.alternatives() == Some(true) && parser.words.is_empty()
}

/// Recursive descent; AND binds tighter than OR. `None` is an expression that cannot be read, which permits nothing.
struct Parser<'a> {
    words: &'a [&'a str],
    allowed: &'a [&'a str],
}

impl Parser<'_> {
    fn alternatives(&mut self) -> Option<bool> {
        let mut any = self.all()?;
        while self.take("OR") {
            any |= self.all()?;
        }
        Some(any)
    }

    fn all(&mut self) -> Option<bool> {
        let mut all = self.one()?;
        while self.take("AND") {
            all &= self.one()?;
        }
        Some(all)
    }

    fn one(&mut self) -> Option<bool> {
        if self.take("(") {
            let inner = self.alternatives()?;
            return self.take(")").then_some(inner);
        }
        let (name, rest) = self.words.split_first()?;
        self.words = rest;
        if !self.take("WITH") {
            return Some(self.allowed.contains(name));
        }
        let (exception, rest) = self.words.split_first()?;
        self.words = rest;
        Some(self.allowed.contains(&format!("{name} WITH {exception}").as_str()))
    }

    fn take(&mut self, word: &str) -> bool {
        match self.words.split_first() {
            Some((first, rest)) if *first == word => {
                self.words = rest;
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALLOWED: &[&str] = &["MIT", "Apache-2.0", "BSD-3-Clause", "Apache-2.0 WITH LLVM-exception"];

    #[test]
    fn expressions_are_judged_by_what_they_need() {
        let cases = [
            ("MIT", true),
            ("GPL-3.0-only", false),
            ("MIT OR GPL-3.0-only", true),
            ("MIT/Apache-2.0", true),
            ("MIT AND GPL-3.0-only", false),
            ("(MIT OR GPL-3.0-only) AND BSD-3-Clause", true),
            ("GPL-3.0-only OR MIT AND BSD-3-Clause", true),
            ("GPL-3.0-only AND MIT OR GPL-2.0", false),
            ("Apache-2.0 WITH LLVM-exception", true),
            ("MIT WITH LLVM-exception", false),
            ("", false),
            ("(MIT", false),
            ("MIT MIT", false),
        ];
        for (expression, expected) in cases {
            assert_eq!(permits(expression, ALLOWED), expected, "{expression}");
        }
    }

    #[test]
    fn the_list_is_read_from_its_own_table_only() {
        let deny =
            "[bans]\nallow = [\n  \"serde\",\n]\n[licenses]\nallow = [\n  \"MIT\", # ours\n  \"ISC\",\n]\n";
        assert_eq!(allowed(deny), ["MIT", "ISC"]);
    }
}
