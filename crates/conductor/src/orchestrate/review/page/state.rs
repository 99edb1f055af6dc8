//! What the page knows and shows.

use crate::terminal::input::Input;
use crate::terminal::wrap::wrapped;

/// The parts of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tab {
    Reasons,
    Diff,
    Evidence,
    Transcript,
}

impl Tab {
    pub(super) const ALL: [Self; 4] = [Self::Reasons, Self::Diff, Self::Evidence, Self::Transcript];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Reasons => "reasons",
            Self::Diff => "diff",
            Self::Evidence => "evidence",
            Self::Transcript => "transcript",
        }
    }

    pub(super) fn index(self) -> usize {
        match self {
            Self::Reasons => 0,
            Self::Diff => 1,
            Self::Evidence => 2,
            Self::Transcript => 3,
        }
    }

    pub(super) fn next(self) -> Self {
        Self::ALL.get((self.index() + 1) % Self::ALL.len()).copied().unwrap_or(self)
    }
}

/// How a line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Plain,
    Head,
    Good,
    Bad,
    Doubtful,
    Name,
    Dim,
}

/// A line, without anything that a terminal would obey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) look: Look,
    pub(super) text: String,
}

impl Line {
    pub(super) fn new(look: Look, text: impl Into<String>) -> Self {
        Self { look, text: text.into() }
    }
}

/// A file of the diff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct File {
    pub(super) path: String,
    pub(super) added: usize,
    pub(super) removed: usize,
    /// The line of the diff where it begins.
    pub(super) line: usize,
}

/// What a person decides with words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Words {
    Retry,
    Reject,
    Split,
}

/// What the keys go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mode {
    Browse,
    Help(usize),
    Search(Input),
    Ask(Words, Input),
    ConfirmAccept,
}

/// Everything that is shown, before it is broken into lines of the terminal's width.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::orchestrate::review) struct Texts {
    /// `TASK-001  Store notes`.
    pub(super) title: String,
    /// `run 1.1, held (3)`.
    pub(super) place: String,
    pub(super) reasons: Vec<Line>,
    pub(super) diff: Vec<Line>,
    pub(super) files: Vec<File>,
    pub(super) evidence: Vec<Line>,
    pub(super) transcript: Vec<Line>,
    /// Whether it waits for a person, so that there is something to decide.
    pub(super) waits: bool,
    /// Whether work is saved, so that a branch can be made of it.
    pub(super) saved: bool,
}

/// The page.
#[derive(Debug, Clone)]
pub(super) struct State {
    pub(super) texts: Texts,
    pub(super) size: (u16, u16),
    pub(super) tab: Tab,
    pub(super) mode: Mode,
    /// What was searched for last.
    pub(super) wanted: String,
    pub(super) message: Option<(bool, String)>,
    /// The first line that is shown of each part.
    tops: [usize; 4],
    /// The first column that is shown of the diff.
    pub(super) left: usize,
    /// Each part in lines of the terminal's width; the diff as it is.
    lines: [Vec<Line>; 4],
}

/// Fewer columns than this have no room for the list of files beside the diff.
const NARROW: u16 = 70;

/// Columns of the list of files.
const FILES: u16 = 26;

impl State {
    pub(super) fn new(texts: Texts, size: (u16, u16)) -> Self {
        let mut state = Self {
            texts,
            size: (0, 0),
            tab: Tab::Reasons,
            mode: Mode::Browse,
            wanted: String::new(),
            message: None,
            tops: [0; 4],
            left: 0,
            lines: Default::default(),
        };
        state.resize(size);
        state
    }

    /// Breaks the texts into lines of the terminal's width.
    pub(super) fn resize(&mut self, size: (u16, u16)) {
        if self.size == size {
            return;
        }
        self.size = size;
        let columns = usize::from(size.0.saturating_sub(2)).max(10);
        let broken = |lines: &[Line]| -> Vec<Line> {
            let broken = |line: &Line| -> Vec<Line> {
                wrapped(&line.text, columns).into_iter().map(|text| Line { look: line.look, text }).collect()
            };
            lines.iter().flat_map(broken).collect()
        };
        let Texts { reasons, diff, evidence, transcript, .. } = &self.texts;
        self.lines = [broken(reasons), diff.clone(), broken(evidence), broken(transcript)];
        for tab in Tab::ALL {
            self.go_to(tab, self.tops.get(tab.index()).copied().unwrap_or(0));
        }
    }

    pub(super) fn lines(&self, tab: Tab) -> &[Line] {
        self.lines.get(tab.index()).map_or(&[], Vec::as_slice)
    }

    pub(super) fn top(&self) -> usize {
        self.tops.get(self.tab.index()).copied().unwrap_or(0)
    }

    /// Rows between the two lines at the top and the one at the bottom.
    pub(super) fn rows(&self) -> usize {
        usize::from(self.size.1.saturating_sub(3)).max(1)
    }

    pub(super) fn go_to(&mut self, tab: Tab, line: usize) {
        let most = self.lines(tab).len().saturating_sub(self.rows());
        if let Some(top) = self.tops.get_mut(tab.index()) {
            *top = line.min(most);
        }
    }

    /// Columns of the list of files; 0 where there is no room.
    pub(super) fn file_columns(&self) -> u16 {
        if self.size.0 >= NARROW { FILES.max(self.size.0 / 5) } else { 0 }
    }

    /// The file that the first shown line of the diff belongs to.
    pub(super) fn file(&self) -> Option<usize> {
        let top = self.tops.get(Tab::Diff.index()).copied().unwrap_or(0);
        self.texts.files.partition_point(|file| file.line <= top).checked_sub(1)
    }

    pub(super) fn say(&mut self, bad: bool, text: impl Into<String>) {
        self.message = Some((bad, text.into()));
    }
}
