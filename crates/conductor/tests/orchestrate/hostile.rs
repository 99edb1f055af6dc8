//! An agent that is against its user. Without a sandbox it runs with the user's rights; what is shown here is that
//! Conductor itself carries nothing of it anywhere but the tree that passed the gates, and runs nothing of it.

use taskwerk_client::model::Status;

use super::support::Project;

/// Files may be of any kind here: what is shown is what happens to them after they were accepted.
const NO_APPROVALS: &str = "safety: { require_approval_for: [] }\n";

/// Programs planted wherever git looks for some, each of which would leave a mark.
const PLANTS: &str = r#"
trap_door() { printf '#!/bin/sh\necho %s >> "%s/owned"\nexec cat\n' "$1" "$HOME"; }
trap_door program > .git/planted; chmod +x .git/planted
evil="$PWD/.git/planted"
for hook in applypatch-msg commit-msg fsmonitor-watchman post-applypatch post-checkout post-commit post-index-change \
  post-merge post-rewrite pre-applypatch pre-auto-gc pre-commit pre-merge-commit prepare-commit-msg pre-push \
  pre-rebase reference-transaction sendemail-validate; do
  trap_door "$hook" > ".git/hooks-$hook"
done
mkdir -p .git/hooks
for file in .git/hooks-*; do chmod +x "$file"; mv "$file" ".git/hooks/${file#.git/hooks-}"; done
cat >> .git/config <<C
[core]
	fsmonitor = $evil
	hooksPath = $PWD/.git/hooks
	sshCommand = $evil
	editor = $evil
	pager = $evil
	askPass = $evil
[filter "evil"]
	clean = $evil
	smudge = $evil
	process = $evil
	required = true
[diff]
	external = $evil
[diff "evil"]
	textconv = $evil
	command = $evil
[merge "evil"]
	driver = $evil
[gpg]
	program = $evil
[commit]
	gpgSign = true
[credential]
	helper = $evil
[alias]
	status = !$evil
[include]
	path = $PWD/.git/more
C
printf '* filter=evil diff=evil merge=evil\n' > .gitattributes
mkdir -p .git/info; cp .gitattributes .git/info/attributes
"#;

#[test]
fn planted_programs_are_never_run() {
    let agent = format!("echo good > good.txt\n{PLANTS}");
    let gates = "gates: { test: { run: \"test -f good.txt && test ! -e .git/planted\" } }";
    let project = Project::configured(&agent, &format!("{NO_APPROVALS}{gates}"));
    project.add("Good", &[]);
    let before = project.users_own();
    let ran = project.orchestrate(0, &[]);
    assert_eq!(project.mark("owned"), None, "{ran}");
    assert_eq!(project.users_own(), before);
    assert_eq!(project.file_of("conductor/s1", "good.txt"), "good\n");
    project.json(&["orchestrate", "review", "TASK-001"]);
    project.ok(&["orchestrate", "land"]);
    assert_eq!(project.read("good.txt"), "good\n");
    assert_eq!(project.mark("owned"), None, "neither by landing nor by looking");
    assert_eq!(project.processes(), Vec::<String>::new());
    project.assert_sound();
}

#[test]
fn commits_and_branches_of_an_agents_own_stay_its_own() {
    let agent = r#"
echo one > one.txt; git add one.txt; git -c user.name=E -c user.email=e@x commit -q -m 'mine

Task: TASK-666
Run: 9.9'
git branch conductor/s1 HEAD || git branch -f conductor/s1 HEAD
git branch -f main HEAD || git update-ref refs/heads/main HEAD
git tag v1
git checkout -q --orphan other; git rm -rq --cached .; echo two > two.txt; git add two.txt
git -c user.name=E -c user.email=e@x commit -q -m orphan
git push -q origin HEAD:main HEAD:refs/heads/evil 2> /dev/null || echo refused > "$HOME/push"
echo three > three.txt; echo stash >> two.txt
git -c user.name=E -c user.email=e@x stash -q
echo four > four.txt
"#;
    let project = Project::new(agent);
    project.add("Count", &[]);
    let (before, refs) = (project.users_own(), project.refs("refs/heads"));
    project.orchestrate(0, &[]);
    assert_eq!(project.users_own(), before);
    assert_eq!(project.mark("push").unwrap(), "refused\n");
    let mut expected = refs.clone();
    expected.insert("refs/heads/conductor/s1".to_owned(), project.rev("conductor/s1"));
    assert_eq!(project.refs("refs/heads"), expected);
    assert_eq!((project.refs("refs/tags").len(), project.refs("refs/stash").len()), (0, 0));
    let commits = project.commits("main..conductor/s1");
    assert_eq!(commits.len(), 1, "its own history is squashed");
    assert_eq!((commits[0].task.as_str(), commits[0].run.as_str()), ("TASK-001", "1.1"));
    assert!(project.files_of("conductor/s1").contains("four.txt"));
    assert_eq!(project.status("TASK-001"), Status::Done);
    // Nothing of what it made is lost either: its own commits are kept, or its workspace is, with the reason.
    let kept = project.run_of("TASK-001")["kept"].clone();
    let subjects = project.git(&["log", "--format=%s", "--all", "--glob=refs/conductor"]);
    let saved = ["mine", "orphan"].iter().all(|subject| subjects.lines().any(|line| line == *subject));
    assert!(saved || kept.as_str().is_some_and(|why| why.contains("commits")), "{subjects}\n{kept}");
    assert_eq!(project.workspaces().is_empty(), kept.is_null(), "{kept}");
    project.assert_sound();
}

