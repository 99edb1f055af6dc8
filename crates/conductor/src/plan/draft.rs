//! From documents to a stored draft: what `decompose` and `create` share.

use std::path::PathBuf;

use cli_kit::text::escape;
use cli_kit::{CliError, Exit};
use conductor_host::config::Planning;
use conductor_host::journal::{Database, PlanRow, PlanStatus};
use conductor_host::llm::Tally;
use conductor_plan::decompose::DecomposeOptions;
use conductor_plan::{Answer, Document, LintOptions, OutlineOptions, Plan, lint_with, outline};
use taskwerk_client::Init;

use super::asking::{self, Asking};
use super::engine::EngineArgs;
use super::stored::{Metadata, Stored, to_value};
use super::{answers, documents};
use crate::context::{Context, Project, current_folder};
use crate::failure::from_journal;
use crate::place::checkout_top;

/// What to plan, and how.
#[derive(clap::Args, Debug)]
pub(super) struct DraftArgs {
    /// Documents that say what to build: files, folders, or - for standard input
    #[arg(value_name = "FILE", required = true, value_hint = clap::ValueHint::AnyPath)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    engine: EngineArgs,
    /// Split in as many levels as are needed (always so, down to --max-depth; said for clarity)
    #[arg(long)]
    recursive: bool,
    /// How deep tasks may be nested; 1 gives a flat list [default: planning.max_depth, 3]
    #[arg(long, value_name = "LEVELS", value_parser = clap::value_parser!(u8).range(1..=10))]
    max_depth: Option<u8>,
    /// The most tasks and groups of a plan by a model or an agent [default: planning.max_items, 200]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=10_000))]
    max_items: Option<u16>,
    /// Tasks estimated above this are split, in minutes [default: planning.target_minutes, 240]
    #[arg(long, value_name = "MINUTES", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    target_minutes: Option<u32>,
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
        let asking = Asking::of(&self.engine, context, &context.config()?)?;
        let documents = self.documents(root, context)?;
        let (project, init) = context.open_or_init()?;
        if init == Init::Created {
            let place = project.tasks.data_dir().display().to_string();
            context
                .printer
                .note(format!("Made {} (config.yml is for git, the rest is ignored)", escape(&place)));
        }
        let mut database = project.database()?;
        let sources = Sources::of(&database, documents)?;
        let drafted = match asking {
            None => {
                let options = self.outline_options(&project.config.planning);
                let plan = outline(&sources.all, &options);
                let digest = digest(sources.named(), &options);
                sources.store(&mut database, &digest, plan, None, &project.lint_options())?
            }
            Some(asking) => self.ask(&asking, &sources, &project, &mut database, context)?,
        };
        Ok((project, database, drafted))
    }

    /// A plan by a model or an agent. What was planned before in the same way is not asked for again.
    fn ask(
        &self,
        asking: &Asking,
        sources: &Sources,
        project: &Project,
        database: &mut Database,
        context: &mut Context,
    ) -> Result<Drafted, CliError> {
        let options = self.decompose_options(&project.config.planning);
        let checks = project.lint_options();
        let work = asked_digest(&sources.all, &options, &asking.identity);
        let anew = self.engine.fresh || self.engine.replay;
        if let Some(row) = database.plan_by_digest(&work).map_err(from_journal)?
            && (row.status != PlanStatus::Draft || !anew)
        {
            return Ok(Drafted { stored: Stored::of_row(row, &checks)?, known: true });
        }
        let planned = asking.plan(&sources.all, options, &work, database, context)?;
        sources.store(database, &work, planned.plan, Some(planned.used), &checks)
    }

    /// Whether it is only to be said what planning would cost.
    pub(super) fn estimates(&self) -> bool {
        self.engine.estimate_cost
    }

    /// Says what planning the documents would cost. Nothing is made and nobody is asked.
    pub(super) fn estimate(&self, context: &mut Context) -> Result<Exit, CliError> {
        let (root, config) = (context.root_or_place()?, context.config()?);
        let asking = Asking::of(&self.engine, context, &config)?.ok_or_else(|| {
            CliError::usage("the outline engine asks nobody, so that there is nothing to estimate")
                .hint("add --engine llm, or --model PROVIDER/MODEL")
        })?;
        let documents = self.documents(root, context)?;
        asking.estimate(&asking::grown(&documents, self.decompose_options(&config.planning))?, context)
    }

    fn documents(&self, root: PathBuf, context: &mut Context) -> Result<Vec<Document>, CliError> {
        let bases: Vec<PathBuf> =
            [Some(root), checkout_top(&current_folder()?)].into_iter().flatten().collect();
        documents::read(&self.files, &bases, &mut context.printer)
    }

    fn decompose_options(&self, planning: &Planning) -> DecomposeOptions {
        let OutlineOptions { max_depth, target_minutes } = self.outline_options(planning);
        let configured = asking::options(planning);
        let max_items = self.max_items.map_or(configured.max_items, usize::from);
        DecomposeOptions { max_depth, target_minutes, max_items, ..configured }
    }

    fn outline_options(&self, planning: &Planning) -> OutlineOptions {
        let configured = u8::try_from(planning.max_depth).unwrap_or(u8::MAX);
        OutlineOptions {
            max_depth: self.max_depth.unwrap_or(configured),
            target_minutes: self.target_minutes.unwrap_or(planning.target_minutes),
        }
    }
}

