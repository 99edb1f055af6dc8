//! From byte offsets to line numbers.

use crate::Span;

/// The starts of a text's lines.
pub(super) struct Lines {
    starts: Vec<usize>,
    len: usize,
}

impl Lines {
    pub(super) fn of(text: &str) -> Self {
        let starts = std::iter::once(0)
            .chain(text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n').map(|(at, _)| at + 1))
            .collect();
        Self { starts, len: text.len() }
    }

    /// The span from `start` up to `end`.
    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        let end = end.min(self.len);
        let start = start.min(end);
        Span {
            start,
            end,
            first_line: self.line(start),
            last_line: self.line(end.saturating_sub(1).max(start)),
            page: None,
        }
    }

    /// Byte ranges of the lines, line ends excluded.
    pub(super) fn ranges<'l>(&'l self, text: &'l str) -> impl Iterator<Item = (usize, usize)> + 'l {
        self.starts.iter().enumerate().map(move |(index, &start)| {
            let next = self.starts.get(index + 1).copied().unwrap_or(self.len);
            let line = text.get(start..next).unwrap_or_default();
            (start, start + line.trim_end_matches(['\n', '\r']).len())
        })
    }

    fn line(&self, offset: usize) -> u32 {
        let line = self.starts.partition_point(|&start| start <= offset);
        u32::try_from(line).unwrap_or(u32::MAX)
    }
}
