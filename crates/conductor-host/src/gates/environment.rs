//! What gates see of the user's environment: all of it, since builds depend on more than anybody can list, less
//! what looks like a credential and what would lead a tool out of the gate workspace.

use std::ffi::OsStr;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::process::EnvMap;

/// Parts of names that look like credentials.
const CREDENTIALS: &[&str] = &[
    "TOKEN",
    "SECRET",
    "KEY",
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "CREDENTIAL",
    "AUTH",
    "COOKIE",
    "SESSION",
    "SSHPASS",
    "NETRC",
];

/// Ends of names that look like credentials: `MYSQL_PWD`, but not `PWD` and `OLDPWD`; a personal access token.
const CREDENTIAL_ENDS: &[&str] = &["_PWD", "_PASS", "_PAT"];

/// Beginnings of names whose families hold credentials.
const FAMILIES: &[&str] = &["AWS_", "AZURE_", "GCP_", "GCLOUD_", "GOOGLE_APPLICATION_", "VAULT_"];

/// Beginnings of names that point tools at other repositories or at the running orchestration.
const STRAY: &[&str] = &["GIT_", "CONDUCTOR_", "TASKWERK_"];

/// Names that force colours into output that is read by a program.
const COLOURS: &[&str] = &["FORCE_COLOR", "CLICOLOR_FORCE", "COLORTERM"];

/// The user's environment less what gates do not get, with a private place for temporary files, and with what
/// keeps tools from asking, watching and colouring.
pub fn gate_environment(user: &EnvMap, tmp: &Path, ceiling: &Path) -> EnvMap {
    let mut env: EnvMap = user
        .iter()
        .filter(|(name, _)| !is_withheld(&name.to_string_lossy()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    for (name, value) in [("CI", "true"), ("TERM", "dumb"), ("NO_COLOR", "1"), ("CARGO_TERM_COLOR", "never")]
    {
        env.insert(name.into(), value.into());
    }
    env.insert("TMPDIR".into(), tmp.into());
    // Git must not take a repository further up for the project that is checked.
    env.insert("GIT_CEILING_DIRECTORIES".into(), ceiling.into());
    env
}

/// The names in the user's environment that gates do not get, in order.
pub fn withheld_names(user: &EnvMap) -> Vec<String> {
    user.keys().map(|name| name.to_string_lossy().into_owned()).filter(|name| is_withheld(name)).collect()
}

/// Whether what has this name is most likely a credential.
pub(crate) fn looks_like_credential(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    CREDENTIALS.iter().any(|part| name.contains(part))
        || CREDENTIAL_ENDS.iter().any(|end| name.ends_with(end))
}

fn is_withheld(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    looks_like_credential(&name)
        || FAMILIES.iter().chain(STRAY).any(|start| name.starts_with(start))
        || COLOURS.contains(&name.as_str())
}

/// The digest of an environment of gates, equal for two runs on one machine: the private place for temporary
/// files does not count.
pub(super) fn environment_digest(env: &EnvMap) -> String {
    let mut hasher = Sha256::new();
    let elsewhere = |name: &OsStr| name == "TMPDIR" || name == "GIT_CEILING_DIRECTORIES";
    for (name, value) in env.iter().filter(|(name, _)| !elsewhere(name)) {
        // NUL cannot be part of either, so that no two environments give the same bytes.
        for part in [name, value] {
            hasher.update(part.as_encoded_bytes());
            hasher.update([0]);
        }
    }
    super::evidence::hexadecimal(&hasher.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(names: &[&str]) -> EnvMap {
        names.iter().map(|name| (name.into(), "x".into())).collect()
    }

    #[test]
    fn credentials_and_strays_are_withheld() {
        let withheld = [
            "AWS_PROFILE",
            "CONDUCTOR_RUN",
            "FORCE_COLOR",
            "GITHUB_TOKEN",
            "GIT_DIR",
            "MY_api_Key",
            "NPM_AUTH",
            "PGPASSWORD",
            "SSH_AUTH_SOCK",
            "TASKWERK_DIR",
            "npm_config__authToken",
        ];
        let kept = ["CARGO_HOME", "DATABASE_URL", "HOME", "LANG", "PATH", "http_proxy"];
        let user = env(&[&withheld[..], &kept[..]].concat());
        assert_eq!(withheld_names(&user), withheld);
        let seen = gate_environment(&user, Path::new("/tmp/g"), Path::new("/tmp"));
        let names: Vec<&str> = seen.keys().filter_map(|name| name.to_str()).collect();
        let expected = [
            "CARGO_HOME",
            "CARGO_TERM_COLOR",
            "CI",
            "DATABASE_URL",
            "GIT_CEILING_DIRECTORIES",
            "HOME",
            "LANG",
            "NO_COLOR",
            "PATH",
            "TERM",
            "TMPDIR",
            "http_proxy",
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn the_digest_tells_environments_apart_but_not_their_temporary_folders() {
        let of = |name: &str, tmp: &str| {
            environment_digest(&gate_environment(&env(&[name]), Path::new(tmp), Path::new(tmp)))
        };
        assert_eq!(of("A", "/tmp/1"), of("A", "/tmp/2"));
        assert_ne!(of("A", "/tmp/1"), of("B", "/tmp/1"));
    }
}
