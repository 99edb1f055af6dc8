//! The review without a terminal and a database: keys go in, screens come out.

use std::collections::BTreeMap;

use conductor_plan::edit::{Change, Edit, History, apply};
use conductor_plan::{Document, ItemKey, OutlineOptions, Plan, Verdict, lint, outline};
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::command::{Command, TABLE};
use super::key::Key;
use super::state::{Asked, Asks, Mode, State};
use super::texts::Texts;
use super::update::{Effect, paste, update};
use super::view::{Theme, view};

const DOCUMENT: &str = "\
# Notes

Short notes, kept and found from the shell.

## Features

### Store notes

Notes are kept in a file, one for each notebook. The file is plain JSON, so that other programs can read it.

- `add TEXT` keeps a note.
- A note without text is refused.

### Search notes

Depends on: Store notes

- `find WORD` prints the notes with this word.
- Searching 10,000 notes takes at most 200 ms.

### 笔记的打印与导出以及在所有平台上的同步

- 标题成为标题行。

### Write the manual
";

/// A review whose changes are carried out in memory.
struct Review {
    state: State,
    history: History,
    /// What was asked of the one who has the terminal.
    asked: Vec<Effect>,
}

impl Review {
    fn of(plan: Plan, text: &str, size: (u16, u16)) -> Self {
        let findings = lint(&plan);
        let texts = Texts::new(BTreeMap::from([("prd.md".to_owned(), text.to_owned())]));
        let mut state = State::new(1, "prd.md", plan, findings, texts);
        state.size = size;
        Self { state, history: History::default(), asked: Vec::new() }
    }

    fn new(size: (u16, u16)) -> Self {
        Self::of(planned(DOCUMENT), DOCUMENT, size)
    }

    fn key(&mut self, key: Key) {
        let effect = update(&mut self.state, key);
        let (plan, then) = match effect {
            Some(Effect::Apply { edits, then }) => match apply(&self.state.plan, &edits) {
                Ok(applied) => {
                    self.history.push("edit".to_owned(), &self.state.plan, &applied);
                    (applied.plan, then.or_else(|| applied.added.first().cloned()))
                }
                Err(error) => return self.state.complain(&error.to_string()),
            },
            Some(Effect::Undo) => match self.history.undo(&self.state.plan) {
                Some((plan, _)) => (plan, None),
                None => return,
            },
            Some(Effect::Redo) => match self.history.redo(&self.state.plan) {
                Some((plan, _)) => (plan, None),
                None => return,
            },
            other => return self.asked.extend(other),
        };
        let findings = lint(&plan);
        self.state.renew(plan, findings);
        if let Some(key) = then {
            self.state.go_to(&key);
        }
    }

    /// Types characters; `\n` is Enter, `\t` Tab, `^` Escape, `<`, `>`, `v`… are what they are.
    fn types(&mut self, text: &str) {
        for c in text.chars() {
            self.key(match c {
                '\n' => Key::Enter,
                '\t' => Key::Tab,
                '^' => Key::Esc,
                _ => Key::Char(c),
            });
        }
    }

    fn screen(&self) -> String {
        let terminal = self.drawn(Theme { colors: false });
        // A screen without columns cannot be printed.
        if self.state.size.0 == 0 { String::new() } else { terminal.backend().to_string() }
    }

    fn drawn(&self, theme: Theme) -> Terminal<TestBackend> {
        let (columns, rows) = self.state.size;
        let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
        terminal.draw(|frame| view(&self.state, theme, frame)).unwrap();
        terminal
    }

    fn title(&self) -> &str {
        self.state.item().map_or("", |item| item.title.as_str())
    }

    fn titles(&self) -> Vec<String> {
        self.state.rows.iter().map(|row| format!("{} {}", row.label, row.title)).collect()
    }
}

fn planned(text: &str) -> Plan {
    outline(&[Document::parse("prd.md", text.as_bytes()).unwrap()], &OutlineOptions::default())
}

#[test]
fn it_looks_as_it_should_at_every_size() {
    for size in [(80, 24), (200, 60), (40, 10)] {
        let mut review = Review::new(size);
        review.types("aj");
        insta::assert_snapshot!(format!("browse-{}x{}", size.0, size.1), review.screen());
    }
    let mut narrow = Review::new((40, 10));
    narrow.types("\t");
    insta::assert_snapshot!("beside-40x10", narrow.screen());
}

