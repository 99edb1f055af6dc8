//! `eslint --format json`.

use conductor_engine::lint::LintLevel;
use serde::Deserialize;

use super::List;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    file_path: String,
    messages: Vec<Message>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    rule_id: Option<String>,
    severity: u8,
    #[serde(default)]
    message: String,
    line: Option<u64>,
}

pub(super) fn read(text: &str, list: &mut List<'_, '_>) -> Option<()> {
    let files: Vec<File> = serde_json::from_str(text).ok()?;
    for file in &files {
        for message in &file.messages {
            let level = if message.severity >= 2 { LintLevel::Error } else { LintLevel::Warning };
            let path = Some(file.file_path.as_str());
            list.note(level, message.rule_id.as_deref(), path, message.line, &message.message);
        }
    }
    Some(())
}