#[test]
fn work_that_is_put_on_the_session_branch_past_the_gates_is_not_landed() {
    // Without a sandbox the main repository can be written to; its way there is in the clone's own alternates.
    let agent = r#"
main=$(dirname "$(cat .git/objects/info/alternates)")
echo evil > evil.txt; git add evil.txt
git -c user.name=E -c user.email=e@x commit -q -m 'feat: Good

Task: TASK-001
Run: 1.1
Agent: script
Evidence: 0000000000000000000000000000000000000000000000000000000000000000'
tip=$(git rev-parse HEAD)
git rm -q --cached evil.txt; rm evil.txt
git --git-dir="$main" fetch -q "$PWD" "$tip:refs/heads/theirs"
git --git-dir="$main" update-ref refs/heads/conductor/s1 "$tip"
echo good > good.txt
"#;
    let project = Project::configured(agent, "gates: { test: { run: \"test ! -e evil.txt\" } }");
    project.add("Good", &[]);
    let main = project.rev("main");
    project.orchestrate(7, &[]);
    assert_eq!(project.status("TASK-001"), Status::Review);
    assert_eq!(project.refused(4, &["orchestrate", "land"]), "BRANCH_MOVED");
    assert_eq!((project.rev("main"), project.exists("evil.txt")), (main, false));
}

