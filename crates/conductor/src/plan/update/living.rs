//! A stored plan and its documents as they are now: what `diff` and `update` begin with.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use cli_kit::text::escape;
use cli_kit::{CliError, Exit};
use conductor_host::config::Planning;
use conductor_host::journal::{Database, PlanRow, PlanStatus};
use conductor_host::llm::Tally;
use conductor_plan::decompose::DecomposeOptions;
use conductor_plan::{
    ANSWERS, Document, DocumentKind, EngineKind, LintOptions, OutlineOptions, Plan, lint_with, outline,
};

use super::super::asking::{self, Asking};
use super::super::engine::EngineArgs;
use super::super::stored::{Metadata, Stored, Unnamed, find_row, is_draft};
use super::super::{answers, documents, draft};
use crate::context::{Context, Project, current_folder};
use crate::failure::from_journal;
use crate::place::checkout_top;

/// A plan, and what its engine makes of its documents today.
pub(in crate::plan) struct Living {
    pub(in crate::plan) stored: Stored,
    /// What the engine made of the documents as they were when the plan was made, where their text was kept: people may
    /// have changed the plan since, and the rules may have changed too.
    pub(in crate::plan) original: Plan,
    /// What it makes of them now.
    pub(in crate::plan) now: Plan,
    pub(in crate::plan) documents: Vec<Document>,
    pub(in crate::plan) digest: String,
    /// What a model or an agent used to make it.
    used: Option<Tally>,
}

/// What came of reading a plan and its documents.
pub(in crate::plan) enum Reading {
    /// There is no such plan.
    NoPlan,
    /// It was only said what planning them would cost.
    Estimated,
    /// Both are there.
    Living(Box<Living>),
}

/// The documents planned anew.
struct Replanned {
    plan: Plan,
    digest: String,
    used: Option<Tally>,
}

/// Which plan is meant when only documents are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::plan) enum Preferred {
    /// The newest one.
    Newest,
    /// The newest one that was imported; the newest draft when none was.
    Imported,
}

impl Living {
    /// The plan of this number, or of these documents, with its documents read again. Documents of the plan that are not
    /// named are read from where they were.
    pub(in crate::plan) fn read(
        context: &mut Context,
        project: &Project,
        database: &mut Database,
        plan: Option<u64>,
        files: &[PathBuf],
        preferred: Preferred,
        engine: &EngineArgs,
    ) -> Result<Reading, CliError> {
        let root = project.tasks.root().to_owned();
        let bases: Vec<PathBuf> =
            [Some(root.clone()), checkout_top(&current_folder()?)].into_iter().flatten().collect();
        let mut named = match files {
            [] => Vec::new(),
            files => documents::read(files, &bases, &mut context.printer)?,
        };
        let row = match (plan, files) {
            (Some(_), _) | (None, []) => Some(find_row(database, plan, Unnamed::DraftOrImported)?),
            (None, _) => row_of(database, &named, &root, preferred)?,
        };
        let Some(row) = row else { return Ok(Reading::NoPlan) };
        let stored = Stored::of_row(row, &project.lint_options())?;
        let others = unnamed(&stored.plan, &named, &root)?;
        if !others.is_empty() {
            named.extend(documents::read(&others, &bases, &mut context.printer)?);
        }
        let documents = in_order(named, &stored.plan);
        let original = original(database, &stored, &options(&stored.row, &project.config.planning))?
            .unwrap_or_else(|| stored.plan.clone());
        let replanned = match stored.plan.engine.kind {
            EngineKind::Outline => Some(by_rules(&stored, &documents, project, engine)?),
            EngineKind::Llm | EngineKind::Agent => {
                let replan = Replan { stored: &stored, documents: &documents, project, engine };
                replan.run(&original, database, context)?
            }
        };
        let Some(Replanned { plan: now, digest, used }) = replanned else { return Ok(Reading::Estimated) };
        Ok(Reading::Living(Box::new(Self { stored, original, now, documents, digest, used })))
    }

    /// Whether the plan waits for its import.
    pub(in crate::plan) fn is_draft(&self) -> bool {
        is_draft(self.stored.row.status)
    }

    /// The documents' names, for people.
    pub(in crate::plan) fn names(&self) -> String {
        let names: Vec<&str> = self.documents.iter().map(Document::name).collect();
        escape(&names.join(", ")).into_owned()
    }

    /// Keeps the text of the documents, which the plan cites from now on.
    pub(in crate::plan) fn keep_documents(&self, database: &mut Database) -> Result<(), CliError> {
        for document in &self.documents {
            database.keep_document(document.digest().as_str(), document.text()).map_err(from_journal)?;
        }
        Ok(())
    }
}

/// The documents, and what their author answered to the plan, which holds for later versions of them too.
fn with_answers(plan: &Plan, documents: &[Document]) -> Result<Vec<Document>, CliError> {
    Ok(documents.iter().cloned().chain(answers::document(&plan.answers)?).collect())
}

