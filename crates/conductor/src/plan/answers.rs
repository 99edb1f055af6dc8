//! What the author answered, carried from plan to plan of the same documents.

use cli_kit::{CliError, Exit};
use conductor_host::journal::Database;
use conductor_plan::{Answer, Document, Plan, answers_document};

use crate::failure::from_journal;

/// The answers that the newest plan of documents of these names has: they hold for a later version of the documents too.
pub(super) fn earlier(database: &Database, documents: &[Document]) -> Result<Vec<Answer>, CliError> {
    let rows = database.plans_with(&source_file(documents), "\"answers\":[{").map_err(from_journal)?;
    let plan = rows.iter().find_map(|row| Plan::from_json(&row.body).ok());
    Ok(plan.map(|plan| plan.answers).unwrap_or_default())
}

/// The answers as one more document; nothing where there are none.
pub(super) fn document(answers: &[Answer]) -> Result<Option<Document>, CliError> {
    answers_document(answers).map_err(|error| {
        CliError::new(Exit::Usage, "DOCUMENT_TOO_LARGE", error.to_string())
            .hint("write long answers into the document itself, and plan it again")
    })
}

/// The documents of a plan as they are named beside it. The document of answers is none of them.
pub(super) fn source_file(documents: &[Document]) -> String {
    documents.iter().map(Document::name).collect::<Vec<_>>().join(", ")
}
