//! `conductor plan answer`.

use cli_kit::suggest::nearest;
use cli_kit::text::escape;
use cli_kit::{CliError, Exit};
use conductor_host::journal::PlanStatus;
use conductor_plan::{ANSWERS, Answer, DocumentRef, Plan, Question, QuestionId};

use super::answers;
use super::questions::open;
use super::report::count;
use super::stored::{Stored, Unnamed, to_value};
use crate::context::{Context, Project};
use crate::failure::from_journal;

/// Answer a question that a plan asks its author
///
/// The answer is kept with the plan as part of a document named `answers`, which engines read and tasks cite like any
/// other; planning the same documents again keeps it. To a question that is answered again, the last answer counts.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  conductor plan answer Q-5d0c12ab \"Under 200 ms for 95 of 100 searches\"\n  conductor plan answer 2 Q-0aa1f2b3 \"No\""
)]
pub(crate) struct Args {
    /// The plan's number (the newest draft when left out), the question's name, and the answer
    #[arg(value_names = ["PLAN|QUESTION", "QUESTION|TEXT", "TEXT"], num_args = 2..=3, required = true)]
    words: Vec<String>,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let (plan, asked, text) = words(args.words)?;
    let project = context.open()?;
    let by = context.actor()?.to_string();
    let mut database = project.database()?;
    let options = project.lint_options();
    let mut stored = Stored::find(&database, plan, Unnamed::DraftOrImported, &options)?;
    if stored.row.status == PlanStatus::Discarded {
        let message = format!("plan {} was discarded", stored.row.id);
        return Err(CliError::new(Exit::Refused, "PLAN_DISCARDED", message)
            .hint("plan the document again with `conductor plan create`"));
    }
    let question = question(&stored, &asked)?;
    let answer = Answer { question: question.id.clone(), asked: question.text, text, by };
    let again = stored.plan.answers.iter().any(|earlier| earlier.question == answer.question);
    stored.plan.answers.push(answer);
    keep(&project, &mut database, &mut stored)?;
    let left = open(&stored.findings).count();
    if context.printer.is_json() {
        let answer = stored.plan.answers.last();
        context.printer.json(
            &serde_json::json!({ "plan": stored.row.id, "answer": answer, "replaced": again, "open": left }),
        );
        return Ok(Exit::Ok);
    }
    let how = if again { ", in place of the earlier answer" } else { "" };
    context.printer.line(format!("Answered {}{how}; {} open", question.id, count(left, "question")));
    if left == 0 {
        let file = escape(&stored.row.source_file).into_owned();
        context.printer.note(format!("Next: conductor plan decompose {file} plans with the answers"));
    }
    Ok(Exit::Ok)
}

/// The plan, the question and the text of a command line.
fn words(words: Vec<String>) -> Result<(Option<u64>, String, String), CliError> {
    let mut words = words.into_iter();
    let (plan, question, text) = match (words.next(), words.next(), words.next()) {
        (Some(plan), Some(question), Some(text)) => {
            let number = plan.parse().map_err(|_| {
                CliError::usage(format!("`{}` is not the number of a plan", escape(&plan)))
                    .hint("put the answer into quotation marks: conductor plan answer QUESTION \"…\"")
            })?;
            (Some(number), question, text)
        }
        (Some(question), Some(text), None) => (None, question, text),
        (_, None, _) | (None, ..) => return Err(CliError::usage("name a question and give the answer")),
    };
    if text.trim().is_empty() {
        return Err(CliError::usage("the answer is empty")
            .hint("an answer that says nothing would silence the question"));
    }
    Ok((plan, question, text))
}

/// The question of this name, open or answered before.
fn question(stored: &Stored, name: &str) -> Result<Question, CliError> {
    let asked = open(&stored.findings).map(|(_, question)| question.clone());
    let answered = stored
        .plan
        .answers
        .iter()
        .map(|answer| Question { id: answer.question.clone(), text: answer.asked.clone() });
    let known: Vec<Question> = asked.chain(answered).collect();
    let found = known.iter().find(|question| question.id.as_str().eq_ignore_ascii_case(name));
    found.cloned().ok_or_else(|| {
        let message = format!("plan {} asks no question `{}`", stored.row.id, escape(name));
        let names = known.iter().map(|question| QuestionId::as_str(&question.id));
        CliError::new(Exit::NotFound, "QUESTION_NOT_FOUND", message)
            .hint(format!("`conductor plan questions {}` lists them", stored.row.id))
            .suggestions(nearest(name, names))
    })
}

/// Writes the plan with its answers, unless somebody changed it meanwhile, and keeps their text so that it can be cited.
fn keep(
    project: &Project,
    database: &mut conductor_host::journal::Database,
    stored: &mut Stored,
) -> Result<(), CliError> {
    if let Some(document) = answers::document(&stored.plan.answers)? {
        database.keep_document(document.digest().as_str(), document.text()).map_err(from_journal)?;
        let reference = DocumentRef {
            name: ANSWERS.to_owned(),
            digest: document.digest().clone(),
            kind: document.kind(),
            pages: Vec::new(),
        };
        cite(&mut stored.plan, reference);
    }
    let findings = conductor_plan::lint_with(&stored.plan, &project.lint_options());
    let metadata = stored.metadata.recounted(&stored.plan, &findings);
    let body = stored.plan.to_json().map_err(|error| CliError::internal(error.to_string()))?;
    let value = to_value(&metadata)?;
    if !database.replace_plan(&stored.row, stored.row.status, &value, &body).map_err(from_journal)? {
        let message =
            format!("plan {} was changed by somebody else meanwhile; nothing was written", stored.row.id);
        return Err(CliError::new(Exit::Conflict, "PLAN_CHANGED", message).hint("give the answer again"));
    }
    stored.row.metadata = value;
    stored.row.body = body;
    (stored.findings, stored.metadata) = (findings, metadata);
    Ok(())
}

/// Adds the document of answers to those of the plan. It only ever grows, so what was cited in it stays where it was.
fn cite(plan: &mut Plan, reference: DocumentRef) {
    match plan.documents.iter_mut().find(|document| document.name == ANSWERS) {
        Some(known) => *known = reference,
        None => plan.documents.push(reference),
    }
}
