//! A session's journal as a file of JSON lines, to be folded again by another program: a header, then the rows as they
//! are stored.

use std::io::{self, BufRead, Write};
use std::ops::ControlFlow;

use conductor_engine::event::Recorded;
use conductor_engine::ids::SessionId;
use conductor_engine::session::Session;
use rusqlite::OptionalExtension as _;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use thiserror::Error;

use super::fold::{Fold, state_digest};
use super::rows::{Stored, each};
use super::{Checkpoint, Database, JournalError, UpcastError, parse_time, row_error, time_text, upcast};

/// What the header calls such a file.
const FORMAT: &str = "conductor-journal";
/// The version of the header and of the lines.
const VERSION: u32 = 1;

/// Why a journal was not exported, or an export not folded.
#[derive(Debug, Error)]
pub enum ExportError {
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The file.
    #[error("failed to read or write the export: {0}")]
    Io(#[from] io::Error),
    /// The first line is something else.
    #[error("line 1 is no header of an exported journal: `conductor journal export` writes such files")]
    NotAnExport,
    /// It is a newer program's.
    #[error(
        "the export has version {found}, and this program knows versions up to {known}: use the newer program"
    )]
    Newer {
        /// Its version.
        found: u32,
        /// The last one that is known.
        known: u32,
    },
    /// A line cannot be read.
    #[error("line {number} of the export is no row of a journal: {source}")]
    Line {
        /// Counted from 1.
        number: usize,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
struct Header<'a> {
    format: String,
    version: u32,
    /// The program that wrote it, for people.
    program: String,
    session: SessionId,
    /// What that program saw, to be compared with.
    rows: u64,
    rows_digest: String,
    state_version: i64,
    state_digest: String,
    #[serde(borrow)]
    checkpoint: Option<Start<'a>>,
    #[serde(borrow)]
    setup: &'a RawValue,
}

/// The checkpoint that the rows follow.
#[derive(Debug, Serialize, Deserialize)]
struct Start<'a> {
    seq: u64,
    at: String,
    made_at: String,
    digest: String,
    version: i64,
    #[serde(borrow)]
    state: &'a RawValue,
}

#[derive(Debug, Serialize, Deserialize)]
struct Line<'a> {
    seq: u64,
    at: &'a str,
    kind: &'a str,
    version: i64,
    #[serde(borrow)]
    body: &'a RawValue,
}

/// What was exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// How many rows are in the file.
    pub rows: u64,
    /// The digest of every row that the session ever had.
    pub rows_digest: String,
    /// The digest of the state that they lead to.
    pub state_digest: String,
}

/// What an export folds to.
#[derive(Debug, Clone, PartialEq)]
pub struct Folded {
    /// The state.
    pub session: Session,
    /// What was found here.
    pub found: Exported,
    /// What the program that wrote the file found.
    pub told: Exported,
    /// That program.
    pub program: String,
    /// Whether its states have the same form as this program's, so that their digests can be compared.
    pub comparable: bool,
}

impl Folded {
    /// Whether the file is whole and leads here to what it led to there, as far as that can be compared.
    pub fn agrees(&self) -> bool {
        let (found, told) = (&self.found, &self.told);
        (found.rows, &found.rows_digest) == (told.rows, &told.rows_digest)
            && (!self.comparable || found.state_digest == told.state_digest)
    }
}

impl Database {
    /// Writes a session's journal as JSON lines. `mask` hides what is secret in the setup; the rows are as they are
    /// stored, in whatever version.
    ///
    /// # Errors
    /// When the journal cannot be folded, or `out` not written.
    pub fn export(
        &self,
        id: SessionId,
        mask: &dyn Fn(&Value) -> Value,
        out: &mut dyn Write,
    ) -> Result<Exported, ExportError> {
        // One view for both looks at the rows.
        let view = self.db.unchecked_transaction().map_err(JournalError::from)?;
        let (_, exported, checkpoint) = self.digests(id)?;
        let setup = mask(&self.setup_value(id)?).to_string();
        let header = Header {
            format: FORMAT.to_owned(),
            version: VERSION,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            session: id,
            rows: exported.rows,
            rows_digest: exported.rows_digest.clone(),
            state_version: upcast::STATE_VERSION,
            state_digest: exported.state_digest.clone(),
            checkpoint: checkpoint.as_ref().map(start).transpose()?,
            setup: raw(&setup)?,
        };
        write_line(out, &header)?;
        let mut failure = None;
        each(&view, id, 0, &mut |row| {
            let line =
                Line { seq: row.seq, at: row.at, kind: row.kind, version: row.version, body: raw(row.body)? };
            Ok(match write_line(out, &line) {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => {
                    failure = Some(error);
                    ControlFlow::Break(())
                }
            })
        })?;
        match failure {
            Some(error) => Err(error.into()),
            None => Ok(exported),
        }
    }

