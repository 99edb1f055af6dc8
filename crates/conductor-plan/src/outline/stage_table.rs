//! Roadmaps that are tables: a row is a stage, and one of its cells lists what the stage delivers.

use super::attribute::{Attribute, attribute};
use super::draft::{Draft, Source};
use super::features::is_title;
use super::label::{flat, is_alias};
use super::language::{spaced, table};
use super::role::{Role, is_stage_word};
use super::title::title_of;
use super::tree::NodeKind;
use crate::words::{is_packed, normal_form, plain_text, plain_words};
use std::sync::LazyLock;

/// Names between commas have at most so many words.
const LONGEST_PIECE: usize = 6;

/// What stands where in a table of stages.
struct Columns {
    stage: usize,
    work: usize,
    /// What the column of stages is called.
    called: String,
    one_each: bool,
}

/// The stages that the tables of a document's roadmap name, each followed by what it delivers.
pub(super) fn stages(source: &Source<'_>) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = Vec::new();
    for index in 0..source.tree.nodes.len() {
        if source.roles[index] == Role::Roadmap {
            table(source, index, &mut drafts);
        }
    }
    drafts
}

/// Whether the head of a table says that its rows are stages.
pub(super) fn has_stages(head: &[String]) -> bool {
    columns(head).is_some()
}

fn table(source: &Source<'_>, index: usize, drafts: &mut Vec<Draft>) {
    let mut known: Option<Columns> = None;
    let mut stage: Option<(String, usize)> = None;
    for (child, node) in source.tree.children(index) {
        let NodeKind::Row { head, cells } = &node.kind else { continue };
        if *head {
            known = columns(cells);
            stage = None;
            continue;
        }
        let Some(columns) = &known else { continue };
        let cell = |at: usize| cells.get(at).map(|cell| flat(cell)).unwrap_or_default();
        let name = cell(columns.stage);
        // A stage that goes on in the next row is named again, or its cell is left empty.
        let goes_on = stage.as_ref().is_some_and(|(open, _)| name.is_empty() || *open == name);
        let at = match &stage {
            Some((_, at)) if goes_on => *at,
            Some(_) | None => {
                drafts.push(container(source, child, columns, &name, drafts));
                stage = Some((name, drafts.len() - 1));
                drafts.len() - 1
            }
        };
        let work = cells.get(columns.work).map(String::as_str).unwrap_or_default();
        for piece in pieces(work, columns.one_each) {
            drafts.extend(part(source, child, piece, at));
        }
    }
}

fn columns(head: &[String]) -> Option<Columns> {
    let says_stage = |cell: &String| {
        plain_words(cell).iter().any(|word| is_stage_word(word) || is_stage_word(word.trim_end_matches('s')))
            || cell.chars().any(is_packed) && is_stage_word(cell)
    };
    let stage = head.iter().position(says_stage)?;
    let known = |cell: &String| {
        let last = plain_words(cell).pop().unwrap_or_default();
        attribute(cell).or_else(|| attribute(&last))
    };
    let of = |wanted: &[Attribute]| {
        let fits = |cell: &String| known(cell).is_some_and(|known| wanted.contains(&known));
        (0..head.len()).find(|&at| at != stage && fits(&head[at]))
    };
    let work = of(&[Attribute::Tasks])
        .or_else(|| of(&[Attribute::Name]))
        .or_else(|| of(&[Attribute::Description]))?;
    let one_each = table!(one_each).any(|one| one == plain_text(&head[work]));
    Some(Columns { stage, work, called: flat(&head[stage]), one_each })
}

/// A stage that is called by its number alone gets the name of the column too.
fn container(source: &Source<'_>, row: usize, columns: &Columns, name: &str, drafts: &[Draft]) -> Draft {
    let number = name.starts_with(|c: char| c.is_ascii_digit());
    let title = if number { format!("{} {name}", columns.called) } else { title_of(name).title };
    let phase = drafts.iter().filter(|draft| draft.container).count();
    let title = if is_title(&title) { title } else { format!("{} {}", columns.called, phase + 1) };
    Draft { title, container: true, confidence: 90, phase: Some(phase), ..source.head(row) }
}

/// One thing that a stage delivers; what stands in brackets behind it may be the short name of a feature.
fn part(source: &Source<'_>, row: usize, piece: &str, stage: usize) -> Option<Draft> {
    let piece = flat(piece);
    let bracket = piece.strip_suffix(')').and_then(|piece| piece.rsplit_once('('));
    let named = bracket.filter(|(name, inner)| {
        !name.trim().is_empty() && inner.split(',').all(|alias| is_alias(alias.trim()))
    });
    let (name, aliases) = named.map_or((piece.as_str(), ""), |(name, inner)| (name.trim(), inner));
    let titled = title_of(name);
    let mut draft = Draft { title: titled.title, ..source.head(row) };
    draft.body.clear();
    draft.aliases =
        aliases.split(',').map(|alias| alias.trim().to_owned()).filter(|alias| !alias.is_empty()).collect();
    titled.annotations.iter().for_each(|annotation| draft.annotate(annotation));
    draft.parent = Some(stage);
    draft.list = row;
    is_title(&draft.title).then_some(draft)
}