/// Plans the documents of a plan that the outline engine made.
fn by_rules(
    stored: &Stored,
    documents: &[Document],
    project: &Project,
    engine: &EngineArgs,
) -> Result<Replanned, CliError> {
    let asks = engine.model.is_some() || engine.engine.as_deref().is_some_and(|name| name != "outline");
    if asks || engine.estimate_cost {
        let id = stored.row.id;
        let message = format!("plan {id} was made by the outline engine, which asks nobody");
        return Err(CliError::usage(message).hint("plan anew with `conductor plan create FILE --engine …`"));
    }
    let options = options(&stored.row, &project.config.planning);
    let made = outline(&with_answers(&stored.plan, documents)?, &options);
    let plan = Plan { answers: stored.plan.answers.clone(), ..made };
    Ok(Replanned { plan, digest: draft::digest(documents, &options), used: None })
}

/// The documents of a plan that a model or an agent made, which is asked again only when it is told to.
struct Replan<'a> {
    stored: &'a Stored,
    documents: &'a [Document],
    project: &'a Project,
    engine: &'a EngineArgs,
}

impl Replan<'_> {
    /// `None` when it was only said what it would cost.
    fn run(
        &self,
        original: &Plan,
        database: &mut Database,
        context: &mut Context,
    ) -> Result<Option<Replanned>, CliError> {
        let Self { stored, engine, project, .. } = self;
        if self.are_the_same() {
            let (plan, digest) = (original.clone(), stored.row.digest.clone());
            return Ok(Some(Replanned { plan, digest, used: stored.metadata.used }));
        }
        let told = engine.engine.is_some() || engine.model.is_some();
        let asking = if told { Asking::of(engine, context, &project.config)? } else { None };
        let asking = asking.ok_or_else(|| self.needs_a_word())?;
        let all = with_answers(&stored.plan, self.documents)?;
        let planning = &project.config.planning;
        let OutlineOptions { max_depth, target_minutes } = options(&stored.row, planning);
        let options = DecomposeOptions { max_depth, target_minutes, ..asking::options(planning) };
        if engine.estimate_cost {
            asking.estimate(&asking::grown(&all, options)?, context)?;
            return Ok(None);
        }
        let digest = draft::asked_digest(&all, &options, &asking.identity);
        let planned = asking.plan(&all, options, &digest, database, context)?;
        let plan = Plan { answers: stored.plan.answers.clone(), ..planned.plan };
        Ok(Some(Replanned { plan, digest, used: Some(planned.used) }))
    }

    /// Whether the documents are those that the plan was made of.
    fn are_the_same(&self) -> bool {
        let known = self.stored.plan.documents.iter().filter(|document| document.name != ANSWERS);
        let known: Vec<_> = known.map(|document| (document.name.as_str(), &document.digest)).collect();
        let now: Vec<_> =
            self.documents.iter().map(|document| (document.name(), document.digest())).collect();
        known == now
    }

    fn needs_a_word(&self) -> CliError {
        let (id, model) = (self.stored.row.id, self.stored.plan.engine.model.as_deref().unwrap_or("a model"));
        let message = format!(
            "plan {id} was made by {}, and its documents changed; asking again may cost",
            escape(model)
        );
        CliError::new(Exit::Refused, "ENGINE_NOT_NAMED", message)
            .hint("add --engine llm, --model PROVIDER/MODEL or --engine AGENT; --estimate-cost says what it would cost")
    }
}

/// What the engine made of the documents of a stored plan: by today's rules where it can be made again, so that a change
/// of the rules is not taken for one of the documents, else as it was made then.
fn original(
    database: &Database,
    stored: &Stored,
    options: &OutlineOptions,
) -> Result<Option<Plan>, CliError> {
    match stored.plan.engine.kind {
        EngineKind::Outline => match texts(database, &stored.plan)? {
            Some(documents) => Ok(Some(outline(&documents, options))),
            None => as_made(database, stored),
        },
        EngineKind::Llm | EngineKind::Agent => as_made(database, stored),
    }
}

fn as_made(database: &Database, stored: &Stored) -> Result<Option<Plan>, CliError> {
    let made = database.plan_as_made(stored.row.id).map_err(from_journal)?;
    Ok(made.and_then(|body| Plan::from_json(&body).ok()))
}

/// The documents of a plan as they were. None where the text of one was not kept, or is not what was read: that of a PDF
/// or of a web page has lost what its form said.
fn texts(database: &Database, plan: &Plan) -> Result<Option<Vec<Document>>, CliError> {
    let mut documents = Vec::new();
    for document in &plan.documents {
        match document.kind {
            DocumentKind::Markdown | DocumentKind::Plain => {}
            DocumentKind::Html | DocumentKind::Pdf => return Ok(None),
        }
        let text = database.document_text(document.digest.as_str()).map_err(from_journal)?;
        match text.map(|text| Document::parse(&document.name, text.as_bytes())) {
            Some(Ok(document)) => documents.push(document),
            Some(Err(_)) | None => return Ok(None),
        }
    }
    Ok(Some(documents))
}