    /// The state of a session, with what an export of it would say, and the checkpoint that it begins with.
    ///
    /// # Errors
    /// When there is no such session, or its journal does not fit this program.
    pub fn digests(&self, id: SessionId) -> Result<(Session, Exported, Option<Checkpoint>), JournalError> {
        let (fold, checkpoint) = self.fold_with_digest(id)?;
        let (session, rows_digest) = fold.end();
        let exported = Exported {
            rows: session.seq - checkpoint.as_ref().map_or(0, |start| start.seq),
            rows_digest,
            state_digest: state_digest(&session)?,
        };
        Ok((session, exported, checkpoint))
    }

    fn setup_value(&self, id: SessionId) -> Result<Value, JournalError> {
        let text: Option<String> = self
            .db
            .query_row(
                "SELECT setup FROM orchestration_sessions WHERE id = ?1",
                [i64::try_from(id.0)?],
                |row| row.get(0),
            )
            .optional()?;
        let text = text.ok_or(JournalError::NoSession(id))?;
        serde_json::from_str(&text).map_err(row_error("setup"))
    }
}

fn start(checkpoint: &Checkpoint) -> Result<Start<'_>, JournalError> {
    Ok(Start {
        seq: checkpoint.seq,
        at: time_text(checkpoint.at),
        made_at: time_text(checkpoint.made_at),
        digest: checkpoint.digest.clone(),
        version: checkpoint.version,
        state: raw(&checkpoint.state)?,
    })
}

fn raw(text: &str) -> Result<&RawValue, JournalError> {
    serde_json::from_str(text).map_err(row_error("exported JSON"))
}

fn write_line(out: &mut dyn Write, line: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    out.write_all(b"\n")
}

/// Folds an export, line by line.
///
/// # Errors
/// When it is no export, or a newer program's, or does not fit this program.
pub fn fold_export(input: impl BufRead) -> Result<Folded, ExportError> {
    fold_export_with(input, &mut |_| {})
}

/// The same, and hands over each row.
///
/// # Errors
/// As [`fold_export`].
pub fn fold_export_with(
    mut input: impl BufRead,
    see: &mut dyn FnMut(Recorded),
) -> Result<Folded, ExportError> {
    let mut text = String::new();
    input.read_line(&mut text)?;
    let header: Header<'_> = read_header(&text)?;
    let id = header.session;
    let form = |what: &str| {
        let what = what.to_owned();
        move |source: UpcastError| JournalError::Form { session: id, what, source }
    };
    let checkpoint = header.checkpoint.as_ref().map(checkpoint).transpose()?;
    let mut fold = Fold::begin(id, checkpoint.as_ref(), || {
        let setup = upcast::setup(header.setup.get()).map_err(form("the setup"))?;
        Ok(Session::new(id, setup.rules, setup.base))
    })?;
    let mut rows = 0;
    let mut buffer = String::new();
    for number in 2.. {
        buffer.clear();
        if input.read_line(&mut buffer)? == 0 {
            break;
        }
        let line: Line<'_> =
            serde_json::from_str(&buffer).map_err(|source| ExportError::Line { number, source })?;
        let Line { seq, at, kind, version, body } = line;
        see(fold.row_with_digest(&Stored { seq, at, kind, version, body: body.get() })?);
        rows += 1;
    }
    let (session, rows_digest) = fold.end();
    let found = Exported { rows, rows_digest, state_digest: state_digest(&session)? };
    Ok(Folded {
        session,
        found,
        told: Exported {
            rows: header.rows,
            rows_digest: header.rows_digest,
            state_digest: header.state_digest,
        },
        program: header.program,
        comparable: header.state_version == upcast::STATE_VERSION,
    })
}

fn read_header(text: &str) -> Result<Header<'_>, ExportError> {
    /// As much of it as every version has.
    #[derive(Deserialize)]
    struct Any {
        format: String,
        version: u32,
    }
    let Ok(Any { format, version }) = serde_json::from_str(text) else {
        return Err(ExportError::NotAnExport);
    };
    if format != FORMAT {
        return Err(ExportError::NotAnExport);
    }
    if version > VERSION {
        return Err(ExportError::Newer { found: version, known: VERSION });
    }
    serde_json::from_str(text).map_err(|source| ExportError::Line { number: 1, source })
}

fn checkpoint(start: &Start<'_>) -> Result<Checkpoint, JournalError> {
    Ok(Checkpoint {
        seq: start.seq,
        at: parse_time(&start.at)?,
        made_at: parse_time(&start.made_at)?,
        digest: start.digest.clone(),
        version: start.version,
        state: start.state.get().to_owned(),
    })
}
