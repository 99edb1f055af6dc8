//! The page without a terminal and a database: keys go in, screens come out.

use conductor_engine::control::Ruling;
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::command::{TABLE, command};
use super::drive::said;
use super::gather::diff;
use super::state::{Line, Look, Mode, State, Tab, Texts};
use super::update::{Effect, paste, update};
use super::view::view;
use crate::terminal::key::Key;
use crate::terminal::theme::Theme;

const PATCH: &str = "\
diff --git a/src/notes.rs b/src/notes.rs
index 1111111..2222222 100644
--- a/src/notes.rs
+++ b/src/notes.rs
@@ -1,3 +1,4 @@
 fn notes() {
-    old();
+    new();
+    more();
 }
diff --git a/tests/a file.rs b/tests/a file.rs
new file mode 100644
--- /dev/null
+++ b/tests/a file.rs
@@ -0,0 +1,2 @@
+diff --git a/x b/x
+ESC[2JtabTABhere
";

fn texts() -> Texts {
    let patch = PATCH.replace("ESC", "\u{1b}").replace("TAB", "\t");
    let (diff, files) = diff(Some(&patch), false);
    let long = "It changes security files (src/auth.rs); meets rule `big`: is it one task, or are these really two of them?";
    Texts {
        title: "TASK-001  Store notes".to_owned(),
        place: "run 1.1, waits for you (3)".to_owned(),
        reasons: vec![Line::new(Look::Doubtful, long), Line::new(Look::Dim, "Attempts")],
        diff,
        files,
        evidence: vec![Line::new(Look::Good, "test  ok  (exit 0, 3s, 12 tests, 0 failed)")],
        transcript: (1..=50).map(|n| Line::new(Look::Plain, format!("said {n}"))).collect(),
        waits: true,
        saved: true,
    }
}

fn page(size: (u16, u16)) -> State {
    State::new(texts(), size)
}

fn typed(state: &mut State, text: &str) -> Option<Effect> {
    text.chars().filter_map(|c| update(state, Key::Char(c))).last()
}

fn drawn(state: &State) -> String {
    let mut terminal = Terminal::new(TestBackend::new(state.size.0, state.size.1)).unwrap();
    terminal.draw(|frame| view(state, Theme { colors: false }, frame)).unwrap();
    let buffer = terminal.backend().buffer();
    let width = usize::from(state.size.0);
    let rows = buffer.content().chunks(width);
    rows.map(|row| row.iter().map(ratatui::buffer::Cell::symbol).collect::<String>().trim_end().to_owned())
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn it_says_why_the_work_waits_and_what_can_be_done() {
    insta::assert_snapshot!(drawn(&page((80, 12))));
}

#[test]
fn the_diff_stands_beside_its_files() {
    let mut state = page((80, 14));
    update(&mut state, Key::Char('2'));
    insta::assert_snapshot!("diff", drawn(&state));
    // Lower than the diff is long, so that there is somewhere to go.
    state.resize((80, 8));
    update(&mut state, Key::Char(']'));
    update(&mut state, Key::Char(']'));
    insta::assert_snapshot!("second-file", drawn(&state));
    assert_eq!(state.file(), Some(1));
    update(&mut state, Key::Char('['));
    assert_eq!((state.file(), state.top()), (Some(0), 0));
    state.resize((50, 8));
    assert!(!drawn(&state).contains("+2 -1"), "no room for the list");
}

#[test]
fn files_and_counts_come_from_headers_and_never_from_content() {
    let (lines, files) = diff(Some(&PATCH.replace("ESC", "\u{1b}")), true);
    let told: Vec<_> = files.iter().map(|f| (f.path.as_str(), f.added, f.removed, f.line)).collect();
    assert_eq!(told, [("src/notes.rs", 2, 1, 0), ("tests/a file.rs", 2, 0, 7)]);
    assert!(lines.iter().all(|line| !line.text.chars().any(char::is_control)), "{lines:?}");
    assert_eq!(diff(None, false), (Vec::new(), Vec::new()));
}

#[test]
fn work_is_decided_about_and_never_by_one_key() {
    let mut state = page((80, 24));
    assert_eq!(update(&mut state, Key::Char('a')), None);
    assert_eq!(update(&mut state, Key::Char('n')), None);
    assert_eq!(state.mode, Mode::Browse, "any other key goes back");
    update(&mut state, Key::Char('a'));
    assert_eq!(update(&mut state, Key::Char('y')), Some(Effect::Rule(Ruling::Accept)));

    let mut state = page((80, 24));
    update(&mut state, Key::Char('r'));
    assert_eq!(update(&mut state, Key::Enter), None, "no words are none");
    typed(&mut state, "keep it");
    paste(&mut state, " small\nplease");
    let words = "keep it small please".to_owned();
    assert_eq!(update(&mut state, Key::Enter), Some(Effect::Rule(Ruling::Retry { words })));

    let mut state = page((80, 24));
    update(&mut state, Key::Char('x'));
    assert_eq!(update(&mut state, Key::Enter), None, "a reason is needed");
    typed(&mut state, "not this");
    let ruling = Ruling::Reject { why: "not this".to_owned() };
    assert_eq!(update(&mut state, Key::Enter), Some(Effect::Rule(ruling)));

    let mut state = page((80, 24));
    update(&mut state, Key::Char('s'));
    let ruling = Ruling::Reject { why: "to be split into smaller tasks".to_owned() };
    assert_eq!(update(&mut state, Key::Enter), Some(Effect::Rule(ruling)));
    assert_eq!(update(&mut state, Key::Char('b')), Some(Effect::Branch));
    assert_eq!(update(&mut state, Key::Char('e')), Some(Effect::Write));
}

#[test]
fn what_waits_for_nobody_is_only_looked_at() {
    let mut state = State::new(Texts { waits: false, saved: false, ..texts() }, (80, 24));
    for key in ['a', 'r', 'e', 'x', 's', 'b'] {
        assert_eq!(update(&mut state, Key::Char(key)), None, "{key}");
        assert_eq!(state.mode, Mode::Browse, "{key}");
        assert!(state.message.as_ref().is_some_and(|(bad, _)| *bad), "{key}");
    }
}

#[test]
fn a_part_is_searched_and_scrolled() {
    let mut state = page((80, 13));
    update(&mut state, Key::Char('4'));
    assert_eq!((state.tab, state.rows()), (Tab::Transcript, 10));
    update(&mut state, Key::Char('G'));
    assert_eq!(state.top(), 40);
    update(&mut state, Key::PageUp);
    assert_eq!(state.top(), 30);
    update(&mut state, Key::Char('g'));
    update(&mut state, Key::Char('/'));
    typed(&mut state, "SAID 2");
    update(&mut state, Key::Enter);
    assert_eq!(state.top(), 1);
    update(&mut state, Key::Char('n'));
    assert_eq!(state.top(), 19);
    update(&mut state, Key::Char('N'));
    assert_eq!(state.top(), 1);
    update(&mut state, Key::Char('/'));
    typed(&mut state, "nowhere");
    update(&mut state, Key::Enter);
    assert_eq!(state.message, Some((true, "nothing more with \"nowhere\"".to_owned())));
}

#[test]
fn words_of_the_editor_are_what_is_no_remark() {
    assert_eq!(said("\n# Say above\n# +x\n"), "");
    assert_eq!(said("Keep it.\n\nAnd test it.\n# Say above\n"), "Keep it.\n\nAnd test it.");
}

#[test]
fn no_key_means_two_things_and_the_help_has_them_all() {
    for (at, row) in TABLE.iter().enumerate() {
        for key in row.keys {
            assert_eq!(command(*key), Some(row.command), "{:?}", row.command);
            assert!(!TABLE.iter().skip(at + 1).any(|other| other.keys.contains(key)), "{key:?}");
        }
    }
    let mut state = page((80, 24));
    update(&mut state, Key::Char('?'));
    insta::assert_snapshot!("help", drawn(&state));
}

fn keys() -> impl Strategy<Value = Key> {
    prop_oneof![
        any::<char>().prop_map(Key::Char),
        prop::sample::select(TABLE.iter().flat_map(|row| row.keys.iter().copied()).collect::<Vec<_>>()),
        prop::sample::select(vec![Key::Enter, Key::Esc, Key::Backspace, Key::Delete]),
    ]
}

proptest! {
    #[test]
    fn any_keys_in_any_terminal_are_survived(
        keys in prop::collection::vec(keys(), 0..40),
        size in (0_u16..120, 0_u16..40),
        other in (0_u16..120, 0_u16..40),
        patch in any::<String>(),
    ) {
        let (diff, files) = diff(Some(&patch), false);
        let mut state = State::new(Texts { diff, files, ..texts() }, size);
        for (at, key) in keys.into_iter().enumerate() {
            update(&mut state, key);
            if at == 10 {
                state.resize(other);
            }
            if state.size.0 > 0 && state.size.1 > 0 {
                drawn(&state);
            }
        }
    }
}
