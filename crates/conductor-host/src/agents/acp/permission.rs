//! What an agent is answered that asks whether it may do something. Decided by the kind of thing and the mode, never by
//! the words of the question; options are chosen by their kind, never by their names.

use std::path::{Component, Path, PathBuf};

use conductor_engine::agent_event::{Permit, ToolKind};
use serde_json::Value;

use super::super::profile::ProgramProfile;
use super::super::speaker::{cut, cut_at};
use super::updates;
use crate::config::{AgentMode, Allow};

/// What an agent may do.
#[derive(Debug)]
pub(super) struct Policy {
    mode: AgentMode,
    allow: Vec<Allow>,
    workspace: PathBuf,
}

/// A request for permission.
#[derive(Debug, Default)]
pub(super) struct Request {
    pub(super) call: String,
    title: Option<String>,
    pub(super) kind: Option<ToolKind>,
    paths: Vec<String>,
    options: Vec<(String, String)>,
}

impl Request {
    /// Reads what is there; nothing of it has to be.
    pub(super) fn read(params: &Value) -> Self {
        let call = params.get("toolCall").cloned().unwrap_or_default();
        let news = updates::tool(&call);
        let options = params.get("options").and_then(Value::as_array).into_iter().flatten();
        let option = |option: &Value| {
            let text = |key: &str| option.get(key).and_then(Value::as_str).map(str::to_owned);
            Some((text("kind")?, text("optionId")?))
        };
        Self {
            call: news.id,
            title: news.title,
            kind: news.tool,
            paths: news.paths,
            options: options.filter_map(option).take(50).collect(),
        }
    }

    /// Adds what was told of the call before.
    pub(super) fn complete(&mut self, title: Option<&str>, kind: Option<ToolKind>, paths: &[String]) {
        self.title = self.title.take().or_else(|| title.map(str::to_owned));
        // An agent that knows no better word in its question may have had one before.
        // One calls every tool of a server a command when it asks, and told before which one it is.
        let own = kind.filter(|kind| *kind == ToolKind::Conductor);
        self.kind = own.or(self.kind.filter(|kind| *kind != ToolKind::Other)).or(kind);
        if self.paths.is_empty() {
            self.paths = paths.to_vec();
        }
    }

    /// What it is about, in one line.
    pub(super) fn title(&self) -> String {
        let title = self.title.as_deref().unwrap_or("a tool without a name");
        let line = title.split_whitespace().collect::<Vec<_>>().join(" ");
        cut_at(&line, 300)
    }

    /// The option to choose: for once, as a rule; of several of a kind the first.
    pub(super) fn option(&self, permit: Permit) -> Option<String> {
        let kinds: [&str; 2] = match permit {
            Permit::Allowed => ["allow_once", "allow_always"],
            Permit::Refused => ["reject_once", "reject_always"],
            Permit::Cancelled => return None,
        };
        let of = |kind: &&str| self.options.iter().find(|(k, _)| k == kind).map(|(_, id)| id.clone());
        kinds.iter().find_map(of)
    }
}

impl Policy {
    pub(super) fn new(program: &ProgramProfile, workspace: &Path) -> Self {
        Self { mode: program.mode, allow: program.allow.clone(), workspace: workspace.to_owned() }
    }

    /// Whether it may, and why.
    pub(super) fn decide(&self, request: &Request) -> (Permit, String) {
        let told = |permit, why: &str| (permit, why.to_owned());
        let mode = match self.mode {
            AgentMode::Full => return told(Permit::Allowed, "mode full"),
            AgentMode::Plan => "plan",
            AgentMode::Answer => "answer",
            AgentMode::Edit => "edit",
        };
        let changes = self.mode == AgentMode::Edit;
        match request.kind {
            Some(ToolKind::Read | ToolKind::Search | ToolKind::Think) => {
                told(Permit::Allowed, "it changes nothing")
            }
            Some(ToolKind::Conductor) => told(Permit::Allowed, "a tool of Conductor's"),
            Some(ToolKind::Edit | ToolKind::Delete | ToolKind::Move) if changes => {
                match request.paths.iter().find(|path| !self.is_inside(path)) {
                    None => told(Permit::Allowed, "it changes files of the workspace"),
                    Some(path) => (Permit::Refused, format!("{} is not in the workspace", cut(path))),
                }
            }
            // What nobody can name is held for what can do most.
            Some(ToolKind::Execute | ToolKind::Other) | None if changes && self.allows(Allow::Execute) => {
                told(Permit::Allowed, "commands are allowed (allow: execute)")
            }
            Some(ToolKind::Fetch) if changes && self.allows(Allow::Fetch) => {
                told(Permit::Allowed, "the network is allowed (allow: fetch)")
            }
            Some(ToolKind::Fetch) => {
                (Permit::Refused, format!("mode {mode} without `fetch` in the agent's `allow`"))
            }
            Some(ToolKind::SwitchMode) => told(Permit::Refused, "the mode is set by the configuration"),
            Some(ToolKind::Edit | ToolKind::Delete | ToolKind::Move) => {
                (Permit::Refused, format!("mode {mode} changes nothing"))
            }
            Some(ToolKind::Execute | ToolKind::Other) | None => {
                (Permit::Refused, format!("mode {mode} without `execute` in the agent's `allow`"))
            }
        }
    }