/// How the plan was made, as its digest says.
fn options(row: &PlanRow, planning: &Planning) -> OutlineOptions {
    let said = |name: &str| row.digest.split(' ').find_map(|word| word.strip_prefix(name));
    let configured = u8::try_from(planning.max_depth).unwrap_or(u8::MAX);
    OutlineOptions {
        max_depth: said("depth=").and_then(|depth| depth.parse().ok()).unwrap_or(configured),
        target_minutes: said("target=")
            .and_then(|target| target.parse().ok())
            .unwrap_or(planning.target_minutes),
    }
}

/// The newest plan of one of these documents: by their names, by their content, or, when that leads to none, the only one
/// whose documents are all gone, which was renamed.
fn row_of(
    database: &Database,
    documents: &[Document],
    root: &Path,
    preferred: Preferred,
) -> Result<Option<PlanRow>, CliError> {
    let mut rows: Vec<(PlanRow, Plan)> = Vec::new();
    for row in database.plans().map_err(from_journal)? {
        // One that cannot be read is told of by the commands that name it.
        if let Some(plan) = Plan::from_json(&row.body).ok().filter(|_| row.status != PlanStatus::Discarded) {
            rows.push((row, plan));
        }
    }
    rows.reverse();
    if preferred == Preferred::Imported {
        rows.sort_by_key(|(row, _)| (row.status != PlanStatus::Imported, !was_carried_out(row)));
    }
    let has = |plan: &Plan, same: &dyn Fn(&conductor_plan::DocumentRef, &Document) -> bool| {
        plan.documents.iter().any(|known| documents.iter().any(|document| same(known, document)))
    };
    let by_name = |(_, plan): &&(PlanRow, Plan)| has(plan, &|known, document| known.name == document.name());
    let by_content =
        |(_, plan): &&(PlanRow, Plan)| has(plan, &|known, document| known.digest == *document.digest());
    let gone =
        |(_, plan): &&(PlanRow, Plan)| plan.documents.iter().all(|known| !root.join(&known.name).exists());
    let found = rows.iter().find(by_name).or_else(|| rows.iter().find(by_content)).or_else(|| {
        let mut lost = rows.iter().filter(gone);
        let first = lost.next()?;
        let same = |other: &(PlanRow, Plan)| names(&other.1) == names(&first.1);
        lost.all(same).then_some(first)
    });
    Ok(found.map(|(row, _)| row.clone()))
}

/// Whether the tasks became what the plan says. An import that found tasks of an earlier plan left them as they were, so
/// that they are still as that one had them.
fn was_carried_out(row: &PlanRow) -> bool {
    Metadata::of_row(row)
        .is_ok_and(|metadata| metadata.imported.is_some_and(|imported| imported.skipped == 0))
}

fn names(plan: &Plan) -> BTreeSet<&str> {
    plan.documents.iter().map(|document| document.name.as_str()).collect()
}

/// The documents of a plan that were not named, where they still are. Where what was named is none of the plan's, it takes
/// the place of all.
fn unnamed(plan: &Plan, named: &[Document], root: &Path) -> Result<Vec<PathBuf>, CliError> {
    let is_named = |name: &str| named.iter().any(|document| document.name() == name);
    if !named.is_empty() && !plan.documents.iter().any(|document| is_named(&document.name)) {
        return Ok(Vec::new());
    }
    let mut paths = Vec::new();
    let of_files = plan.documents.iter().filter(|document| document.name != ANSWERS);
    for document in of_files.filter(|document| !is_named(&document.name)) {
        let path = root.join(&document.name);
        // A document that goes by another name now is not missing.
        if path.exists() {
            paths.push(path);
        } else if named.len() < plan.documents.len() {
            let message = format!("{} of the plan is not there", escape(&document.name));
            return Err(CliError::new(Exit::NotFound, "DOCUMENT_NOT_FOUND", message)
                .hint("name all documents of the plan as they are called now"));
        }
    }
    Ok(paths)
}

/// The documents in the order of the plan, new ones last.
fn in_order(mut documents: Vec<Document>, plan: &Plan) -> Vec<Document> {
    let place = |document: &Document| {
        plan.documents.iter().position(|known| known.name == document.name()).unwrap_or(usize::MAX)
    };
    documents.sort_by_key(place);
    documents
}

/// A plan of which nothing is known.
pub(in crate::plan) fn no_plan(files: &[PathBuf]) -> CliError {
    let names: Vec<_> = files.iter().map(|file| file.to_string_lossy()).collect();
    let message = format!("there is no plan of {}", escape(&names.join(", ")));
    CliError::new(Exit::NotFound, "PLAN_NOT_FOUND", message)
        .hint("make one with `conductor plan create FILE`; `conductor plan list` shows those that there are")
}

/// What is noted beside a plan that follows another.
pub(in crate::plan) fn metadata_of(plan: &Plan, living: &Living, checks: &LintOptions) -> Metadata {
    let findings = lint_with(plan, checks);
    Metadata { updates: Some(living.stored.row.id), used: living.used, ..Metadata::of(plan, &findings) }
}
