//! Reading a document: bytes to text, text to blocks with exact spans.

mod clean;
mod decode;
mod html;
mod include;
mod lines;
mod markdown;
mod marks;
mod pdf;
mod plain;

use crate::{DocumentRef, Finding, FindingCode, Source, Span};
pub use include::Include;
use lines::Lines;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fmt;
use thiserror::Error;

/// A document larger than this is refused: it is hardly a description of work, and every later stage holds it in memory.
pub const MAX_DOCUMENT_BYTES: usize = 16 * 1024 * 1024;

/// A document that was read: its text, and the blocks that it consists of.
#[derive(Debug, Clone)]
pub struct Document {
    name: String,
    digest: Digest,
    kind: DocumentKind,
    text: String,
    blocks: Vec<Block>,
    includes: Vec<Include>,
    findings: Vec<Finding>,
}

/// How a document is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// CommonMark with tables, task lists, front matter and XML-like tags.
    Markdown,
    /// Text with numbered or underlined headings, bullets and indentation.
    Plain,
    /// Pages, read from where their glyphs stand.
    Pdf,
    /// A web page.
    Html,
}

/// SHA-256 of a document's bytes, written as 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest(String);

/// A piece of a document that stands for itself: a heading, a paragraph, a list item, …
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// Its words without markup, line ends kept; code within a line keeps its backticks. Empty for tags.
    pub text: String,
    /// The bold words that it starts with, where it does, without a closing colon.
    pub lead: Option<String>,
    /// Number of lists that it stands in: 0 outside of lists, 1 in a list that is in no other.
    pub depth: usize,
    /// Where it stands, markup included, blocks within it excluded.
    pub span: Span,
}

/// What a block is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlockKind {
    /// A heading, level 1 being the highest.
    Heading {
        /// From 1 to 6.
        level: u8,
    },
    /// Running text.
    Paragraph,
    /// Running text that is quoted.
    Quote,
    /// The first text of a list item.
    Item {
        /// Its number, in a numbered list.
        number: Option<u64>,
        /// Whether its box is ticked, in a task list; an item that is struck through counts as ticked.
        done: Option<bool>,
    },
    /// One row of a table.
    Row {
        /// Whether it is the head of the table.
        head: bool,
        /// The text of each cell.
        cells: Vec<String>,
    },
    /// Code in a fence or by indentation.
    Code,
    /// The metadata that some documents start with.
    FrontMatter,
    /// An XML-like tag on a line of its own, `<context>`.
    TagOpen {
        /// Its name, in lower case.
        name: String,
    },
    /// The end of one, `</context>`.
    TagClose {
        /// Its name, in lower case.
        name: String,
    },
}

/// Why bytes are not a document.
#[derive(Debug, Error)]
pub enum DocumentError {
    /// There is no text in it.
    #[error("failed to read `{name}`: it holds no text; name a document that says what to build")]
    Empty {
        /// Name of the document.
        name: String,
    },
    /// It is not text.
    #[error(
        "failed to read `{name}`: it is not text (a zero byte at {offset}); save it as UTF-8 Markdown or plain text"
    )]
    Binary {
        /// Name of the document.
        name: String,
        /// Where the first byte stands that no text contains.
        offset: usize,
    },
    /// It opens with a password only.
    #[error(
        "failed to read `{name}`: it is encrypted, and no empty password opens it; save it without a password, for \
         instance by printing it to a new PDF"
    )]
    Encrypted {
        /// Name of the document.
        name: String,
    },
    /// Its pages are pictures.
    #[error(
        "failed to read `{name}`: its pages are pictures without text, as a scanner makes them; put a text layer over \
         them with a program for OCR, or export the document from where it was written"
    )]
    Scanned {
        /// Name of the document.
        name: String,
    },
    /// It begins like a PDF and is none.
    #[error(
        "failed to read `{name}`: it is damaged, and no page can be made out in it; copy or download it again, or \
         export it anew"
    )]
    Damaged {
        /// Name of the document.
        name: String,
    },
    /// It unpacks to too much, or has too many pages.
    #[error(
        "failed to read `{name}`: it unpacks to more than a description of work has (3000 pages, 4 million \
         characters, 64 MiB in one stream); take the pages that say what to build, or export it as text"
    )]
    TooComplex {
        /// Name of the document.
        name: String,
    },
    /// It is too large.
    #[error(
        "failed to read `{name}`: {size} bytes are more than the {MAX_DOCUMENT_BYTES} that a document may have; \
         split it"
    )]
    TooLarge {
        /// Name of the document.
        name: String,
        /// Its size in bytes.
        size: usize,
    },
}