/// What a plan is made from.
struct Sources {
    /// The documents that were named, and behind them the document of what their author answered.
    all: Vec<Document>,
    /// How many were named.
    named: usize,
    /// What the author answered to an earlier plan of them.
    answers: Vec<Answer>,
}

impl Sources {
    fn of(database: &Database, named: Vec<Document>) -> Result<Self, CliError> {
        let answers = answers::earlier(database, &named)?;
        let answered = answers::document(&answers)?;
        let count = named.len();
        Ok(Self { all: named.into_iter().chain(answered).collect(), named: count, answers })
    }

    /// The documents that were named.
    fn named(&self) -> &[Document] {
        self.all.get(..self.named).unwrap_or_default()
    }

    fn store(
        &self,
        database: &mut Database,
        digest: &str,
        plan: Plan,
        used: Option<Tally>,
        checks: &LintOptions,
    ) -> Result<Drafted, CliError> {
        let plan = Plan { answers: self.answers.clone(), ..plan };
        let findings = lint_with(&plan, checks);
        let counts = Metadata { used, ..Metadata::of(&plan, &findings) };
        let metadata = to_value(&counts)?;
        let body = plan.to_json().map_err(|error| CliError::internal(error.to_string()))?;
        match database.plan_by_digest(digest).map_err(from_journal)? {
            Some(row) if row.status != PlanStatus::Draft => {
                return Ok(Drafted { stored: Stored::of_row(row, checks)?, known: true });
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
        for document in &self.all {
            database.keep_document(document.digest().as_str(), document.text()).map_err(from_journal)?;
        }
        let (source_file, created_at) = (answers::source_file(self.named()), cli_kit::time::now());
        let id =
            database.create_plan(&source_file, digest, &metadata, &body, created_at).map_err(from_journal)?;
        let digest = digest.to_owned();
        let row = PlanRow { id, source_file, digest, created_at, status: PlanStatus::Draft, metadata, body };
        Ok(Drafted { stored: Stored { row, plan, findings, metadata: counts }, known: false })
    }
}

/// What makes two plans the same: the bytes of the documents, in their order, and how they were planned. Not their
/// names: a document that was moved is the same document.
pub(super) fn digest(documents: &[Document], options: &OutlineOptions) -> String {
    let OutlineOptions { max_depth, target_minutes } = options;
    let digests: Vec<&str> = documents.iter().map(|document| document.digest().as_str()).collect();
    format!("outline depth={max_depth} target={target_minutes} {}", digests.join(" "))
}

/// The same for plans by a model or an agent, whose answers are kept under it: all that the questions are made of, and who
/// is asked.
pub(super) fn asked_digest(documents: &[Document], options: &DecomposeOptions, identity: &str) -> String {
    let DecomposeOptions { max_depth, max_items, target_minutes, complexity_limit, context_tokens } = options;
    // Names stand in questions, so that a document that was moved is asked for again.
    let digests: Vec<String> = documents
        .iter()
        .map(|document| format!("{:?}={}", document.name(), document.digest().as_str()))
        .collect();
    format!(
        "asked {identity} depth={max_depth} items={max_items} target={target_minutes} hard={complexity_limit} \
         context={context_tokens} {}",
        digests.join(" ")
    )
}
