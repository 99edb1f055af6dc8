//! Which of an agent's own modes and models is the one that the configuration means. Agents name them as they like, in
//! one of three places.

use serde_json::Value;

use crate::config::AgentMode;

/// How a choice is made known to the agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Choice {
    /// By `session/set_mode`.
    Mode(String),
    /// By `session/set_config_option`.
    Option {
        /// Which option.
        id: String,
        /// Its value.
        value: String,
    },
    /// By `session/set_model`, which older agents have.
    Model(String),
}

/// The names under which agents have the modes, the most fitting first.
fn names(mode: AgentMode) -> &'static [&'static str] {
    match mode {
        AgentMode::Plan => &["plan", "read-only", "readonly", "ask", "architect"],
        // What it asks for is refused, so that those come first that ask.
        AgentMode::Answer => {
            &["default", "read-only", "readonly", "ask", "plan", "architect", "build", "code"]
        }
        AgentMode::Edit => &[
            "acceptEdits",
            "accept-edits",
            "autoEdit",
            "auto-edit",
            "auto_edit",
            "workspace-write",
            "edit",
            "agent",
            "build",
            "code",
        ],
        AgentMode::Full => &[
            "bypassPermissions",
            "bypass-permissions",
            "agent-full-access",
            "full-access",
            "danger-full-access",
            "yolo",
            "auto-approve",
            "full",
            // An agent that has no mode for it asks, and is allowed everything.
            "build",
            "code",
        ],
    }
}

/// The agent's own mode for this one; `Err` with what it offers, where none is known to be it. `Ok(None)` for an agent
/// without modes.
pub(super) fn mode(session: &Value, mode: AgentMode) -> Result<Option<Choice>, Vec<String>> {
    let offered = ids(session.pointer("/modes/availableModes"), "id");
    let option = option(session, "mode");
    let find = |offered: &[String]| {
        names(mode).iter().find_map(|name| offered.iter().find(|id| id == name)).cloned()
    };
    if let Some(id) = find(&offered) {
        return Ok(Some(Choice::Mode(id)));
    }
    if let Some((id, values)) = &option
        && let Some(value) = find(values)
    {
        return Ok(Some(Choice::Option { id: id.clone(), value }));
    }
    let all: Vec<String> =
        offered.into_iter().chain(option.into_iter().flat_map(|(_, values)| values)).collect();
    if all.is_empty() { Ok(None) } else { Err(all) }
}

/// How the model is told; `Err` with what the agent offers, where it does not know it. `Ok(None)` for an agent that has
/// no place for it.
pub(super) fn model(session: &Value, model: &str) -> Result<Option<Choice>, Vec<String>> {
    let option = option(session, "model");
    if let Some((id, values)) = &option
        && values.iter().any(|value| value == model)
    {
        return Ok(Some(Choice::Option { id: id.clone(), value: model.to_owned() }));
    }
    let offered = ids(session.pointer("/models/availableModels"), "modelId");
    if offered.iter().any(|id| id == model) {
        return Ok(Some(Choice::Model(model.to_owned())));
    }
    let all: Vec<String> = option.into_iter().flat_map(|(_, values)| values).chain(offered).collect();
    if all.is_empty() { Ok(None) } else { Err(all) }
}

/// The agent's present model, where it tells it.
pub(super) fn current_model(session: &Value) -> Option<String> {
    let old = session.pointer("/models/currentModelId").and_then(Value::as_str);
    let options = session.get("configOptions").and_then(Value::as_array);
    let option = options.into_iter().flatten().find(|option| is(option, "model"));
    option.and_then(|option| option.get("currentValue")?.as_str()).or(old).map(str::to_owned)
}

/// The agent's own modes, and its models, as it offers them with a session.
pub(in crate::agents) fn offered(session: &Value) -> [Vec<String>; 2] {
    let of = |category, list, key| {
        let mut all = ids(session.pointer(list), key);
        let options = option(session, category).into_iter().flat_map(|(_, values)| values);
        for value in options {
            if !all.contains(&value) {
                all.push(value);
            }
        }
        all
    };
    [of("mode", "/modes/availableModes", "id"), of("model", "/models/availableModels", "modelId")]
}

fn is(option: &Value, category: &str) -> bool {
    let word = |key: &str| option.get(key).and_then(Value::as_str);
    word("category") == Some(category) || (word("category").is_none() && word("id") == Some(category))
}

