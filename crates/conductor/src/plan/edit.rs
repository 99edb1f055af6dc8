//! `conductor plan edit`.

use cli_kit::{CliError, Exit};
use conductor_plan::edit::{Change, Edit};
use conductor_plan::{Category, Estimate, Item, ItemKey, Priority};

use super::buffer;
use super::changed::OnPlan;
use super::editing::Editing;
use super::items::find_item;
use crate::context::Context;

pub(super) use taskwerk_client::model::Minutes;

/// Change an item, or the whole draft as text in your editor
///
/// Without an item, `--edit` opens the plan as a Markdown list in `$VISUAL` or `$EDITOR`; with one, that item. `--from`
/// reads such a text from a file instead (`-` is standard input), and `--print` writes it to standard output.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  conductor plan edit 2.1 --title \"Find notes\" --estimate 3h\n  conductor plan edit 2.1 --add-acceptance \"Finds a note by its title\"\n  conductor plan edit --edit\n  conductor plan edit --print > plan.md; conductor plan edit --from plan.md"
)]
pub(crate) struct Args {
    /// The item: number, key, or a part of its title
    #[arg(value_name = "ITEM")]
    item: Option<String>,
    #[command(flatten)]
    fields: Fields,
    /// Open it as text in $VISUAL or $EDITOR
    #[arg(long, conflicts_with_all = ["from", "print"])]
    edit: bool,
    /// Read the text of the whole plan from this file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["item", "print"])]
    from: Option<std::path::PathBuf>,
    /// Print the text of the plan, or of the item
    #[arg(long)]
    print: bool,
    #[command(flatten)]
    on: OnPlan,
}

/// Fields and their new values.
#[derive(clap::Args, Debug)]
struct Fields {
    /// What is to be done, in a few words; the key stays
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// More about it; empty to have none
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// How long it takes: 2h, 90m, 1h30m, or none
    #[arg(long, value_name = "DURATION")]
    estimate: Option<String>,
    /// low, medium, high or critical
    #[arg(long, value_name = "PRIORITY")]
    priority: Option<Priority>,
    /// setup, data, feature, api, ui, operations, test or documentation
    #[arg(long, value_name = "CATEGORY", value_parser = category)]
    category: Option<Category>,
    /// One more criterion by which one sees that it is done; may be repeated
    #[arg(long, value_name = "CRITERION")]
    add_acceptance: Vec<String>,
    /// Take out the criterion of this number, counted from 1; may be repeated
    #[arg(long, value_name = "N")]
    remove_acceptance: Vec<usize>,
    /// One more word to find it by; may be repeated
    #[arg(long, value_name = "TAG")]
    add_tag: Vec<String>,
    /// Take out a word; may be repeated
    #[arg(long, value_name = "TAG")]
    remove_tag: Vec<String>,
    /// One more file that it is about; may be repeated
    #[arg(long, value_name = "FILE")]
    add_file: Vec<String>,
    /// Take out a file; may be repeated
    #[arg(long, value_name = "FILE")]
    remove_file: Vec<String>,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let mut editing = args.on.open(context)?;
    let item = args.item.as_deref().map(|word| find_item(&editing.stored, word)).transpose()?;
    if args.print {
        return buffer::print(context, &editing.stored, item.as_ref());
    }
    if let Some(file) = &args.from {
        return buffer::from_file(context, &mut editing, file, args.on.dry_run);
    }
    if args.edit {
        return buffer::edit(context, &mut editing, item.as_ref(), args.on.dry_run);
    }
    let Some(key) = item else {
        return Err(CliError::usage("there is nothing to change yet")
            .hint("name an item and a field, or use --edit to change the plan as text"));
    };
    let edits = edits(&editing, &key, args.fields)?;
    if edits.is_empty() {
        return Err(
            CliError::usage("no field was given").hint("see `conductor plan edit --help`, or use --edit")
        );
    }
    args.on.change(context, &mut editing, &edits, None)
}

fn edits(editing: &Editing, key: &ItemKey, fields: Fields) -> Result<Vec<Edit>, CliError> {
    let Some(item) = editing.stored.plan.get(key) else { return Ok(Vec::new()) };
    let mut changes = Vec::new();
    changes.extend(fields.title.map(Change::Title));
    changes.extend(fields.description.map(Change::Description));
    changes.extend(fields.estimate.as_deref().map(estimate).transpose()?);
    changes.extend(fields.priority.map(Change::Priority));
    changes.extend(fields.category.map(Change::Category));
    if !fields.add_acceptance.is_empty() || !fields.remove_acceptance.is_empty() {
        let left = without(item, &fields.remove_acceptance)?;
        changes.push(Change::Acceptance(left.into_iter().chain(fields.add_acceptance).collect()));
    }
    changes.extend(list(&item.tags, &fields.remove_tag, fields.add_tag).map(Change::Tags));
    changes.extend(list(&item.files, &fields.remove_file, fields.add_file).map(Change::Files));
    Ok(changes.into_iter().map(|change| Edit::Set { item: key.clone(), change }).collect())
}

fn without(item: &Item, numbers: &[usize]) -> Result<Vec<String>, CliError> {
    let count = item.acceptance.len();
    if let Some(wrong) = numbers.iter().find(|&&number| number == 0 || number > count) {
        let message = format!("there is no criterion {wrong}: the item has {count}");
        return Err(CliError::usage(message).hint("they are counted from 1"));
    }
    let kept = item.acceptance.iter().enumerate().filter(|(at, _)| !numbers.contains(&(at + 1)));
    Ok(kept.map(|(_, criterion)| criterion.clone()).collect())
}

/// A list without some elements and with others; `None` when neither is asked for.
fn list(old: &[String], gone: &[String], new: Vec<String>) -> Option<Vec<String>> {
    if gone.is_empty() && new.is_empty() {
        return None;
    }
    let mut list: Vec<String> = old.iter().filter(|element| !gone.contains(element)).cloned().collect();
    for element in new {
        if !list.contains(&element) {
            list.push(element);
        }
    }
    Some(list)
}

fn estimate(text: &str) -> Result<Change, CliError> {
    if text.trim() == "none" {
        return Ok(Change::Estimate(None));
    }
    let minutes: Minutes = text.parse().map_err(crate::failure::from_value)?;
    Ok(Change::Estimate(Some(around(minutes))))
}

/// An estimate of which the likely value is known.
pub(super) fn around(minutes: Minutes) -> Estimate {
    Estimate::around(minutes.get())
}

/// A category of the command line.
pub(super) fn category(word: &str) -> Result<Category, String> {
    let names = || Category::ALL.map(Category::as_str).join(", ");
    Category::named(word).ok_or_else(|| format!("`{word}` is no category: use one of {}", names()))
}
