//! How an agent's program is called: to begin, to go on with a session, and with a prompt that is too long for an
//! argument.

use super::argv::RunTemplate;
use super::catalogue::Known;
use super::profile::{ProfileError, Protocol};
use crate::config::{AgentConfig, AgentMode, Allow};

/// The command lines of an agent.
pub(super) struct Lines {
    pub(super) run: RunTemplate,
    pub(super) resume: Option<RunTemplate>,
    pub(super) piped: Option<RunTemplate>,
}

impl Lines {
    fn only(run: RunTemplate) -> Self {
        Self { run, resume: None, piped: None }
    }
}

/// The command lines: the user's own, else the known agent's; the user's further words behind the program's own.
pub(super) fn lines(
    name: &str,
    known: Option<Known>,
    protocol: Protocol,
    config: &AgentConfig,
    mode: AgentMode,
    allow: &[Allow],
) -> Result<Lines, ProfileError> {
    let template = |words: Vec<String>| {
        RunTemplate::from_words(words)
            .map_err(|source| ProfileError::Template { name: name.to_owned(), source })
    };
    let args = || config.args.iter().flatten().cloned();
    if let Some(run) = &config.run {
        return Ok(Lines::only(run.with_words(config.args.as_deref().unwrap_or_default())));
    }
    let Some(known) = known else { return Err(ProfileError::NoRun { name: name.to_owned() }) };
    let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    if protocol == Protocol::Acp {
        let model = if config.model.is_some() { known.acp_model() } else { &[] };
        let words = owned(known.acp()).into_iter().chain(owned(model)).chain(args()).collect();
        return Ok(Lines::only(template(words)?));
    }
    let line = known.headless().ok_or(ProfileError::OnlyAcp { name: name.to_owned(), known })?;
    let model = if config.model.is_some() { line.model } else { &[] };
    let words = |begin: &[&str]| {
        let mut all = owned(line.head);
        all.extend(owned(begin));
        all.extend(owned(model));
        all.extend(line.mode(mode, allow));
        all.extend(args());
        all.extend(owned(line.tail));
        all
    };
    let resume = if line.resume.is_empty() { None } else { Some(template(words(line.resume))?) };
    let run = template(words(line.begin))?;
    Ok(Lines { piped: Some(run.without_prompt(line.piped)), run, resume })
}
