//! What a command looks at: a stored plan, or files that are planned for the occasion and kept nowhere.

use std::path::{Path, PathBuf};

use cli_kit::CliError;
use cli_kit::text::escape;
use conductor_host::config::Config;
use conductor_host::journal::Database;
use conductor_plan::{Finding, OutlineOptions, Plan, lint_with, outline};

use super::documents;
use super::report;
use super::stored::{Stored, Unnamed};
use crate::context::{Context, current_folder};
use crate::failure::from_journal;
use crate::place::checkout_top;

/// A plan to look at.
pub(super) struct Subject {
    /// Its number, where it is a stored one.
    pub(super) id: Option<u64>,
    /// How it is called in front of people, escaped.
    pub(super) heading: String,
    pub(super) plan: Plan,
    pub(super) findings: Vec<Finding>,
}

impl Subject {
    /// The newest plan when nothing is named, the plan of a number, or else the files that are named. Files need no
    /// project: they are planned by the outline engine, which is offline and free.
    pub(super) fn of(context: &mut Context, named: &[PathBuf]) -> Result<Self, CliError> {
        if let Some(number) = number(named) {
            let project = context.open()?;
            let database = project.database()?;
            let options = project.lint_options();
            let stored = Stored::find(&database, number, Unnamed::DraftOrImported, &options)?;
            let heading = report::heading(&stored);
            let id = Some(stored.row.id);
            return Ok(Self { id, heading, plan: stored.plan, findings: stored.findings });
        }
        Self::files(context, named)
    }

    fn files(context: &mut Context, named: &[PathBuf]) -> Result<Self, CliError> {
        let config: Config = context.config()?;
        let bases: Vec<PathBuf> =
            [context.root_or_place().ok(), checkout_top(&current_folder()?)].into_iter().flatten().collect();
        let documents = documents::read(named, &bases, &mut context.printer)?;
        let planning = &config.planning;
        let options = OutlineOptions {
            max_depth: u8::try_from(planning.max_depth).unwrap_or(u8::MAX),
            target_minutes: planning.target_minutes,
        };
        let plan = outline(&documents, &options);
        let findings = lint_with(&plan, &planning.lint_options());
        let names: Vec<&str> = documents.iter().map(|document| document.name()).collect();
        let heading = escape(&names.join(", ")).into_owned();
        Ok(Self { id: None, heading, plan, findings })
    }
}

/// The texts that are kept of a plan's documents.
pub(super) fn texts(database: &Database, plan: &Plan) -> Result<Vec<(String, String)>, CliError> {
    let mut texts = Vec::new();
    for document in &plan.documents {
        let text = database.document_text(document.digest.as_str()).map_err(from_journal)?;
        texts.extend(text.map(|text| (document.name.clone(), text)));
    }
    Ok(texts)
}

/// `Some(None)` for the newest plan, `Some(Some(n))` for the plan of a number, `None` for files. A file may be called `7`.
fn number(named: &[PathBuf]) -> Option<Option<u64>> {
    match named {
        [] => Some(None),
        [one] if !Path::new(one).exists() => one.to_str().and_then(|text| text.parse().ok()).map(Some),
        [_, ..] => None,
    }
}
