//! Forms, lists and the help.

use cli_kit::text::{escape, pad, truncate, width};
use conductor_plan::Verdict;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::Theme;
use crate::plan::report::count;
use crate::plan::review::command::TABLE;
use crate::plan::review::form::{Field, Form};
use crate::plan::review::key::Key;
use crate::plan::review::parts::Parts;
use crate::plan::review::pick::Pick;
use crate::plan::review::state::{Choice, Mode, State};
use crate::terminal::typed::typed;

/// Every key.
pub(super) fn help(top: usize, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    let names = |keys: &[Key]| keys.iter().map(|key| key.name()).collect::<Vec<_>>().join(", ");
    let wide = TABLE.iter().map(|row| width(&names(row.keys))).max().unwrap_or(0) + 2;
    let lines: Vec<Line<'_>> = TABLE
        .iter()
        .skip(top)
        .take(usize::from(area.height))
        .map(|row| {
            Line::from(vec![
                Span::styled(format!(" {}", pad(&names(row.keys), wide)), theme.name()),
                Span::raw(row.what),
            ])
        })
        .collect();
    frame.render_widget(Paragraph::new(lines), area);
}

/// What the mode needs at the bottom.
pub(super) fn mode(state: &State, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    match &state.mode {
        Mode::Form(edited) => form(edited, theme, frame, area),
        Mode::Parts(edited) => parts(state, edited, theme, frame, area),
        Mode::Pick(open) => pick(open, theme, frame, area),
        Mode::ConfirmImport => confirm(&import(state), theme, frame),
        Mode::ConfirmAsk(_) => confirm(&ask(state), theme, frame),
        Mode::Browse
        | Mode::Help(_)
        | Mode::Page(_)
        | Mode::Search { .. }
        | Mode::Add(_)
        | Mode::Moving(_) => {}
    }
}

fn form(form: &Form, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    title(form.problem.as_deref().unwrap_or("edit"), form.problem.is_some(), theme, frame, area);
    for (row, field) in (1..).zip(Field::ALL) {
        if row >= area.height {
            break;
        }
        let line = Rect { y: area.y + row, height: 1, ..area };
        let current = form.field == field;
        let label = format!("{}{} ", if current { "> " } else { "  " }, pad(field.name(), 9));
        let plain = |text: &str| {
            Paragraph::new(Line::from(vec![
                Span::styled(label.clone(), theme.name()),
                Span::raw(text.to_owned()),
            ]))
        };
        match field {
            Field::Title if current => typed(&label, &form.title, "", theme, frame, line),
            Field::Title => frame.render_widget(plain(&escape(form.title.text())), line),
            Field::Estimate => match &form.estimate {
                Some(input) if current => typed(&label, input, "", theme, frame, line),
                Some(input) => frame.render_widget(plain(&escape(input.text())), line),
                None => frame.render_widget(plain("that of its parts"), line),
            },
            Field::Priority => frame.render_widget(plain(&choice(form.priority.as_str(), current)), line),
            Field::Category => frame.render_widget(plain(&choice(form.category.as_str(), current)), line),
        }
    }
}

fn choice(value: &str, current: bool) -> String {
    if current { format!("< {value} >") } else { value.to_owned() }
}

fn parts(state: &State, parts: &Parts, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    let name = state.rows.iter().find(|row| row.key == parts.item).map_or("", |row| row.title.as_str());
    title(&format!("split \"{name}\" into"), false, theme, frame, area);
    let room = usize::from(area.height.saturating_sub(1));
    let top = (parts.at + 1).saturating_sub(room);
    for (row, (at, input)) in (1..).zip(parts.lines.iter().enumerate().skip(top).take(room)) {
        let line = Rect { y: area.y + row, height: 1, ..area };
        let label = format!("{}{} ", if at == parts.at { "> " } else { "  " }, at + 1);
        if at == parts.at {
            typed(&label, input, "", theme, frame, line);
        } else {
            let text = vec![Span::styled(label, theme.name()), Span::raw(escape(input.text()).into_owned())];
            frame.render_widget(Paragraph::new(Line::from(text)), line);
        }
    }
}

fn pick(pick: &Pick<Choice>, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    title(&format!("{} ({})", pick.title, pick.count()), false, theme, frame, area);
    let columns = usize::from(area.width);
    let (entries, selected) = pick.shown(usize::from(area.height.saturating_sub(2)));
    for (row, (at, entry)) in (2..).zip(entries.iter().enumerate()) {
        let line = Rect { y: area.y + row, height: 1, ..area };
        let style = if at == selected { theme.selected() } else { ratatui::style::Style::new() };
        let text = pad(&truncate(entry, columns), columns);
        frame.render_widget(Paragraph::new(text).style(style), line);
    }
    if area.height > 1 {
        typed("> ", &pick.input, "", theme, frame, Rect { y: area.y + 1, height: 1, ..area });
    }
}

fn title(text: &str, bad: bool, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    let columns = usize::from(area.width);
    let text = format!("── {} ", escape(text));
    let rule = format!("{text}{}", "─".repeat(columns.saturating_sub(width(&text))));
    let style = if bad { theme.bad() } else { theme.dim() };
    let line = Paragraph::new(truncate(&rule, columns).into_owned()).style(style);
    frame.render_widget(line, Rect { height: area.height.min(1), ..area });
}

fn import(state: &State) -> String {
    let rejected = |row: &&crate::plan::review::state::Row| row.verdict == Some(Verdict::Rejected);
    let tasks = state.rows.iter().filter(|row| !row.container && !rejected(row)).count();
    let undecided = state.tally.undecided;
    let rest =
        if undecided > 0 { format!(" ({undecided} undecided count as accepted)") } else { String::new() };
    format!(" Import {}{rest}?", count(tasks, "task"))
}

fn ask(state: &State) -> String {
    let name = state.asks.as_ref().map_or("", |asks| asks.name.as_str());
    let title = state.item().map_or("", |item| item.title.as_str());
    format!(" Ask {} for the parts of \"{}\"? It may cost.", escape(name), escape(title))
}

/// Asked in the last line but one, over whatever is there.
fn confirm(text: &str, theme: Theme, frame: &mut Frame<'_>) {
    let whole = frame.area();
    let area = Rect { y: whole.height.saturating_sub(2), height: whole.height.min(1), ..whole };
    let text = pad(&truncate(text, usize::from(area.width)), usize::from(area.width));
    frame.render_widget(Paragraph::new(text).style(theme.bold()), area);
}
