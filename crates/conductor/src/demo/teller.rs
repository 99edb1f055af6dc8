//! Tells the demonstration: words, the command that a user would type, and what it says, as it says it.

use std::path::PathBuf;

use cli_kit::printer::{Printer, Style};
use cli_kit::text::{escape, escape_block, width};
use conductor_host::process::{Cmd, Exit};

use super::error::DemoError;
use super::place::Place;
use super::story::{Chapter, Step};

/// How far the output of commands is moved to the right, in columns.
const INDENT: usize = 4;

/// The widest line of prose, in columns.
const PROSE: usize = 80;

/// Tells a demonstration.
pub(super) struct Teller<'a> {
    pub(super) printer: &'a mut Printer,
    pub(super) place: &'a Place,
    /// This very program: what `conductor` means.
    pub(super) program: PathBuf,
}

impl Teller<'_> {
    /// Tells a chapter and runs its commands.
    pub(super) fn chapter(&mut self, number: usize, chapter: &Chapter) -> Result<(), DemoError> {
        self.heading(number, chapter.title);
        self.prose(chapter.words);
        chapter.steps.iter().try_for_each(|step| self.run(step))
    }

    /// Begins a chapter.
    pub(super) fn heading(&mut self, number: usize, title: &str) {
        let title = self.printer.paint(Style::Bold, &format!("{number}. {title}")).into_owned();
        self.line("");
        self.line(&title);
    }

    /// Says something in words.
    pub(super) fn prose(&mut self, words: &str) {
        for line in wrap(words, self.printer.columns().unwrap_or(PROSE).min(PROSE), 0, 0) {
            self.line(&line);
        }
    }

    /// Names a folder or a file, on a line of its own so that it can be copied.
    pub(super) fn place_name(&mut self, path: &str) {
        self.line(&format!("  {}", escape(path)));
    }

    /// Names a command without running it.
    pub(super) fn suggest(&mut self, line: &str) {
        let typed = self.printer.paint(Style::Cyan, line).into_owned();
        self.line(&format!("  $ {typed}"));
    }

    /// Runs a command and shows what it says while it runs.
    fn run(&mut self, step: &Step) -> Result<(), DemoError> {
        self.suggest(step.line);
        let cmd = self.cmd(step.line);
        let mut lines = Lines::default();
        let exit = cmd.watch(&mut |piece| lines.take(piece, &mut |line| self.output(line)))?;
        lines.end(&mut |line| self.output(line));
        let expected = step.exit.code();
        if exit == Exit::Code(expected.into()) {
            return Ok(());
        }
        Err(DemoError::Unexpected { command: step.line.to_owned(), exit, expected })
    }

    fn cmd(&self, line: &str) -> Cmd {
        let mut words = line.split(' ');
        let first = words.next().unwrap_or_default();
        let repository = self.place.repository();
        let program = match first.strip_prefix("./") {
            Some(own) => repository.join(own),
            None if first == "conductor" => self.program.clone(),
            None => PathBuf::from(first),
        };
        let cmd = Cmd::new(program, repository).args(words).envs(self.place.env().clone());
        // Tables are fitted to what is left of the terminal beside the indentation.
        match self.printer.columns() {
            Some(columns) => cmd.env("COLUMNS", columns.saturating_sub(INDENT).max(1).to_string()),
            None => cmd,
        }
    }

    fn output(&mut self, line: &str) {
        let columns = self.printer.columns().map_or(usize::MAX, |columns| columns.saturating_sub(INDENT));
        for line in fit(&escape_block(line), columns) {
            self.line(format!("{:INDENT$}{line}", "").trim_end());
        }
        self.printer.flush();
    }

    fn line(&mut self, line: &str) {
        if !self.printer.is_quiet() {
            self.printer.line(line);
        }
    }
}

/// Cuts what comes in pieces into lines.
#[derive(Default)]
struct Lines {
    begun: Vec<u8>,
}

impl Lines {
    fn take(&mut self, piece: &[u8], tell: &mut dyn FnMut(&str)) {
        self.begun.extend_from_slice(piece);
        while let Some(end) = self.begun.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.begun.drain(..=end).collect();
            tell(&String::from_utf8_lossy(&line[..end]));
        }
    }

    /// The last line, when it has no end.
    fn end(self, tell: &mut dyn FnMut(&str)) {
        if !self.begun.is_empty() {
            tell(&String::from_utf8_lossy(&self.begun));
        }
    }
}

/// The line as it is when it has room, else in several lines, of which the later ones are moved to the right.
fn fit(line: &str, columns: usize) -> Vec<String> {
    if width(line) <= columns {
        return vec![line.to_owned()];
    }
    // What begins far to the right is moved to the left, or there would be no room for its words.
    let first = (line.len() - line.trim_start().len()).min(columns / 2);
    wrap(line, columns, first, (first + 2).min(columns / 2))
}

/// The words in lines of at most `columns` columns, of which the first begins after `first` blanks and the others
/// after `later`. A word that is longer has a line of its own.
fn wrap(words: &str, columns: usize, first: usize, later: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words.split_whitespace() {
        match lines.last_mut() {
            Some(line) if width(line) + 1 + width(word) <= columns => {
                line.push(' ');
                line.push_str(word);
            }
            Some(_) => lines.push(format!("{:later$}{word}", "")),
            None => lines.push(format!("{:first$}{word}", "")),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_whole_whatever_the_pieces() {
        let mut seen = Vec::new();
        let mut lines = Lines::default();
        for piece in ["a", "b\n\ncd", "", "\ne\u{e9}"] {
            // One byte at a time also cuts a letter in two.
            for byte in piece.as_bytes() {
                lines.take(&[*byte], &mut |line| seen.push(line.to_owned()));
            }
        }
        lines.end(&mut |line| seen.push(line.to_owned()));
        assert_eq!(seen, ["ab", "", "cd", "eé"]);
    }

    #[test]
    fn output_that_has_no_room_goes_on_in_the_next_line() {
        assert_eq!(fit("  a  b", 6), ["  a  b"]);
        assert_eq!(fit("", 6), [""]);
        assert_eq!(fit("  - one two three", 12), ["  - one two", "    three"]);
        assert_eq!(fit("          deep down", 12), ["      deep", "      down"]);
        assert_eq!(fit("unbreakable", 4), ["unbreakable"]);
    }

    #[test]
    fn prose_fits() {
        assert_eq!(wrap("a bc  def\nlongest g", 5, 0, 0), ["a bc", "def", "longest", "g"]);
        assert_eq!(wrap("", 5, 0, 0), Vec::<String>::new());
    }
}
