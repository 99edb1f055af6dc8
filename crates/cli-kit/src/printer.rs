//! The two streams of a program: data on standard output, everything else on standard error.

use std::borrow::Cow;
use std::fmt::Display;
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::process::ExitCode;

use serde::Serialize;

use crate::env::Env;
use crate::error::CliError;
use crate::exit::Exit;
use crate::flags::GlobalFlags;
use crate::text::{escape, escape_block};

/// What a piece of text is, for the eye; a colour only where the stream takes colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Headings, ids.
    Bold,
    /// What matters less.
    Dim,
    /// Good: done, passed.
    Green,
    /// Bad: failed, critical.
    Red,
    /// Wants attention: blocked, high.
    Yellow,
    /// Going on: in progress, names.
    Cyan,
}

impl Style {
    const fn sequence(self) -> &'static str {
        match self {
            Self::Bold => "\x1b[1m",
            Self::Dim => "\x1b[2m",
            Self::Green => "\x1b[32m",
            Self::Red => "\x1b[31m",
            Self::Yellow => "\x1b[33m",
            Self::Cyan => "\x1b[36m",
        }
    }
}

/// What the streams can do. Found once, by [`Terminal::of_process`], or given by a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Terminal {
    /// Columns to fit tables to; `None` for a pipe or a file, where nothing is cut.
    pub columns: Option<usize>,
    /// Whether standard output takes colours.
    pub out_colors: bool,
    /// Whether standard error takes colours.
    pub err_colors: bool,
}

impl Terminal {
    /// Looks at the streams of this process.
    #[must_use]
    pub fn of_process(env: &Env, no_color: bool) -> Self {
        let (out, err) = (io::stdout(), io::stderr());
        let own = out.is_terminal().then(|| terminal_columns(&out).unwrap_or(80));
        Self::decide(env, no_color, own, err.is_terminal())
    }

    /// Colours: only on a terminal, and only without `--no-color`, `NO_COLOR` and `TERM=dumb`. Width: `COLUMNS` if
    /// set, else the terminal's own; unlimited when standard output is no terminal.
    fn decide(env: &Env, no_color: bool, out_terminal: Option<usize>, err_is_terminal: bool) -> Self {
        let dumb = env.get("TERM") == Some("dumb");
        let wanted = !no_color && env.get("NO_COLOR").is_none() && !dumb;
        let set = env.get("COLUMNS").and_then(|columns| columns.parse().ok()).filter(|&columns| columns > 0);
        Self {
            columns: set.or(out_terminal),
            out_colors: wanted && out_terminal.is_some(),
            err_colors: wanted && err_is_terminal,
        }
    }
}

#[cfg(unix)]
fn terminal_columns(stream: &io::Stdout) -> Option<usize> {
    let columns = rustix::termios::tcgetwinsize(stream).ok()?.ws_col;
    (columns > 0).then_some(usize::from(columns))
}

#[cfg(not(unix))]
fn terminal_columns(_: &io::Stdout) -> Option<usize> {
    None
}

/// How much is said, and in which form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mode {
    /// Standard output is exactly one JSON document, or one per line for streams.
    pub json: bool,
    /// Notes on standard error are left out, and text on standard output is at its shortest.
    pub quiet: bool,
}

/// Where a command says what it has to say. Passed to every command; nothing else writes to the streams.
///
/// Writing never fails for the caller. When the reader of a pipe has gone (`… | head -1`), the rest is dropped and
/// the program ends as if all had been read; any other failure to write (a full disk) is reported by
/// [`Printer::finish`].
pub struct Printer {
    out: BufWriter<Box<dyn Write>>,
    err: Box<dyn Write>,
    mode: Mode,
    terminal: Terminal,
    failure: Option<io::Error>,
    document_written: bool,
}

impl Printer {
    /// The printer of this process.
    #[must_use]
    pub fn of_process(flags: &GlobalFlags, env: &Env) -> Self {
        let mode = Mode { json: flags.json, quiet: flags.quiet };
        let terminal = Terminal::of_process(env, flags.no_color);
        Self::new(Box::new(io::stdout()), Box::new(io::stderr()), mode, terminal)
    }

    /// A printer on any two streams.
    #[must_use]
    pub fn new(out: Box<dyn Write>, err: Box<dyn Write>, mode: Mode, terminal: Terminal) -> Self {
        Self {
            out: BufWriter::with_capacity(64 * 1024, out),
            err,
            mode,
            terminal,
            failure: None,
            document_written: false,
        }
    }

    /// Whether standard output is to be JSON.
    #[must_use]
    pub fn is_json(&self) -> bool {
        self.mode.json
    }