/// What a stage delivers that a text lists between commas: `MVP: route planner, accounts and lists`.
pub(super) fn listed(source: &Source<'_>, index: usize, text: &str, stage: usize) -> Vec<Draft> {
    static AND: LazyLock<Vec<String>> = LazyLock::new(|| spaced(|words| words.and));
    let mut found = pieces(text, false);
    // The last two may stand without a comma between them.
    if let Some(last) = found.last().copied()
        && found.len() >= 2
        && let Some((one, two)) = AND.iter().find_map(|and| last.split_once(and.as_str()))
        && is_short(one)
        && is_short(two)
    {
        found.pop();
        found.extend([one, two]);
    } else if let [only] = found.as_slice()
        && let Some((one, two)) = AND.iter().find_map(|and| only.split_once(and.as_str()))
    {
        found = vec![one, two];
    }
    if found.len() < 2 || !found.iter().all(|piece| is_short(piece)) {
        return Vec::new();
    }
    found.into_iter().filter_map(|piece| part(source, index, piece, stage)).collect()
}

/// Whether a piece of a text is a name, and no clause.
fn is_short(piece: &str) -> bool {
    let words = piece.split_whitespace().count();
    (1..=LONGEST_PIECE).contains(&words) && !piece.trim_end_matches('.').contains(". ")
}

/// The things that a cell lists.
fn pieces(cell: &str, one_each: bool) -> Vec<&str> {
    let hard: Vec<&str> = cell.split([';', '\n', '•', '；']).collect();
    let pieces = if hard.len() > 1 || one_each { hard } else { at_commas(cell) };
    let and = |piece: &str| piece.get(..4).is_some_and(|start| matches!(start, "and " | "und "));
    let trimmed = pieces.into_iter().map(|piece| piece.trim().trim_start_matches(['-', '*', ' ']));
    trimmed
        .map(|piece| if and(piece) { piece.get(4..).unwrap_or(piece) } else { piece })
        .filter(|piece| !normal_form(piece).is_empty())
        .collect()
}

/// Cuts at commas that stand in no brackets.
fn at_commas(cell: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut start, mut depth) = (0, 0_usize);
    for (at, c) in cell.char_indices() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            ',' | '、' | '，' if depth == 0 => {
                pieces.extend(cell.get(start..at));
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    pieces.extend(cell.get(start..));
    pieces
}

#[cfg(test)]
mod tests {
    use crate::{Document, OutlineOptions, outline};

    fn tree(text: &str) -> Vec<String> {
        let document = Document::parse("a.md", text.as_bytes()).unwrap();
        let plan = outline(&[document], &OutlineOptions::default());
        plan.tree().iter().map(|row| format!("{}{}", "  ".repeat(row.depth), row.item.title)).collect()
    }

    #[test]
    fn stages_go_on_over_rows() {
        let text = "# Ferry\n## Timeline\n| Week | Task | Owner |\n|---|---|---|\n| 1 | Read the timetable, with holidays | Ann |\n\
                    | | Draw the map | Bob |\n| 2 | Sell tickets | Ann |\n| 2 | Print tickets | Bob |\n";
        assert_eq!(
            tree(text),
            [
                "Week 1",
                "  Read the timetable, with holidays",
                "  Draw the map",
                "Week 2",
                "  Sell tickets",
                "  Print tickets"
            ]
        );
    }

    #[test]
    fn cells_list_things_by_commas_semicolons_and_line_breaks() {
        let text = "# Ferry\n## Phases\n| Phase | Deliverables |\n|---|---|\n| Start | Map (by sea, by land), timetable |\n\
                    | Money | Tickets, printed; and refunds |\n| Later | Seats<br>Meals |\n";
        assert_eq!(
            tree(text),
            [
                "Start",
                "  Map (by sea, by land)",
                "  Timetable",
                "Money",
                "  Tickets, printed",
                "  Refunds",
                "Later",
                "  Seats",
                "  Meals"
            ]
        );
    }

    #[test]
    fn dates_alone_are_no_stages() {
        let text = "# Ferry\n## Features\n- **Map**: draw it\n- **Tickets**: sell them\n\n## Milestones\n| Milestone | Date |\n\
                    |---|---|\n| Alpha | March |\n| Beta | May |\n";
        assert_eq!(tree(text), ["Map", "Tickets"]);
    }

    #[test]
    fn a_table_of_tasks_is_a_list_of_work() {
        let text = "# Ferry\n## Roadmap\n### Phase 1: Basics\n| Task | Estimate |\n|---|---|\n| Read the timetable | 2h |\n\
                    | Draw the map | 1d |\n\n### Phase 2: Money\n- Sell tickets\n- Print tickets\n";
        let titles = tree(text);
        assert_eq!(titles.len(), 6, "{titles:?}");
        let text = "# Ferry\n## Tasks\n| ID | Task | Depends on |\n|---|---|---|\n| T1 | Read the timetable | - |\n| T2 | Draw the map | T1 |\n";
        assert_eq!(tree(text), ["Read the timetable", "Draw the map"]);
    }
}