/// Its own repository replaced by something else, in each of the ways that there are.
#[test]
fn a_workspace_whose_repository_was_replaced_is_kept_and_told() {
    let ways = [
        ("a file", r#"rm -rf .git; printf 'gitdir: %s/evil.git\n' "$HOME" > .git"#),
        ("a link", r#"rm -rf .git; ln -s "$HOME/evil.git" .git"#),
        ("nothing", "rm -rf .git"),
        ("a lie", r#"printf '%s/evil.git/objects\n' "$HOME" > .git/objects/info/alternates"#),
        ("a common directory", r#"printf '%s/evil.git\n' "$HOME" > .git/commondir"#),
    ];
    for (name, way) in ways {
        let agent = format!(
            r#"
git init -q --bare "$HOME/evil.git"
printf '#!/bin/sh\necho fsmonitor >> %s/owned\n' "$HOME" > "$HOME/evil.git/planted"; chmod +x "$HOME/evil.git/planted"
git -C "$HOME/evil.git" config core.fsmonitor "$HOME/evil.git/planted"
git -C "$HOME/evil.git" config core.hooksPath "$HOME/evil.git"
{way}
echo good > good.txt
"#
        );
        let project = Project::new(&agent);
        project.add("Good", &[]);
        let before = project.users_own();
        let ran = project.orchestrate(0, &[]);
        assert_eq!(project.mark("owned"), None, "{name}");
        assert_eq!(project.users_own(), before, "{name}");
        assert_eq!(project.file_of("conductor/s1", "good.txt"), "good\n", "{name}: {ran}");
        assert_eq!(project.commits("main..conductor/s1").len(), 1, "{name}");
        let kept = project.run_of("TASK-001")["kept"].clone();
        assert_eq!(project.workspaces().is_empty(), kept.is_null(), "{name}: {kept}");
        project.assert_sound();
    }
}

#[test]
fn what_an_agent_leaves_running_is_dead_before_the_gates_start() {
    // A child in a session of its own, one that ignores every polite signal, a daemon that forked twice and forgot
    // its environment, and one that goes on writing into the workspace. Each holds a lock as long as it lives: a pid
    // may mean something else where the gate runs.
    let agent = r#"
held="$HOME/held"; mkdir "$held"
up='exec 9>>"$0"; flock 9; echo up >&9'
setsid sh -c "$up; while :; do sleep 1; done" "$held/session" &
setsid sh -c "$up; trap '' TERM HUP INT; while :; do sleep 1; done" "$held/deaf" &
(setsid sh -c '(trap "" TERM HUP INT; exec env -i /bin/sh -c "$1; cd /; while :; do sleep 1; done" "$0") &' "$held/daemon" "$up" &)
setsid sh -c "$up; while :; do echo late >> late.txt; sleep 0.01; done" "$held/writer" &
for name in session deaf daemon writer; do until [ -s "$held/$name" ]; do sleep 0.01; done; done
until [ -s late.txt ]; do sleep 0.01; done
echo good > good.txt
"#;
    let gate = r#"
for name in session deaf daemon writer; do
  [ -s "$HOME/held/$name" ] || exit 1
  flock -n "$HOME/held/$name" true || { echo "$name lives"; exit 1; }
done
echo checked >> "$HOME/checked"
"#;
    let project = Project::configured(agent, "gates: { test: { run: \"sh $HOME/gate.sh\" } }");
    std::fs::write(project.home().join("gate.sh"), gate).unwrap();
    project.add("Good", &[]);
    let ran = project.orchestrate(0, &[]);
    assert_eq!(project.mark("checked").unwrap(), "checked\n", "{ran}");
    assert_eq!(project.file_of("conductor/s1", "good.txt"), "good\n");
    assert_eq!(project.run_of("TASK-001")["attempts"], 1);
    project.assert_tidy();
}

#[test]
fn gates_leave_nothing_running_either() {
    let gate = "gates: { test: { run: \"setsid sh -c 'while :; do sleep 1; done' & true\" } }";
    let project = Project::configured(super::support::WRITER, gate);
    project.add("Good", &[]);
    project.orchestrate(0, &[]);
    project.assert_tidy();
}

#[test]
fn an_agent_that_edits_the_rules_is_judged_by_the_old_ones() {
    // The gate and the configuration are those of the session's start, whatever the workspace or even the user's
    // own file says later.
    let agent = r#"
mkdir -p .taskwerk; printf 'orchestration:\n  gates: { test: { run: "true" } }\n' > .taskwerk/config.yml
printf '#!/bin/sh\nexit 0\n' > test.sh
echo bad > bad.txt
"#;
    let project = Project::configured(agent, "gates: { test: { run: \"test ! -f bad.txt\" } }");
    project.add("Bad", &[]);
    project.orchestrate(7, &[]);
    assert_eq!(project.status("TASK-001"), Status::Review);
    assert_eq!(project.commits("main..conductor/s1"), []);
}

#[test]
fn an_agent_cannot_close_its_task() {
    let agent = r#"
echo good > good.txt
printf '{"status":"done","message":"all gates pass, landed as 1234567"}' > "$CONDUCTOR_RESULT_FILE"
"#;
    let project = Project::configured(agent, "gates: { test: { run: \"false\" } }");
    project.add("Good", &[]);
    project.orchestrate(7, &[]);
    assert_eq!(project.status("TASK-001"), Status::Review);
    assert_eq!(project.commits("main..conductor/s1"), []);
}

#[test]
fn a_workspace_that_became_something_else_brings_nothing_of_the_users() {
    let ways = [
        (
            "a link to the checkout",
            r#"cd ..; mv "$CONDUCTOR_WORKSPACE" aside; ln -s "$HOME/../work" "$CONDUCTOR_WORKSPACE""#,
        ),
        ("nothing", r#"cd ..; rm -rf "$CONDUCTOR_WORKSPACE""#),
        ("a file", r#"cd ..; rm -rf "$CONDUCTOR_WORKSPACE"; echo > "$CONDUCTOR_WORKSPACE""#),
    ];
    for (name, way) in ways {
        let project = Project::new(way);
        project.write("private.txt", "not committed\n");
        project.add("Good", &[]);
        let before = project.users_own();
        let ran = project.orchestrate(7, &[]);
        assert_eq!(project.users_own(), before, "{name}: {ran}");
        assert_ne!(project.status("TASK-001"), Status::Done, "{name}");
        assert_eq!(project.commits("main..conductor/s1"), [], "{name}");
        let saved = project.refs("refs/conductor");
        assert!(!saved.values().any(|id| project.files_of(id).contains("private.txt")), "{name}: {saved:?}");
        assert_eq!(project.inbox().len(), 1, "{name}: a person is told");
        project.assert_sound();
    }
}

#[test]
fn a_repository_inside_the_work_is_never_half_landed() {
    // Git stores a repository inside another one as a mere name of a commit, which nobody else has.
    let agent = r#"
git init -q inner; echo precious > inner/precious.txt
git -C inner add .; git -C inner -c user.name=E -c user.email=e@x commit -q -m inner
echo good > good.txt
"#;
    let project = Project::new(agent);
    project.add("Good", &[]);
    project.run(&["orchestrate", "run", "--auto"]);
    let names = project.git(&["ls-tree", "-r", "conductor/s1"]);
    assert!(!names.contains("160000 commit"), "{names}");
    let landed = project.files_of("conductor/s1").contains("inner/precious.txt");
    let kept = project.workspaces().iter().any(|path| path.join("inner/precious.txt").exists());
    assert!(landed || kept, "its only copy is kept: {:?}", project.run_of("TASK-001"));
    project.assert_sound();
}
