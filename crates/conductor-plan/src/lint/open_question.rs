//! What a document says is not decided.

use super::{asked_of, quoted};
use crate::{Finding, FindingCode, Plan, QuestionId, RequirementKind};

pub(super) fn check(plan: &Plan, findings: &mut Vec<Finding>) {
    for wanted in asked_of(plan).filter(|wanted| wanted.kind == RequirementKind::OpenQuestion) {
        let message = format!("not decided: {}", quoted(&wanted.text));
        let id = QuestionId::of(&["open_question", wanted.id.as_str()]);
        let finding = Finding::new(FindingCode::OpenQuestion, message).at(vec![wanted.source.clone()]);
        findings.push(finding.asking(id, wanted.text.clone()));
    }
}