#[test]
fn no_size_makes_it_panic() {
    let keys = ["", "?", "\n", "e", "s", "l", "f", "!", "/x", "+y", "m", "i", "\t"];
    for (size, keys) in [(0, 0), (1, 1), (2, 3), (20, 4), (59, 13), (300, 100)]
        .iter()
        .flat_map(|size| keys.map(|keys| (size, keys)))
    {
        let mut review = Review::new(*size);
        review.types(keys);
        review.screen();
    }
}

#[test]
fn colours_are_used_only_where_they_are_wanted() {
    use ratatui::style::Color;
    let mut review = Review::new((80, 24));
    review.types("a");
    let has_colours = |colors: bool| {
        let terminal = review.drawn(Theme { colors });
        terminal
            .backend()
            .buffer()
            .content()
            .iter()
            .any(|cell| cell.fg != Color::Reset || cell.bg != Color::Reset)
    };
    assert!(has_colours(true));
    assert!(!has_colours(false));
}

#[test]
fn accepting_goes_on_and_again_takes_it_back() {
    let mut review = Review::new((80, 24));
    review.types("a r");
    let verdicts: Vec<Option<Verdict>> = review.state.rows.iter().map(|row| row.verdict).collect();
    assert_eq!(verdicts, [Some(Verdict::Accepted), Some(Verdict::Accepted), Some(Verdict::Rejected), None]);
    review.types("g ");
    assert_eq!(review.state.rows[0].verdict, None);
    review.types("u");
    assert_eq!(review.state.rows[0].verdict, Some(Verdict::Accepted));
    review.types("uuu");
    assert!(review.state.plan.verdicts.is_empty());
    review.types("UUUU");
    assert_eq!(review.state.tally.undecided, 2);
    review.types("g.");
    assert_eq!(review.state.cursor, 3, "the first is undecided again, so the next one is the last");
}

#[test]
fn a_form_changes_what_was_changed_in_it() {
    let mut review = Review::new((80, 24));
    review.types("e");
    review.key(Key::Ctrl('u'));
    review.types("Keep notes\tx");
    insta::assert_snapshot!("form", review.screen());
    review.types("\n");
    assert!(
        matches!(&review.state.mode, Mode::Form(form) if form.problem.is_some()),
        "an estimate of `2hx` is refused"
    );
    review.key(Key::Ctrl('u'));
    review.types("3h\tc\tdd\n");
    let item = review.state.item().unwrap();
    assert_eq!((item.title.as_str(), item.estimate.unwrap().likely), ("Keep notes", 180));
    assert_eq!((item.priority.as_str(), item.category.as_str()), ("critical", "data"));
    review.types("u");
    assert_eq!(review.title(), "Store notes", "one change, however many fields");
}

#[test]
fn items_are_moved_linked_split_merged_added_and_removed() {
    let mut review = Review::new((80, 24));
    review.types("s");
    insta::assert_snapshot!("split", review.screen());
    review.types("\n");
    assert_eq!(
        review.titles()[..3],
        ["1 Store notes", "1.1 `add TEXT` keeps a note", "1.2 A note without text is refused"]
    );
    // Into the group and out of it again.
    review.types("jjj");
    assert_eq!(review.title(), "Search notes");
    review.types("m");
    review.key(Key::Right);
    assert!(
        review.state.message.as_ref().is_some_and(|message| message.text.contains("circle")),
        "it waits for the group"
    );
    review.types("\n");
    review.types("Gm");
    review.key(Key::Up);
    review.key(Key::Right);
    review.types("\n");
    assert!(review.titles().contains(&"2.1 Write the manual".to_owned()), "{:?}", review.titles());
    review.types("m");
    review.key(Key::Left);
    review.types("/top\n");
    assert_eq!(review.titles().last().unwrap(), "4 Write the manual");
    // A link, and no longer one.
    let before = review.state.plan.clone();
    review.types("lstore");
    insta::assert_snapshot!("link", review.screen());
    review.types("\n");
    assert_ne!(review.state.plan, before);
    review.types("lstore\n");
    assert_eq!(review.state.plan, before);
    review.types("+Print notes\n");
    assert_eq!(review.title(), "Print notes");
    review.types("M笔记\n");
    assert!(!review.titles().iter().any(|title| title.contains("笔记")));
    review.types("x");
    assert_eq!(review.titles().last().unwrap(), "3 Write the manual");
}