/// The option of a category: its id and the values to choose from, those in groups too.
fn option(session: &Value, category: &str) -> Option<(String, Vec<String>)> {
    let options = session.get("configOptions")?.as_array()?;
    let option = options.iter().find(|option| is(option, category))?;
    let mut values = ids(option.get("options"), "value");
    for group in option.get("options").and_then(Value::as_array).into_iter().flatten() {
        values.extend(ids(group.get("options"), "value"));
    }
    Some((option.get("id")?.as_str()?.to_owned(), values))
}

fn ids(list: Option<&Value>, key: &str) -> Vec<String> {
    let list = list.and_then(Value::as_array).into_iter().flatten();
    list.filter_map(|entry| entry.get(key)?.as_str()).take(500).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_fitting_mode_is_found_in_either_place() {
        let of = |ids: &[&str]| {
            let modes: Vec<Value> = ids.iter().map(|id| json!({"id": id})).collect();
            json!({"modes": {"currentModeId": ids[0], "availableModes": modes}})
        };
        let claude = of(&["default", "acceptEdits", "plan", "auto", "bypassPermissions"]);
        let codex = of(&["read-only", "workspace-write", "agent", "agent-full-access"]);
        let gemini = of(&["default", "autoEdit", "yolo", "plan"]);
        let vibe = of(&["ask", "accept-edits", "auto-approve"]);
        let table = [
            (&claude, AgentMode::Plan, "plan"),
            (&claude, AgentMode::Answer, "default"),
            (&codex, AgentMode::Answer, "read-only"),
            (&gemini, AgentMode::Answer, "default"),
            (&vibe, AgentMode::Answer, "ask"),
            (&claude, AgentMode::Edit, "acceptEdits"),
            (&claude, AgentMode::Full, "bypassPermissions"),
            (&codex, AgentMode::Plan, "read-only"),
            (&codex, AgentMode::Edit, "workspace-write"),
            (&codex, AgentMode::Full, "agent-full-access"),
            (&gemini, AgentMode::Edit, "autoEdit"),
            (&gemini, AgentMode::Full, "yolo"),
            (&vibe, AgentMode::Edit, "accept-edits"),
            (&vibe, AgentMode::Full, "auto-approve"),
        ];
        for (session, wanted, id) in table {
            assert_eq!(mode(session, wanted), Ok(Some(Choice::Mode(id.to_owned()))));
        }
        let opencode = json!({"configOptions": [
            {"id": "model", "category": "model", "options": [{"value": "p/m"}]},
            {"id": "mode", "category": "mode", "options": [{"value": "build"}, {"value": "plan"}]},
        ]});
        let build = Choice::Option { id: "mode".into(), value: "build".into() };
        assert_eq!(mode(&opencode, AgentMode::Edit), Ok(Some(build)));
        assert_eq!(mode(&of(&["zen"]), AgentMode::Edit), Err(vec!["zen".to_owned()]));
        assert_eq!(mode(&json!({}), AgentMode::Edit), Ok(None));
    }

    #[test]
    fn a_model_that_the_agent_does_not_offer_is_told_with_what_it_does() {
        let grouped = json!({"configOptions": [{"id": "m", "category": "model", "currentValue": "a",
            "options": [{"group": "g", "options": [{"value": "a"}, {"value": "b"}]}]}]});
        let b = Choice::Option { id: "m".into(), value: "b".into() };
        assert_eq!(model(&grouped, "b"), Ok(Some(b)));
        assert_eq!(model(&grouped, "c"), Err(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(current_model(&grouped).as_deref(), Some("a"));
        let old = json!({"models": {"currentModelId": "x", "availableModels": [{"modelId": "x"}, {"modelId": "y"}]}});
        assert_eq!(model(&old, "y"), Ok(Some(Choice::Model("y".into()))));
        assert_eq!(model(&json!({}), "y"), Ok(None));
    }

    #[test]
    fn what_is_offered_in_two_places_is_told_once() {
        let session = json!({
            "modes": {"availableModes": [{"id": "build"}]},
            "configOptions": [
                {"id": "mode", "category": "mode", "options": [{"value": "build"}, {"value": "plan"}]},
                {"id": "model", "options": [{"value": "p/m"}]},
            ],
        });
        assert_eq!(offered(&session), [vec!["build".to_owned(), "plan".to_owned()], vec!["p/m".to_owned()]]);
        assert_eq!(offered(&json!({})), [Vec::<String>::new(), Vec::new()]);
    }
}
