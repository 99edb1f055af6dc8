//! What the printer puts where.

use std::cell::RefCell;
use std::rc::Rc;

use super::*;

/// A stream that a test can read afterwards, or that fails with an error from the start.
#[derive(Clone, Default)]
struct Stream {
    written: Rc<RefCell<Vec<u8>>>,
    fails: Option<io::ErrorKind>,
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.fails {
            Some(kind) => Err(kind.into()),
            None => self.written.borrow_mut().write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Stream {
    fn text(&self) -> String {
        String::from_utf8(self.written.borrow().clone()).unwrap()
    }
}

fn printer(mode: Mode, terminal: Terminal, fails: Option<io::ErrorKind>) -> (Printer, Stream, Stream) {
    let (out, err) = (Stream { fails, ..Stream::default() }, Stream::default());
    (Printer::new(Box::new(out.clone()), Box::new(err.clone()), mode, terminal), out, err)
}

const JSON: Mode = Mode { json: true, quiet: false };
const COLORS: Terminal = Terminal { columns: Some(80), out_colors: true, err_colors: true };

fn error() -> CliError {
    CliError::new(Exit::NotFound, "TASK_NOT_FOUND", "no task \u{1b}[31m")
        .hint("see list")
        .suggestions(["TASK-1"])
}

#[test]
fn data_and_remarks_go_to_different_streams() {
    let (mut printer, out, err) = printer(Mode::default(), Terminal::default(), None);
    printer.line("data");
    printer.note("remark");
    printer.warn("careful");
    assert_eq!(printer.finish(Ok(Exit::Ok)), ExitCode::SUCCESS);
    assert_eq!((out.text().as_str(), err.text().as_str()), ("data\n", "remark\nwarning: careful\n"));
}

#[test]
fn quiet_leaves_out_remarks_but_not_warnings_and_data() {
    let (mut printer, out, err) = printer(Mode { json: false, quiet: true }, Terminal::default(), None);
    printer.line("data");
    printer.note("remark");
    printer.warn("careful");
    printer.finish(Ok(Exit::Ok));
    assert_eq!((out.text().as_str(), err.text().as_str()), ("data\n", "warning: careful\n"));
}

#[test]
fn an_error_for_people_is_escaped_and_says_what_to_do() {
    let (printer, out, err) = printer(Mode::default(), Terminal::default(), None);
    assert_eq!(printer.finish(Err(error())), ExitCode::from(3));
    assert_eq!(out.text(), "");
    insta::assert_snapshot!(err.text(), @r"
    error: no task \u{1b}[31m
      did you mean TASK-1?
      hint: see list
    ");
}

#[test]
fn with_json_an_error_is_the_one_document() {
    let (mut printer, out, err) = printer(JSON, COLORS, None);
    printer.line("stray text of a command");
    assert_eq!(printer.finish(Err(error())), ExitCode::from(3));
    let document: serde_json::Value = serde_json::from_str(&out.text()).unwrap();
    assert_eq!(document, error().to_json());
    assert_eq!(err.text(), "stray text of a command\n");
}

#[test]
fn an_error_after_a_document_does_not_add_a_second_one() {
    let (mut printer, out, err) = printer(JSON, Terminal::default(), None);
    printer.json(&[1, 2]);
    printer.finish(Err(error()));
    assert_eq!(out.text(), "[1,2]\n");
    assert!(err.text().starts_with("error: no task"));
}

#[test]
fn an_array_is_one_document_however_long() {
    for elements in [vec![], vec![1], vec![1, 2, 3]] {
        let (mut printer, out, _) = printer(JSON, Terminal::default(), None);
        let mut array = printer.json_array();
        for element in &elements {
            assert!(array.push(element));
        }
        array.end();
        printer.finish(Ok(Exit::Ok));
        assert_eq!(serde_json::from_str::<Vec<i32>>(&out.text()).unwrap(), elements);
    }
}

#[test]
fn an_error_before_the_first_element_becomes_the_document() {
    let (mut printer, out, _) = printer(JSON, Terminal::default(), None);
    let _ = printer.json_array();
    printer.finish(Err(error()));
    assert_eq!(serde_json::from_str::<serde_json::Value>(&out.text()).unwrap(), error().to_json());
}

#[test]
fn colours_only_where_the_stream_takes_them() {
    let (plain, ..) = printer(Mode::default(), Terminal::default(), None);
    let (coloured, ..) = printer(Mode::default(), COLORS, None);
    assert_eq!(plain.paint(Style::Green, "ok"), "ok");
    assert_eq!(coloured.paint(Style::Green, "ok"), "\u{1b}[32mok\u{1b}[0m");
}

#[test]
fn a_terminal_decides_on_colours_and_width() {
    let decide = |variables: &[(&str, &str)], no_color, out, err| {
        let terminal = Terminal::decide(&Env::from_iter(variables.iter().copied()), no_color, out, err);
        (terminal.columns, terminal.out_colors, terminal.err_colors)
    };
    let xterm = ("TERM", "xterm");
    assert_eq!(decide(&[xterm], false, Some(40), true), (Some(40), true, true));
    assert_eq!(decide(&[xterm], false, None, true), (None, false, true));
    assert_eq!(decide(&[xterm], false, Some(40), false), (Some(40), true, false));
    assert_eq!(decide(&[xterm], true, Some(40), true), (Some(40), false, false));
    assert_eq!(decide(&[xterm, ("NO_COLOR", "1")], false, Some(40), true), (Some(40), false, false));
    assert_eq!(decide(&[xterm, ("NO_COLOR", "")], false, Some(40), true), (Some(40), true, true));
    assert_eq!(decide(&[("TERM", "dumb")], false, Some(40), true), (Some(40), false, false));
    assert_eq!(decide(&[xterm, ("COLUMNS", "60")], false, None, false), (Some(60), false, false));
    assert_eq!(decide(&[xterm, ("COLUMNS", "wide")], false, Some(40), false), (Some(40), true, false));
}

#[test]
fn a_reader_that_has_gone_is_no_failure() {
    let (mut printer, _, err) =
        printer(Mode::default(), Terminal::default(), Some(io::ErrorKind::BrokenPipe));
    printer.line("x");
    printer.flush();
    assert!(printer.is_closed());
    printer.line("y");
    assert_eq!(printer.finish(Ok(Exit::Ok)), ExitCode::SUCCESS);
    assert_eq!(err.text(), "");
}

#[test]
fn a_full_disk_is_a_failure() {
    let (mut printer, _, err) =
        printer(Mode::default(), Terminal::default(), Some(io::ErrorKind::StorageFull));
    printer.line("x");
    assert_eq!(printer.finish(Ok(Exit::Ok)), ExitCode::from(70));
    assert!(err.text().starts_with("error: failed to write the output"));
}

#[test]
fn on_one_terminal_what_was_said_first_stands_first() {
    let both = Stream::default();
    let streams = (Box::new(both.clone()), Box::new(both.clone()));
    let mut printer = Printer::new(streams.0, streams.1, Mode::default(), Terminal::default());
    printer.note("before");
    printer.line("data");
    printer.note("next");
    assert_eq!(both.text(), "before\ndata\nnext\n");
}