#[test]
fn parts_are_asked_for_where_the_review_has_an_engine() {
    let mut review = Review::new((80, 24));
    let key = review.state.current().unwrap().key.clone();
    review.state.asks = Some(Asks { name: "anthropic/fake\u{1b}[2J".to_owned(), sure: false });
    review.types("s");
    insta::assert_snapshot!("ask", review.screen());
    review.types("n");
    assert_eq!((review.asked.len(), matches!(review.state.mode, Mode::Browse)), (0, true));
    review.types("st");
    assert!(matches!(review.state.mode, Mode::Parts(_)));
    review.types("^sy");
    assert_eq!(std::mem::take(&mut review.asked), [Effect::Ask(key.clone())]);
    review.state.asks = Some(Asks { name: "claude".to_owned(), sure: true });
    review.types("s");
    assert_eq!(std::mem::take(&mut review.asked), [Effect::Ask(key)]);
    let progress = "1 of 3 answers, 2 under way, 4,000 tokens, $0.03".to_owned();
    review.state.asking = Some(Asked { title: "Store notes".to_owned(), progress });
    insta::assert_snapshot!("asking", review.screen());
    review.types("s");
    assert!(review.state.message.as_ref().is_some_and(|message| message.bad));
    review.types("i");
    assert!(matches!(review.state.mode, Mode::Browse), "an import would end what was asked");
    review.types("S^");
    assert_eq!(review.asked, [], "in a list Esc leaves the list");
    review.types("^");
    assert_eq!(std::mem::take(&mut review.asked), [Effect::Cancel]);
    review.state.asking = None;
    review.types("^");
    assert_eq!(review.asked, []);
    // A group has its parts already.
    review.types("S\n");
    review.key(Key::Home);
    review.types("s");
    assert_eq!(review.asked, []);
}

#[test]
fn search_looks_into_closed_groups_and_descriptions() {
    let mut review = Review::new((80, 24));
    review.types("s\n");
    review.key(Key::Left);
    assert_eq!(review.state.visible.len(), 4, "the group is closed");
    review.types("/refused\n");
    assert_eq!(review.title(), "A note without text is refused");
    review.types("/json\n");
    assert_eq!(review.title(), "Store notes", "its description says so");
    review.types("/notes\nn");
    assert_eq!(review.title(), "Search notes");
    review.types("N");
    assert_eq!(review.title(), "Store notes");
    review.types("/nowhere^");
    assert_eq!(review.title(), "Store notes");
}

#[test]
fn a_filter_shows_the_items_with_a_finding_and_a_fix_settles_it() {
    let mut plan = planned(DOCUMENT);
    let keys: Vec<ItemKey> = plan.items.iter().map(|item| item.key.clone()).collect();
    let link =
        |item: usize, after: usize| Edit::Link { item: keys[item].clone(), after: keys[after].clone() };
    plan = apply(&plan, &[link(3, 1), link(3, 0)]).unwrap().plan;
    let mut review = Review::of(plan, DOCUMENT, (80, 24));
    review.types("fredundant\n");
    assert_eq!(review.state.visible.len(), 2);
    review.types("G");
    insta::assert_snapshot!("filter", review.screen());
    review.types("F");
    assert!(!review.state.findings.iter().any(|finding| finding.code.as_str() == "redundant_edge"));
    review.types("f\n");
    assert_eq!(review.state.visible.len(), 4);
    review.types("!manual\n");
    assert_eq!(review.title(), "Write the manual");
}

