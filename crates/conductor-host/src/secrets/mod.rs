//! Secrets in text: found by their known shapes and by the names that they stand behind, and masked wherever text is
//! written down or shown.
//!
//! Finding is linear: one pass for all the beginnings of secrets and all the names (`aho-corasick`), and at each hit a
//! check of bounded length. What is found is a span and a kind, never the value, so that nobody passes one on by
//! telling of it.

mod example;
mod mask;
mod named;
mod shapes;
#[cfg(test)]
mod tests;

use std::ops::Range;

pub use mask::{MASK, Masker, credential_values, mask};
pub use shapes::Kind;

/// A secret in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What sort of secret it is.
    pub kind: Kind,
    /// Where, in bytes of the text: the value alone, without the name that it stands behind.
    pub span: Range<usize>,
}

/// The secrets in a text, in order, none within another.
pub fn find(text: &[u8]) -> Vec<Found> {
    let mut all = shapes::find(text);
    all.extend(named::find(text));
    // The longer of two that begin together says more.
    all.sort_by(|a, b| a.span.start.cmp(&b.span.start).then(b.span.end.cmp(&a.span.end)));
    let mut end = 0;
    all.retain(|found| {
        let is_new = found.span.start >= end;
        if is_new {
            end = found.span.end;
        }
        is_new
    });
    all
}