    fn allows(&self, what: Allow) -> bool {
        self.allow.contains(&what)
    }

    /// By its words alone: a path with `..` is not looked into, and a link is the sandbox's business.
    fn is_inside(&self, path: &str) -> bool {
        let path = Path::new(path);
        let climbs = path.components().any(|part| part == Component::ParentDir);
        !climbs && (path.is_relative() || path.starts_with(&self.workspace))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn decided(mode: AgentMode, allow: &[Allow], kind: &str, path: Option<&str>) -> (Permit, Option<String>) {
        let policy = Policy { mode, allow: allow.to_vec(), workspace: "/ws".into() };
        let locations: Vec<Value> = path.into_iter().map(|path| json!({"path": path})).collect();
        let request = Request::read(&json!({
            "toolCall": {"toolCallId": "1", "kind": kind, "title": "t", "locations": locations},
            "options": [
                {"optionId": "always", "kind": "allow_always"},
                {"optionId": "proceed_once", "kind": "allow_once"},
                {"optionId": "proceed_once_and_switch", "kind": "allow_once"},
                {"optionId": "no", "kind": "reject_once"},
            ],
        }));
        let (permit, _) = policy.decide(&request);
        (permit, request.option(permit))
    }

    #[test]
    fn what_may_be_done_depends_on_the_kind_the_mode_and_the_place() {
        use AgentMode::{Answer, Edit, Full, Plan};
        use Permit::{Allowed, Refused};
        let execute = &[Allow::Execute][..];
        type Case<'c> = (AgentMode, &'c [Allow], &'c str, Option<&'c str>, Permit);
        let table: &[Case<'_>] = &[
            (Plan, execute, "read", None, Allowed),
            (Plan, execute, "edit", Some("/ws/a"), Refused),
            (Plan, execute, "execute", None, Refused),
            (Answer, execute, "search", None, Allowed),
            (Answer, execute, "edit", Some("/ws/a"), Refused),
            (Answer, execute, "execute", None, Refused),
            (Answer, &[Allow::Fetch], "fetch", None, Refused),
            (Edit, &[], "edit", Some("/ws/a"), Allowed),
            (Edit, &[], "edit", Some("a/b"), Allowed),
            (Edit, &[], "edit", Some("/etc/passwd"), Refused),
            (Edit, &[], "edit", Some("/ws/../etc"), Refused),
            (Edit, &[], "execute", None, Refused),
            (Edit, execute, "execute", None, Allowed),
            (Edit, execute, "something-new", None, Allowed),
            (Edit, &[], "something-new", None, Refused),
            (Edit, execute, "fetch", None, Refused),
            (Edit, &[Allow::Fetch], "fetch", None, Allowed),
            (Edit, execute, "switch_mode", None, Refused),
            (Full, &[], "switch_mode", None, Allowed),
            (Full, &[], "edit", Some("/etc/passwd"), Allowed),
        ];
        for (mode, allow, kind, path, expected) in table {
            let (permit, option) = decided(*mode, allow, kind, *path);
            assert_eq!(permit, *expected, "{mode:?} {allow:?} {kind} {path:?}");
            let id = if permit == Allowed { "proceed_once" } else { "no" };
            assert_eq!(option.as_deref(), Some(id));
        }
    }

    #[test]
    fn a_question_without_words_is_completed_by_what_was_told_before() {
        let mut request = Request::read(&json!({"toolCall": {"toolCallId": "7"}, "options": []}));
        assert_eq!((request.kind, request.title()), (None, "a tool without a name".to_owned()));
        request.complete(Some("Writing\nmade.txt"), Some(ToolKind::Edit), &["/ws/made.txt".to_owned()]);
        assert_eq!((request.kind, request.title()), (Some(ToolKind::Edit), "Writing made.txt".to_owned()));
        assert_eq!(request.option(Permit::Allowed), None, "without options there is nothing to choose");
        assert_eq!(Request::read(&Value::Null).call, "");
    }
}
