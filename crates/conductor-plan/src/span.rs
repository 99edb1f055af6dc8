//! Where in a document something stands.

use crate::SharedText;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A piece of a document's text: a byte range and the lines that it covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// First byte, counted from 0 in [`Document::text`](crate::Document::text).
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
    /// Line of the first byte, counted from 1.
    pub first_line: u32,
    /// Line of the last byte, counted from 1.
    pub last_line: u32,
    /// Page that it begins on, counted from 1, in a document that has pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
}

impl Span {
    /// The text that this span covers; empty when it does not belong to `text`.
    pub fn slice<'t>(&self, text: &'t str) -> &'t str {
        text.get(self.start..self.end).unwrap_or_default()
    }

    /// Whether `other` lies within this span.
    pub fn contains(&self, other: &Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The smallest span that covers both.
    pub(crate) fn join(self, other: Self) -> Self {
        Self {
            start: self.start.min(other.start),
            end: self.end.max(other.end),
            first_line: self.first_line.min(other.first_line),
            last_line: self.last_line.max(other.last_line),
            page: if other.start < self.start { other.page.or(self.page) } else { self.page.or(other.page) },
        }
    }
}

/// A span together with the document that it belongs to, so that it can be cited: `prd.md:12`, or with the page
/// where there are pages, `prd.pdf:p3:12`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Source {
    /// Name of the document, as given to [`Document::parse`](crate::Document::parse).
    pub document: SharedText,
    /// Where in it.
    pub span: Span,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.span.page {
            Some(page) => write!(f, "{}:p{page}:{}", self.document, self.span.first_line),
            None => write!(f, "{}:{}", self.document, self.span.first_line),
        }
    }
}