#[test]
fn what_only_the_terminal_can_do_is_asked_for() {
    let mut review = Review::new((80, 24));
    review.types("Eiy");
    review.key(Key::Ctrl('e'));
    review.key(Key::Ctrl('z'));
    review.types("q");
    let key = review.state.plan.items[0].key.clone();
    let expected =
        [Effect::EditText(Some(key)), Effect::Import, Effect::EditText(None), Effect::Suspend, Effect::Quit];
    assert_eq!(review.asked, expected);
    review.asked.clear();
    review.types("in");
    assert_eq!(review.asked, [], "an import that was not confirmed is none");
    paste(&mut review.state, "xxxq");
    assert_eq!(review.titles().len(), 4, "pasted text is no command");
}

#[test]
fn every_key_is_told_in_the_help() {
    let mut review = Review::new((80, 24));
    review.types("?");
    let mut seen = review.screen();
    for _ in 0..TABLE.len() {
        review.types("j");
        seen.push_str(&review.screen());
    }
    assert!(TABLE.iter().all(|row| seen.contains(row.what)));
    insta::assert_snapshot!("help", review.screen());
    review.types("q");
    assert!(
        matches!(review.state.mode, Mode::Browse) && review.asked.is_empty(),
        "the help is left, and not the review"
    );
}

#[test]
fn hostile_text_is_shown_and_not_obeyed() {
    let text = "# A\n\n## Features\n\n### Be\u{1b}[31mware \u{202e}dlrow\n\n- x\u{9b}2J\ty\u{7}\n- z\n";
    let mut plan = planned(text);
    let change = Change::Description("\u{1b}]0;title\u{7}\r\nsecond".to_owned());
    plan = apply(&plan, &[Edit::Set { item: plan.items[0].key.clone(), change }]).unwrap().plan;
    let mut review = Review::of(plan, text, (80, 24));
    let mut shown = review.screen();
    for keys in ["\n", "^e", "^s", "^l", "^!"] {
        review.types(keys);
        shown.push_str(&review.screen());
    }
    assert!(shown.chars().all(|c| c == '\n' || !c.is_control() && c != '\u{202e}'), "{shown}");
    assert!(shown.contains("\\u{1b}[31mware \\u{202e}dlrow"), "{shown}");
}

#[test]
fn of_a_long_plan_only_the_screen_is_drawn() {
    let text: String =
        (0..10_000).map(|number| format!("### Part {number} of it\n\n- Does {number}.\n\n")).collect();
    let text = format!("# A\n\n## Features\n\n{text}");
    let mut plan = planned("# A\n\n## Features\n\n### Part of it\n\n- Does.\n");
    let first = plan.items[0].clone();
    plan.items = (0..10_000)
        .map(|number| {
            let (key, title) = (ItemKey::new(format!("k{number}")), format!("Part {number} of it"));
            conductor_plan::Item { key, title, ..first.clone() }
        })
        .collect();
    let mut state =
        State::new(1, "prd.md", plan, Vec::new(), Texts::new(BTreeMap::from([("prd.md".to_owned(), text)])));
    state.size = (80, 24);
    update(&mut state, Key::Char('G'));
    let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
    terminal.draw(|frame| view(&state, Theme { colors: false }, frame)).unwrap();
    assert!(terminal.backend().to_string().contains("10000 Part 9999 of it"));
    assert_eq!(state.top + state.page(), 10_000);
}

fn any_key() -> impl Strategy<Value = Key> {
    let keys: Vec<Key> =
        TABLE.iter().filter(|row| row.command != Command::Quit).flat_map(|row| row.keys).copied().collect();
    prop_oneof![
        4 => prop::sample::select(keys),
        1 => Just(Key::Enter),
        1 => Just(Key::Esc),
        1 => prop::sample::select(vec![Key::Up, Key::Down, Key::Left, Key::Right, Key::Tab, Key::Backspace]),
        1 => any::<char>().prop_map(Key::Char),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_keys_make_it_panic_or_the_plan_unsound(keys in prop::collection::vec(any_key(), 1..60), size in (0..120u16, 0..40u16)) {
        let mut review = Review::new(size);
        for key in keys {
            review.key(key);
            review.screen();
            let shown = review.state.visible.len();
            prop_assert!(shown == 0 || review.state.cursor < shown);
            prop_assert!(lint(&review.state.plan).iter().all(|finding| finding.severity != conductor_plan::Severity::Error));
        }
    }
}
