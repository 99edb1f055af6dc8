//! From documents to a stored draft: what `decompose` and `create` share.

use std::path::PathBuf;

use cli_kit::CliError;
use cli_kit::text::escape;
use conductor_host::journal::{Database, PlanRow, PlanStatus};
use conductor_plan::{Document, OutlineOptions, lint, outline};
use taskwerk_client::Init;

use super::stored::{Metadata, Stored, to_value};
use super::{documents, engine};
use crate::context::{Context, Project, current_folder};
use crate::failure::from_journal;
use crate::place::checkout_top;

/// What to plan, and how.
#[derive(clap::Args, Debug)]
pub(super) struct DraftArgs {
    /// Documents that say what to build: files, folders, or - for standard input
    #[arg(value_name = "FILE", required = true, value_hint = clap::ValueHint::AnyPath)]
    files: Vec<PathBuf>,
    /// outline (rules, offline, free), or auto: outline unless the configuration names another
    #[arg(long, value_name = "ENGINE")]
    engine: Option<String>,
    /// Split in as many levels as the documents give (always so, down to --max-depth; said for clarity)
    #[arg(long)]
    recursive: bool,
    /// How deep tasks may be nested; 1 gives a flat list [default: planning.max_depth, 3]
    #[arg(long, value_name = "LEVELS", value_parser = clap::value_parser!(u8).range(1..=10))]
    max_depth: Option<u8>,
}

/// A plan of the documents, and how it came.
pub(super) struct Drafted {
    pub(super) stored: Stored,
    /// It had been made before.
    pub(super) known: bool,
}

impl DraftArgs {
    /// Plans the documents and stores the draft. Documents that were planned before in the same way give the plan that
    /// is there already, imported or not. In a repository without tasks the project is made first, since planning is a
    /// fine first command; but only when there is something to plan.
    pub(super) fn draft(&self, context: &mut Context) -> Result<(Project, Database, Drafted), CliError> {
        let root = context.root_or_place()?;
        engine::check(self.engine.as_deref(), &context.config()?)?;
        let bases: Vec<PathBuf> =
            [Some(root), checkout_top(&current_folder()?)].into_iter().flatten().collect();
        let documents = documents::read(&self.files, &bases, &mut context.printer)?;
        let (project, init) = context.open_or_init()?;
        if init == Init::Created {
            let place = project.tasks.data_dir().display().to_string();
            context
                .printer
                .note(format!("Made {} (config.yml is for git, the rest is ignored)", escape(&place)));
        }
        let mut database = project.database()?;
        let drafted = store(&mut database, &documents, &self.options(&project))?;
        Ok((project, database, drafted))
    }

    fn options(&self, project: &Project) -> OutlineOptions {
        let planning = &project.config.planning;
        let configured = u8::try_from(planning.max_depth).unwrap_or(u8::MAX);
        OutlineOptions {
            max_depth: self.max_depth.unwrap_or(configured),
            target_minutes: planning.target_minutes,
        }
    }
}

fn store(
    database: &mut Database,
    documents: &[Document],
    options: &OutlineOptions,
) -> Result<Drafted, CliError> {
    let digest = digest(documents, options);
    let plan = outline(documents, options);
    let findings = lint(&plan);
    let counts = Metadata::of(&plan, &findings);
    let metadata = to_value(&counts)?;
    let body = plan.to_json().map_err(|error| CliError::internal(error.to_string()))?;
    match database.plan_by_digest(&digest).map_err(from_journal)? {
        Some(row) if row.status != PlanStatus::Draft => {
            return Ok(Drafted { stored: Stored::of_row(row)?, known: true });
        }
        Some(row) if row.body == body => {
            let stored = Stored { row, plan, findings, metadata: counts };
            return Ok(Drafted { stored, known: true });
        }
        // A draft that nobody has touched gives way to what today's rules, or a new name of the document, make of it.
        Some(row) => {
            let discarded = PlanStatus::Discarded;
            database.update_plan(row.id, discarded, &row.metadata, &row.body).map_err(from_journal)?;
        }
        None => {}
    }
    for document in documents {
        database.keep_document(document.digest().as_str(), document.text()).map_err(from_journal)?;
    }
    let names: Vec<&str> = plan.documents.iter().map(|document| document.name.as_str()).collect();
    let (source_file, created_at) = (names.join(", "), cli_kit::time::now());
    let id =
        database.create_plan(&source_file, &digest, &metadata, &body, created_at).map_err(from_journal)?;
    let row = PlanRow { id, source_file, digest, created_at, status: PlanStatus::Draft, metadata, body };
    Ok(Drafted { stored: Stored { row, plan, findings, metadata: counts }, known: false })
}

/// What makes two plans the same: the bytes of the documents, in their order, and how they were planned. Not their
/// names: a document that was moved is the same document.
pub(super) fn digest(documents: &[Document], options: &OutlineOptions) -> String {
    let OutlineOptions { max_depth, target_minutes } = options;
    let digests: Vec<&str> = documents.iter().map(|document| document.digest().as_str()).collect();
    format!("outline depth={max_depth} target={target_minutes} {}", digests.join(" "))
}