impl Document {
    /// Reads a document. `name` is how it will be cited, and part of the keys of what is planned from it: give the
    /// path relative to the repository, so that keys do not depend on where the repository stands. How it is read
    /// depends on the extension of the name and, where that leaves it open, on the content.
    ///
    /// # Errors
    /// When the bytes are empty, not text, or too many.
    pub fn parse(name: &str, bytes: &[u8]) -> Result<Self, DocumentError> {
        if bytes.len() > MAX_DOCUMENT_BYTES {
            return Err(DocumentError::TooLarge { name: name.to_owned(), size: bytes.len() });
        }
        if pdf::is_pdf(bytes) {
            let pdf::Rendition { text, blocks, findings } = pdf::read(name, bytes)?;
            let (name, digest) = (name.to_owned(), Digest::of(bytes));
            let (kind, includes) = (DocumentKind::Pdf, Vec::new());
            return Ok(Self { name, digest, kind, text, blocks, includes, findings });
        }
        let decoded = decode::decode(name, bytes).map_err(|error| {
            // What is no text under the name of a PDF is a PDF whose beginning was lost.
            let lost = matches!(error, DocumentError::Binary { .. }) && pdf::is_named(name);
            if lost { DocumentError::Damaged { name: name.to_owned() } } else { error }
        })?;
        if decoded.text.trim().is_empty() {
            return Err(DocumentError::Empty { name: name.to_owned() });
        }
        let kind = kind_of(name, &decoded.text);
        let lines = Lines::of(&decoded.text);
        let mut findings = decoded.findings;
        let mut blocks = match kind {
            DocumentKind::Markdown => {
                let cleaned = clean::clean(name, &decoded.text, &lines);
                findings.extend(cleaned.finding.clone());
                markdown::blocks(&cleaned, &lines)
            }
            DocumentKind::Plain => plain::blocks(&decoded.text, &lines),
            DocumentKind::Html => html::blocks(&decoded.text, &lines),
            // Recognised above, before anything is decoded.
            DocumentKind::Pdf => Vec::new(),
        };
        let includes = match kind {
            DocumentKind::Markdown | DocumentKind::Plain => include::take(&decoded.text, &mut blocks),
            DocumentKind::Html | DocumentKind::Pdf => Vec::new(),
        };
        Ok(Self {
            name: name.to_owned(),
            digest: Digest::of(bytes),
            kind,
            text: decoded.text,
            blocks,
            includes,
            findings,
        })
    }

    /// A document that was read before, from the text that was kept of it. That of a PDF says no more which page is where;
    /// the reference does.
    ///
    /// # Errors
    /// When the text is empty, or too long.
    pub fn recall(known: &DocumentRef, text: &str) -> Result<Self, DocumentError> {
        let digest = known.digest.clone();
        if known.kind != DocumentKind::Pdf {
            return Ok(Self { digest, ..Self::parse(&known.name, text.as_bytes())? });
        }
        if text.trim().is_empty() {
            return Err(DocumentError::Empty { name: known.name.clone() });
        }
        let lines = Lines::of(text);
        let mut blocks = markdown::blocks(&clean::clean(&known.name, text, &lines), &lines);
        for span in blocks.iter_mut().map(|block| &mut block.span) {
            let begun = known.pages.partition_point(|&line| line <= span.first_line);
            span.page = u32::try_from(begun).ok().filter(|&page| page > 0);
        }
        let (name, text) = (known.name.clone(), text.to_owned());
        Ok(Self { name, digest, kind: known.kind, text, blocks, includes: Vec::new(), findings: Vec::new() })
    }

