//! What the review looks like. Only what is on the screen is looked at, however long the plan is.

mod document;
mod foot;
mod item;
mod list;
mod overlay;

pub(super) use crate::terminal::theme::Theme;

use ratatui::Frame;
use ratatui::layout::Rect;

use super::state::{Mode, State};
use crate::terminal::theme::left_border;

/// Fewer columns than this show either the items or the text.
const NARROW: u16 = 60;
/// Fewer rows than this have no room for findings.
const LOW: u16 = 14;

/// Where everything is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Areas {
    pub(super) head: Rect,
    pub(super) items: Rect,
    /// Beside the items, or in their place where the terminal is narrow.
    pub(super) side: Rect,
    /// Whether both fit beside each other.
    pub(super) wide: bool,
    pub(super) findings: Rect,
    /// Forms and lists.
    pub(super) mode: Rect,
    pub(super) foot: Rect,
}

/// Divides the terminal. `mode_rows` are taken from the bottom.
pub(super) fn areas((columns, rows): (u16, u16), mode_rows: u16) -> Areas {
    let whole = Rect::new(0, 0, columns, rows);
    let head = Rect { height: rows.min(1), ..whole };
    let foot = Rect { y: rows.saturating_sub(1), height: u16::from(rows > 1), ..whole };
    let inner = rows.saturating_sub(head.height + foot.height);
    let mode_height = mode_rows.min(inner.saturating_sub(3));
    let findings_height = if rows < LOW || mode_height > 0 { 0 } else { (rows / 12).clamp(2, 5) };
    let body_height = inner - mode_height - findings_height.min(inner - mode_height);
    let body = Rect { y: head.height, height: body_height, ..whole };
    let findings = Rect { y: body.bottom(), height: inner - mode_height - body_height, ..whole };
    let mode = Rect { y: findings.bottom(), height: mode_height, ..whole };
    let wide = columns >= NARROW;
    let left = if wide { (columns / 2).min(90) } else { columns };
    let items = Rect { width: left, ..body };
    let side = if wide { Rect { x: left, width: columns - left, ..body } } else { body };
    Areas { head, items, side, wide, findings, mode, foot }
}

/// Draws everything.
pub(super) fn view(state: &State, theme: Theme, frame: &mut Frame<'_>) {
    let size = frame.area();
    let areas = areas((size.width, size.height), state.mode_rows());
    foot::head(state, theme, frame, areas.head);
    match &state.mode {
        Mode::Help(top) => overlay::help(*top, theme, frame, whole_body(areas)),
        Mode::Page(top) => item::page(state, theme, frame, whole_body(areas), *top),
        Mode::Browse
        | Mode::Search { .. }
        | Mode::Form(_)
        | Mode::Add(_)
        | Mode::Moving(_)
        | Mode::Parts(_)
        | Mode::Pick(_)
        | Mode::ConfirmImport
        | Mode::ConfirmAsk(_) => {
            if areas.wide || !state.beside {
                list::items(state, theme, frame, areas.items);
            }
            if areas.wide || state.beside {
                side(state, theme, frame, areas.side, areas.wide);
            }
            foot::findings(state, theme, frame, areas.findings);
            overlay::mode(state, theme, frame, areas.mode);
        }
    }
    foot::foot(state, theme, frame, areas.foot);
}

/// Rows that everything about the item takes.
pub(super) fn page_rows(state: &State) -> usize {
    let places = state.item().map_or(0, |item| item.sources.len());
    item::lines(state, Theme { colors: false }, usize::from(state.size.0)).len() + places
}

fn whole_body(areas: Areas) -> Rect {
    let Areas { head, foot, .. } = areas;
    Rect { y: head.bottom(), height: foot.y.saturating_sub(head.bottom()), ..head }
}

/// What is known of the item, and below it the text that it comes from.
fn side(state: &State, theme: Theme, frame: &mut Frame<'_>, area: Rect, border: bool) {
    let inner = if border { left_border(theme, frame, area) } else { area };
    let lines = item::lines(state, theme, usize::from(inner.width));
    let most = inner.height / 2;
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).min(most);
    item::short(lines, theme, frame, Rect { height, ..inner });
    let text = Rect { y: inner.y + height, height: inner.height - height, ..inner };
    document::text(state, theme, frame, text);
}
