//! What a project may say about a model. Its file came with the repository, and perhaps from somebody whom the user does
//! not know: where it would have a key sent to, and what it would have run for one, is the user's to decide.

use cli_kit::config::{Config as Layers, Origin, Sources};
use cli_kit::text::escape;
use cli_kit::{CliError, Env, Exit};
use conductor_host::config::Llm;
use conductor_host::llm::{Target, address_of};

/// Refuses what the project alone says, unless the user has agreed to it. Nothing has been sent or run by then.
pub(super) fn check(layers: &Layers, target: &Target, llm: &Llm, env: &Env) -> Result<(), CliError> {
    let of_project =
        |key: &str| layers.origin(key).filter(|origin| is_project(origin)).map(ToString::to_string);
    let yours = Sources::user_file(env).map_or_else(
        || "your own configuration".to_owned(),
        |file| escape(&file.display().to_string()).into_owned(),
    );
    let refused = |code, message: String| CliError::new(Exit::Refused, code, message);
    if let Some(place) = of_project("planning.llm.trusted") {
        let message = format!(
            "{}: planning.llm.trusted has no place in a project's file, which must not say whom you trust; nothing was \
             sent",
            escape(&place)
        );
        return Err(
            refused("NOT_THE_PROJECTS", message).hint(format!("move it to {yours}, if you agree with it"))
        );
    }
    if let Some(place) = of_project("planning.llm.api_key_command") {
        let message = format!(
            "{}: planning.llm.api_key_command has no place in a project's file, since planning would run what the project \
             says; nothing was run or sent",
            escape(&place)
        );
        return Err(
            refused("NOT_THE_PROJECTS", message).hint(format!("move it to {yours}, if you agree with it"))
        );
    }
    let address = target.address();
    let trusted = || llm.trusted.iter().any(|trusted| address_of(trusted) == address);
    match of_project("planning.llm.base_url") {
        Some(place) if !target.is_usual() && !target.is_here() && !trusted() => {
            let (shown, provider) = (escape(&address), target.provider.name());
            let message = format!(
                "{}: the project would have your key and its documents sent to {shown}, which is not where {provider} is \
                 usually asked; nothing was sent",
                escape(&place)
            );
            let hint = format!(
                "if you trust {shown}, say so in {yours}: planning: {{ llm: {{ trusted: [\"{shown}\"] }} }}; or for once: \
                 CONDUCTOR_PLANNING_LLM_TRUSTED='[\"{shown}\"]'"
            );
            Err(refused("ADDRESS_NOT_TRUSTED", message).hint(hint))
        }
        Some(_) | None => Ok(()),
    }
}

fn is_project(origin: &Origin) -> bool {
    match origin {
        Origin::Project { .. } => true,
        Origin::Default | Origin::User { .. } | Origin::Environment { .. } | Origin::Flag { .. } => false,
    }
}