    /// The line on which each page begins; none where there are no pages. A page without text begins where the next does.
    pub(crate) fn page_lines(&self) -> Vec<u32> {
        let mut starts: Vec<u32> = Vec::new();
        for span in self.blocks.iter().map(|block| block.span) {
            let page = span.page.and_then(|page| usize::try_from(page).ok()).unwrap_or(0);
            if starts.len() < page {
                starts.resize(page, span.first_line);
            }
        }
        starts
    }

    /// The name that it was given.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Digest of the bytes that it was read from.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// How it was read.
    pub fn kind(&self) -> DocumentKind {
        self.kind
    }

    /// Its text, which all spans refer to: UTF-8, without a byte order mark, line ends as they were. For a PDF it is a
    /// rendition in the manner of Markdown, one block a line; for HTML it is the source.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What it consists of, in order.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// The files that it asks to be read with it. Reading them is up to the caller, who can.
    pub fn includes(&self) -> &[Include] {
        &self.includes
    }

    /// Notes that an included file was not read, and why. The rest of the document is still worth planning, so this is
    /// a finding and no error; a setting can make it one.
    pub fn add_missing_include(&mut self, include: &Include, why: &str) {
        let source = Source { document: (&self.name).into(), span: include.span };
        let message = format!(
            "`{}` at {source} was not included: {why}; what it asks for is not planned. Correct the path, or remove \
             the line",
            include.path
        );
        self.findings.push(Finding::new(FindingCode::MissingInclude, message).at(vec![source]));
    }

    /// The page of the last block that begins before a place in the text, in a document that has pages.
    pub(crate) fn page_at(&self, offset: usize) -> Option<u32> {
        let before = self.blocks.partition_point(|block| block.span.start < offset);
        before.checked_sub(1).and_then(|index| self.blocks.get(index)).and_then(|block| block.span.page)
    }

    /// What reading it found worth saying.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }
}

impl Digest {
    fn of(bytes: &[u8]) -> Self {
        Self(hex(&Sha256::digest(bytes)))
    }

    /// The 64 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A name of eight hexadecimal digits for a text. Names of items and requirements are made of it: the same words give
/// the same name on every machine and in every version.
pub(crate) fn short_hash(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part.as_bytes());
        // A separator that no text contains, so that ("ab", "c") and ("a", "bc") differ.
        hasher.update([0]);
    }
    hex(hasher.finalize().get(..4).unwrap_or_default())
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    bytes.iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]).collect()
}

/// Markdown and HTML by extension; otherwise HTML when it begins like a page, and Markdown when it has a heading, a fence, bold words or a tag of its own line, since
/// many a `.txt` is Markdown by habit.
fn kind_of(name: &str, text: &str) -> DocumentKind {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    if matches!(extension.as_deref(), Some("md" | "markdown" | "mdx" | "mdown" | "mkd")) {
        return DocumentKind::Markdown;
    }
    if matches!(extension.as_deref(), Some("html" | "htm" | "xhtml")) || html::looks_like_html(text) {
        return DocumentKind::Html;
    }
    let marked = text.lines().any(|line| {
        let hashes = line.bytes().take_while(|&byte| byte == b'#').count();
        let heading =
            (1..=6).contains(&hashes) && line.get(hashes..).is_some_and(|rest| rest.starts_with(' '));
        heading || line.starts_with("```") || line.matches("**").count() >= 2 || clean::is_tag_line(line)
    });
    if marked { DocumentKind::Markdown } else { DocumentKind::Plain }
}
