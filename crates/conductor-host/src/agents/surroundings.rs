//! What agents see of the user's environment: a list of what is allowed, since nobody can list all that must
//! not be seen.

use std::ffi::OsStr;

use super::profile::{Profile, ProfileKind};
use crate::process::EnvMap;

/// Names that every agent gets: who the user is, where programs and their folders are, proxies and
/// certificates. A name that ends in `*` stands for all that begin so.
const ALLOWED: &[&str] = &[
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "LANG",
    "LC_*",
    "TZ",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_CACHE_HOME",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "CURL_CA_BUNDLE",
    "REQUESTS_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
    "GIT_SSL_CAINFO",
    // Folders of tool chains: an agent that cannot build what it wrote works blind.
    "CARGO_HOME",
    "RUSTUP_HOME",
    "GOPATH",
    "GOROOT",
    "JAVA_HOME",
    "NVM_DIR",
    "PNPM_HOME",
    "PYENV_ROOT",
    "VOLTA_HOME",
];

/// The user's variables that this agent gets, its own fixed ones, and `TERM=dumb`. What belongs to one attempt
/// (`TMPDIR`, `CONDUCTOR_*`) is added when it starts.
pub fn agent_environment(user: &EnvMap, profile: &Profile) -> EnvMap {
    let ProfileKind::Program(command) = &profile.kind else { return EnvMap::new() };
    let allowed = |name: &OsStr| {
        let own = command.env.iter().map(String::as_str);
        name.to_str().is_some_and(|name| ALLOWED.iter().copied().chain(own).any(|rule| matches(rule, name)))
    };
    let mut env: EnvMap =
        user.iter().filter(|(name, _)| allowed(name)).map(|(n, v)| (n.clone(), v.clone())).collect();
    for (name, value) in &command.fixed_env {
        // What is usual gives way to what the user set on purpose; what the configuration says does not.
        let usual = command.known.is_some_and(|known| known.fixed_env().iter().any(|(n, _)| n == name));
        if !(usual && env.contains_key(OsStr::new(name))) {
            env.insert(name.into(), value.into());
        }
    }
    env.insert("TERM".into(), "dumb".into());
    env
}

fn matches(rule: &str, name: &str) -> bool {
    rule.strip_suffix('*').map_or(rule == name, |start| name.starts_with(start))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::agents::profiles;
    use crate::config::AgentConfig;

    #[test]
    fn an_agent_sees_the_list_and_its_own_names_only() {
        let user: EnvMap = [
            "PATH",
            "HOME",
            "LC_ALL",
            "LCX",
            "https_proxy",
            "ANTHROPIC_API_KEY",
            "OPENAI_API_KEY",
            "AWS_SECRET_ACCESS_KEY",
            "GITHUB_TOKEN",
            "GIT_DIR",
            "SSH_AUTH_SOCK",
            "TASKWERK_DIR",
            "TMPDIR",
            "MY_KEY",
            "TERM",
        ]
        .map(|name| (name.into(), "x".into()))
        .into();
        let own = AgentConfig {
            run: Some(super::super::RunTemplate::parse("my-agent").unwrap()),
            env: Some(vec!["MY_KEY".into()]),
            ..AgentConfig::default()
        };
        let all = profiles(&BTreeMap::from([("local".to_owned(), own)]), &|_| false).unwrap();
        let names = |agent: &str| {
            let profile = all.iter().find(|p| p.label.name == agent).unwrap();
            let env = agent_environment(&user, profile);
            env.iter()
                .map(|(n, v)| format!("{}={}", n.to_str().unwrap(), v.to_str().unwrap()))
                .collect::<Vec<_>>()
                .join(" ")
        };
        insta::assert_snapshot!(names("claude"), @"ANTHROPIC_API_KEY=x CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1 CLAUDE_CODE_MAX_RETRIES=4 DISABLE_AUTOUPDATER=1 DISABLE_TELEMETRY=1 HOME=x LC_ALL=x PATH=x TERM=dumb https_proxy=x");
        insta::assert_snapshot!(names("codex"), @"HOME=x LC_ALL=x OPENAI_API_KEY=x PATH=x TERM=dumb https_proxy=x");
        insta::assert_snapshot!(names("local"), @"HOME=x LC_ALL=x MY_KEY=x PATH=x TERM=dumb https_proxy=x");
    }
}
