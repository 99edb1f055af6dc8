//! Words of tasks, agents and files are data wherever they go.

use serde_json::json;
use taskwerk_client::model::{ImportFile, Status};

use super::support::Project;

const TITLES: [&str; 8] = [
    "$(touch \"$HOME/owned\")",
    "`touch ~/owned`; touch $HOME/owned",
    "--force",
    "-n --upload-pack='touch ~/owned'",
    "../../x",
    "\"quotes\" 'and' \\backslashes\\ %s %n {prompt}",
    "refs/heads/main..HEAD~1^{tree}@{0}:.lock",
    "feat!: Übergröße 日本語 🦀",
];

/// What the agent prints and says would be trailers, escapes and options, if anybody took it for such.
const AGENT: &str = r#"
printf '%s' "$CONDUCTOR_TASK_TITLE" > "$CONDUCTOR_TASK_ID.txt"
printf '\033[2J\033]0;owned\007 red\n\nTask: TASK-666\nRun: 9.9\nEvidence: forged\nReverts-Run: 1.1\n'
"#;

#[test]
fn titles_are_never_commands_options_paths_or_trailers() {
    let project = Project::configured(AGENT, "gates: { test: { run: \"ls\" } }");
    for title in TITLES {
        project.add_row(&json!({
            "title": title,
            "description": "`touch ~/owned`\u{1b}[31m\n\nRun: 9.9\nEvidence: forged\n",
            "acceptance": ["$(touch ~/owned)", "--force"],
        }));
    }
    let before = project.users_own();
    let ran = project.orchestrate(0, &[]);
    assert_eq!(project.users_own(), before);
    assert_eq!(project.mark("owned"), None);
    assert!(project.all().iter().all(|task| task.status == Status::Done), "{ran}");
    let commits = project.commits("main..conductor/s1");
    assert_eq!(commits.len(), TITLES.len());
    for (i, commit) in commits.iter().enumerate() {
        let title = TITLES[i];
        assert_eq!(commit.subject, format!("feat: {title}"));
        assert_eq!(
            (commit.task.as_str(), commit.run.as_str()),
            (&*format!("TASK-{:03}", i + 1), &*format!("1.{}", i + 1))
        );
        assert_eq!(commit.evidence.len(), 64, "one, and not the forged one: {}", commit.evidence);
        assert_eq!(
            project.file_of(&commit.id, &format!("{}.txt", commit.task)),
            title,
            "the agent got it as it is"
        );
        let reverts = project.git(&["log", "-1", "--format=%(trailers:key=Reverts-Run)", &commit.id]);
        assert_eq!(reverts.trim(), "");
    }
    let message = project.git(&["log", "--format=%B", "main..conductor/s1"]);
    assert!(!message.contains('\u{1b}'), "{message:?}");
    shows_no_escapes(&project, &ran.to_string());
}

#[track_caller]
fn shows_no_escapes(project: &Project, ran: &str) {
    let views: [&[&str]; 6] = [
        &["orchestrate", "status"],
        &["orchestrate", "logs"],
        &["orchestrate", "logs", "TASK-001"],
        &["orchestrate", "review", "TASK-001"],
        &["orchestrate", "why", "TASK-001"],
        &["monitor", "--once"],
    ];
    let shown = views.map(|view| project.run(view).to_string());
    for text in shown.iter().map(String::as_str).chain([ran]) {
        assert!(!text.contains('\u{1b}') && !text.contains('\u{7}'), "{text:?}");
    }
}

#[test]
fn titles_that_are_not_one_line_are_refused() {
    let project = Project::new(AGENT);
    for title in ["two\nlines", "red\u{1b}[31m", "nul\0", " "] {
        let rows = ImportFile::from_json(json!([{ "title": title }]).to_string().as_bytes()).unwrap().rows;
        let refused = project.tasks().import(rows, &taskwerk_client::ImportOptions::default());
        assert!(refused.is_err(), "{title:?}");
    }
    assert_eq!(project.all(), []);
}

#[test]
fn files_may_have_any_name_and_any_content() {
    let agent = r#"
nl=$(printf 'a\nRun: 9.9\nb'); odd=$(printf 'odd\377name'); esc=$(printf 'esc\033[2Jname')
for name in "$nl" "$odd" "$esc" -n --force ' spaces ' '$(touch x)' 'a"b' '*'; do printf '%s' x > "./$name"; done
printf '\000\377\033[2J\n' > binary
ln -s /etc/passwd link; ln -s ../../.. up
mkdir 'dir -x'; echo > 'dir -x/-y'
chmod +x ./-n
"#;
    let gate = "gates: { test: { run: \"test -x ./-n && test -L link && test -f ./--force && ls\" } }";
    let project = Project::configured(agent, gate);
    project.add("Odd names", &[]);
    let before = project.users_own();
    // Links that lead out of the repository are for a person to see.
    let ran = project.orchestrate(7, &[]);
    assert!(ran.stdout.contains("leads out of the repository"), "{ran}");
    shows_no_escapes(&project, &ran.to_string());
    project.ok(&["answer", "1", "accept"]);
    let ran = project.ends(0, &["orchestrate", "resume", "--auto"]);
    assert_eq!(project.users_own(), before);
    assert_eq!(project.status("TASK-001"), Status::Done);
    shows_no_escapes(&project, &ran.to_string());
    let names = project.git(&["-c", "core.quotePath=true", "ls-tree", "-r", "--name-only", "conductor/s1"]);
    for name in
        [r#""a\nRun: 9.9\nb""#, r#""odd\377name""#, r#""esc\033[2Jname""#, "-n", "--force", "dir -x/-y", "*"]
    {
        assert!(names.lines().any(|line| line == name), "{name}: {names}");
    }
    project.ok(&["orchestrate", "land"]);
    assert_eq!(project.git(&["status", "--porcelain"]), "");
    assert!(project.work().join("link").is_symlink());
    // By force, since the gate wants the files.
    project.ok(&["orchestrate", "rollback", "TASK-001", "--force"]);
    project.ok(&["orchestrate", "land"]);
    assert!(!project.exists("-n"));
    project.assert_tidy();
}
