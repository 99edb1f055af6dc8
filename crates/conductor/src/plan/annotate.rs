//! Findings in the forms that systems for continuous integration show beside the lines of a file.

use conductor_plan::{Finding, FindingCode, Severity, Source};
use serde_json::{Value, json};

/// Where the pages about the codes lie in the repository.
const PAGES: &str = "docs/findings";

/// A workflow command of GitHub's: it becomes an annotation of the line.
pub(super) fn github(finding: &Finding) -> String {
    let level = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let mut properties = Vec::new();
    if let Some(Source { document, span }) = finding.sources.first() {
        properties.push(format!("file={}", property(document)));
        properties.push(format!("line={},endLine={}", span.first_line, span.last_line));
    }
    properties.push(format!("title={}", finding.code));
    let asked = finding.question.as_ref().map(|question| format!("\n{} {}", question.id, question.text));
    format!(
        "::{level} {}::{}",
        properties.join(","),
        data(&(finding.message.clone() + &asked.unwrap_or_default()))
    )
}

/// What ends a command or begins one has its number instead.
fn data(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '%' => "%25".to_owned(),
            c if c.is_control() => format!("%{:02X}", u32::from(c)),
            c => c.to_string(),
        })
        .collect()
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// The Static Analysis Results Interchange Format, which code scanning reads.
pub(super) fn sarif(findings: &[Finding]) -> Value {
    let rules: Vec<Value> = FindingCode::ALL.into_iter().map(rule).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "conductor plan lint",
                "version": env!("CARGO_PKG_VERSION"),
                "informationUri": concat!(env!("CARGO_PKG_REPOSITORY"), "/tree/main/docs/findings"),
                "rules": rules,
            } },
            "results": findings.iter().map(result).collect::<Vec<_>>(),
        }],
    })
}

fn rule(code: FindingCode) -> Value {
    // The first paragraph of the page, without its heading.
    let short =
        code.page().lines().find(|line| !line.is_empty() && !line.starts_with('#')).unwrap_or_default();
    json!({
        "id": code,
        "shortDescription": { "text": short.split(" Usually:").next() },
        "help": { "text": code.page(), "markdown": code.page() },
        "helpUri": format!("{}/blob/main/{PAGES}/{code}.md", env!("CARGO_PKG_REPOSITORY")),
        "defaultConfiguration": { "level": level(code.default_severity()) },
    })
}

fn result(finding: &Finding) -> Value {
    let locations: Vec<Value> = finding.sources.iter().map(location).collect();
    let asked = finding.question.as_ref().map(|question| format!(" {} {}", question.id, question.text));
    let mut result = json!({
        "ruleId": finding.code,
        "level": level(finding.severity),
        "message": { "text": finding.message.clone() + &asked.unwrap_or_default() },
        "locations": locations,
    });
    if let Some(question) = &finding.question {
        // Named by what it is about, so that the same finding is known again after an edit elsewhere.
        result["partialFingerprints"] = json!({ "question/v1": question.id });
    }
    result
}

fn level(severity: Severity) -> &'static str {
    severity.as_str()
}

fn location(source: &Source) -> Value {
    json!({ "physicalLocation": {
        "artifactLocation": { "uri": uri(&source.document) },
        "region": { "startLine": source.span.first_line, "endLine": source.span.last_line },
    } })
}

/// A path as a relative reference.
fn uri(path: &str) -> String {
    path.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use conductor_plan::{Document, OutlineOptions, lint, outline};

    fn findings(name: &str, text: &str) -> Vec<Finding> {
        let document = Document::parse(name, text.as_bytes()).unwrap();
        lint(&outline(&[document], &OutlineOptions::default()))
    }

    #[test]
    fn annotations_cannot_be_broken_out_of() {
        let found =
            findings("a,b:c\n.md", "# Features\n- The search is fast ::error::%0A `x`\n- Store notes\n");
        let vague = found.iter().find(|finding| finding.code == FindingCode::VagueRequirement).unwrap();
        let line = github(vague);
        assert!(
            line.starts_with("::warning file=a%2Cb%3Ac%0A.md,line=2,endLine=2,title=vague_requirement::"),
            "{line}"
        );
        assert!(!line.contains('\n') && line.contains("%250A"), "{line}");
    }

    #[test]
    fn scanners_get_rules_places_and_names() {
        let found = findings("docs/my prd.md", "# Features\n- The search is fast\n- Store notes\n");
        let log = sarif(&found);
        let run = &log["runs"][0];
        assert_eq!(run["tool"]["driver"]["rules"].as_array().unwrap().len(), FindingCode::ALL.len());
        let vague = run["results"]
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["ruleId"] == "vague_requirement")
            .unwrap();
        assert_eq!(vague["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "docs/my%20prd.md");
        assert_eq!(vague["locations"][0]["physicalLocation"]["region"]["startLine"], 2);
        assert!(vague["partialFingerprints"]["question/v1"].as_str().unwrap().starts_with("Q-"));
    }
}