    /// Whether as little as possible is to be said.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.mode.quiet
    }

    /// Columns to fit standard output to; `None` when nothing is to be cut.
    #[must_use]
    pub fn columns(&self) -> Option<usize> {
        self.terminal.columns
    }

    /// Whether standard output can no longer be written; a stream that has no other end may stop then.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.failure.is_some()
    }

    /// The text in a style, for standard output. The text is not escaped here.
    #[must_use]
    pub fn paint<'a>(&self, style: Style, text: &'a str) -> Cow<'a, str> {
        paint(self.terminal.out_colors, style, text)
    }

    /// A line of data for people. The caller has escaped foreign text. With `--json` it goes to standard error, so
    /// that standard output stays one document whatever a command does.
    pub fn line(&mut self, line: impl Display) {
        if self.mode.json {
            self.complain(&format!("{line}\n"));
        } else {
            self.write(|out| writeln!(out, "{line}"));
        }
    }

    /// Text of several lines, or without an end of line, written as it is: a rendered table, an exported file.
    pub fn raw(&mut self, text: &str) {
        self.write(|out| out.write_all(text.as_bytes()));
    }

    /// The one JSON document of this command.
    pub fn json<T: Serialize + ?Sized>(&mut self, document: &T) {
        self.document_written = true;
        self.json_line(document);
    }

    /// The one JSON document of this command as an array, written element by element, so that a long list is never
    /// held in memory. An error before the first element can still become the document.
    pub fn json_array(&mut self) -> JsonArray<'_> {
        JsonArray { printer: self, separator: "[" }
    }

    /// One document of a stream, on a line of its own.
    pub fn json_line<T: Serialize + ?Sized>(&mut self, document: &T) {
        self.document_written = true;
        self.write(|out| {
            serde_json::to_writer(&mut *out, document)?;
            out.write_all(b"\n")
        });
    }

    /// Data that writes itself, such as an export. With `--json` it is the one document.
    pub fn data(&mut self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
        self.document_written = true;
        self.write(|out| write(out));
    }

    /// Hands on what is buffered: for streams and before a question is asked.
    pub fn flush(&mut self) {
        self.write(|out| out.flush());
    }

    /// A remark on standard error; left out with `--quiet`. The caller has escaped foreign text.
    pub fn note(&mut self, text: impl Display) {
        if !self.mode.quiet {
            self.complain(&format!("{text}\n"));
        }
    }

    /// A warning on standard error, also with `--quiet`. Escaped here.
    pub fn warn(&mut self, text: impl Display) {
        let label = paint(self.terminal.err_colors, Style::Yellow, "warning:").into_owned();
        self.complain(&format!("{label} {}\n", escape_block(&text.to_string())));
    }

    /// Reports how the command ended and gives the process's exit code. The last call of a program.
    ///
    /// An error goes to standard error for people and to standard output as the error document with `--json`
    /// (to standard error if a document was begun there already).
    pub fn finish(mut self, result: Result<Exit, CliError>) -> ExitCode {
        let mut exit = match result {
            Ok(exit) => exit,
            Err(error) => self.report(&error),
        };
        self.flush();
        if let Some(failure) =
            self.failure.take().filter(|failure| failure.kind() != io::ErrorKind::BrokenPipe)
        {
            let error =
                CliError::new(Exit::Internal, "OUTPUT", format!("failed to write the output: {failure}"));
            self.complain(&human(&error, false));
            exit = Exit::Internal;
        }
        exit.into()
    }

    fn report(&mut self, error: &CliError) -> Exit {
        if self.mode.json && !self.document_written {
            self.json(&error.to_json());
        } else {
            self.flush();
            let text = human(error, self.terminal.err_colors);
            self.complain(&text);
        }
        error.exit
    }

    fn write(&mut self, write: impl FnOnce(&mut BufWriter<Box<dyn Write>>) -> io::Result<()>) {
        if self.failure.is_none() {
            self.failure = write(&mut self.out).err();
        }
    }

    fn complain(&mut self, text: &str) {
        // Both streams are often the same terminal, and what was said first is to stand first there.
        self.flush();
        // When standard error is gone there is nowhere left to say so.
        let _ = self.err.write_all(text.as_bytes());
    }
}

/// A JSON array that is being written. It must be ended.
#[must_use = "an array that is not ended is no JSON"]
pub struct JsonArray<'p> {
    printer: &'p mut Printer,
    separator: &'static str,
}

impl JsonArray<'_> {
    /// Writes the next element. `false` when nobody reads any more, so that the caller may stop.
    pub fn push<T: Serialize + ?Sized>(&mut self, element: &T) -> bool {
        let separator = std::mem::replace(&mut self.separator, ",\n");
        self.printer.document_written = true;
        self.printer.write(|out| {
            out.write_all(separator.as_bytes())?;
            Ok(serde_json::to_writer(&mut *out, element)?)
        });
        !self.printer.is_closed()
    }

    /// Ends the array.
    pub fn end(self) {
        self.printer.document_written = true;
        let end = if self.separator == "[" { "[]\n" } else { "]\n" };
        self.printer.write(|out| out.write_all(end.as_bytes()));
    }
}

impl Drop for Printer {
    /// A buffer whose stream has failed is emptied, so that dropping it does not try to write again.
    fn drop(&mut self) {
        if self.failure.is_some() {
            let unwritable = BufWriter::new(Box::new(io::sink()) as Box<dyn Write>);
            let _ = std::mem::replace(&mut self.out, unwritable).into_parts();
        }
    }
}

/// An error as people read it.
fn human(error: &CliError, colors: bool) -> String {
    let label = paint(colors, Style::Red, "error:");
    let mut lines = vec![format!("{label} {}", escape_block(&error.message))];
    if !error.suggestions.is_empty() {
        let names: Vec<Cow<'_, str>> = error.suggestions.iter().map(|name| escape(name)).collect();
        lines.push(format!("  did you mean {}?", names.join(", ")));
    }
    if let Some(hint) = &error.hint {
        lines.push(format!("  {} {}", paint(colors, Style::Dim, "hint:"), escape_block(hint)));
    }
    lines.join("\n") + "\n"
}

fn paint(colors: bool, style: Style, text: &str) -> Cow<'_, str> {
    if colors { Cow::Owned(format!("{}{text}\x1b[0m", style.sequence())) } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests;
