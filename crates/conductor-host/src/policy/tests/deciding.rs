//! How rules, classes and other checks are brought together.

use conductor_engine::judgement::{Answer, Judgement, Verdict};

use super::*;
use crate::config::{ApprovalClass, Orchestration};
use crate::policy::{Case, Others, Policy, RuleSet};

fn judged(rules: &Orchestration, files: Vec<ChangedFile>, others: Others) -> Judgement {
    let change = change(files);
    let case = Case {
        run: &run(),
        agent: "codex",
        task: &task(),
        change: &change,
        evidence: &evidence(),
        tests: &TestDelta::default(),
        review: None,
    };
    Policy::new(rules).judge(&case, others)
}

fn with(rules: &[Row]) -> Orchestration {
    let policy = rules.iter().map(|(name, when, then)| rule(name, when, *then)).collect();
    Orchestration { policy, ..Orchestration::default() }
}

fn question(judgement: &Judgement) -> &str {
    let Verdict::Hold { question, .. } = &judgement.verdict else { panic!("{judgement:?}") };
    question
}

/// A rule: its name, its condition, what it does.
type Row = (&'static str, &'static str, PolicyAction);

#[test]
fn the_strictest_counts() {
    use PolicyAction::{Hold, Reject, Retry};
    let word = |verdict: &Verdict| match verdict {
        Verdict::Accept => "accept",
        Verdict::Retry { .. } => "retry",
        Verdict::Hold { .. } => "hold",
        Verdict::Reject { .. } => "reject",
    };
    let table: &[(&[Row], &str)] = &[
        (&[], "accept"),
        (&[("a", "false", Reject), ("b", "false", Hold), ("c", "false", Retry)], "accept"),
        (&[("c", "true", Retry)], "retry"),
        (&[("c", "true", Retry), ("b", "true", Hold)], "hold"),
        (&[("c", "true", Retry), ("a", "true", Reject), ("b", "true", Hold)], "reject"),
        (&[("a", "true", Reject), ("c", "true", Retry)], "reject"),
        // What cannot be decided holds, whatever the rule would do.
        (&[("a", "diff.lines / 0 > 1", Reject)], "hold"),
        (&[("a", "diff.lines / 0 > 1", Retry)], "hold"),
        (&[("a", "diff.lines", Retry)], "hold"),
        (&[("a", "no.such > 1", Retry)], "hold"),
    ];
    for (rules, expected) in table {
        let judgement = judged(&with(rules), vec![added("a.rs", "x")], Others::default());
        assert_eq!(word(&judgement.verdict), *expected, "{rules:?}");
    }
}

#[test]
fn a_judgement_has_the_answer_of_every_rule() {
    let rules = with(&[
        ("big", "diff.lines > 800", PolicyAction::Hold),
        ("small", "diff.lines < 800", PolicyAction::Hold),
        ("broken", "evidence.coverage < 80.0", PolicyAction::Reject),
    ]);
    let judgement = judged(&rules, vec![added("a.rs", "x")], Others::default());
    let answers: Vec<_> = judgement.rules.iter().map(|r| (r.rule.as_str(), r.answer.clone())).collect();
    let undecided = Answer::Undecided { why: "No such key: coverage".to_owned() };
    assert_eq!(answers, [("big", Answer::HoldsNot), ("small", Answer::Holds), ("broken", undecided)]);
    assert_eq!(
        question(&judgement),
        "Accept this? It meets rule `small` (diff.lines < 800); cannot be judged by rule `broken` (No such key: \
         coverage), so it holds"
    );
}

#[test]
fn only_the_classes_that_the_user_named_hold_and_secrets_always() {
    let mut rules = Orchestration::default();
    let files = || vec![added("migrations/2.sql", "x"), added("Cargo.toml", "x"), added("src/lib.rs", "x")];
    let judgement = judged(&rules, files(), Others::default());
    assert_eq!(question(&judgement), "Accept this? It changes database migrations (migrations/2.sql)");
    rules.safety.require_approval_for.clear();
    assert_eq!(judged(&rules, files(), Others::default()).verdict, Verdict::Accept);
    rules.safety.require_approval_for = vec![ApprovalClass::Dependencies];
    assert_eq!(
        question(&judged(&rules, files(), Others::default())),
        "Accept this? It changes dependencies (Cargo.toml)"
    );
    rules.safety.require_approval_for.clear();
    let token = format!("const T: &str = \"ghp_{}\";", "aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xY3zA5");
    let judgement = judged(&rules, vec![added("src/lib.rs", &token)], Others::default());
    assert_eq!(
        question(&judgement),
        "Accept this? It contains what looks like a secret (src/lib.rs:1: a token of GitHub's)"
    );
    assert!(!format!("{judgement:?}").contains("ghp_a"), "the value is told: {judgement:?}");
}

#[test]
fn what_other_checks_say_is_part_of_the_same_question() {
    let mut rules = Orchestration::default();
    rules.workflow.auto_commit = false;
    let others = Others {
        sentences: Vec::new(),
        asks: vec!["no longer runs a test".to_owned()],
        details: vec!["Tests:\nt".to_owned()],
        notes: vec!["n".to_owned()],
    };
    let judgement = judged(&rules, vec![added("a.rs", "x")], others);
    let Verdict::Hold { question, detail } = &judgement.verdict else { panic!("{judgement:?}") };
    assert_eq!(question, "Accept this? It no longer runs a test; passed its gates, and auto_commit is off");
    assert_eq!(detail, "Files that change:\na.rs\n\nTests:\nt\n\nNote: n");
}

#[test]
fn words_of_a_rule_reach_whoever_has_to_do_with_it() {
    let mut rules = with(&[("small", "diff.lines < 800", PolicyAction::Retry)]);
    rules.policy[0].ask = Some("Add a line to the changelog".to_owned());
    let verdict = judged(&rules, vec![added("a.rs", "x")], Others::default()).verdict;
    let feedback = "Your work passed its gates, but does not yet do as this project wants: Add a line to the changelog \
                    (rule `small`)";
    assert_eq!(verdict, Verdict::Retry { feedback: feedback.to_owned() });
    rules.policy[0].then = PolicyAction::Reject;
    let verdict = judged(&rules, vec![added("a.rs", "x")], Others::default()).verdict;
    assert_eq!(verdict, Verdict::Reject { why: "Add a line to the changelog (rule `small`)".to_owned() });
}

#[test]
fn rules_that_cannot_be_used_stop_the_start_all_at_once() {
    let rules = with(&[
        ("one", "diff.linse > 2", PolicyAction::Hold),
        ("two", "diff.lines > 2", PolicyAction::Hold),
        ("three", "diff.lines >", PolicyAction::Hold),
    ]);
    let error = RuleSet::new(&rules.policy).usable().unwrap_err().to_string();
    let lines: Vec<&str> = error.lines().collect();
    assert_eq!(
        lines[0],
        "orchestration.policy: rule `one` cannot be used: line 1, column 1 of `when`: there is no variable `diff.linse`; \
         did you mean `diff.lines`?"
    );
    assert!(
        lines[1].starts_with("orchestration.policy: rule `three` cannot be used: line 1, column "),
        "{error}"
    );
    assert_eq!(lines.len(), 2);
}
