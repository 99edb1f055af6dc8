//! Secrets are never shown, even where a user put one into a file.

use serde_json::Value;

const HIDDEN: &str = "********";

/// A document as it may be shown: what keys name as secrets is hidden, at any depth, and so are passwords in URLs.
#[must_use]
pub fn masked(document: &Value) -> Value {
    mask("", document)
}

/// The value as it may be shown: hidden when the key's name is that of a secret, and without the password of a URL.
pub(super) fn mask(key: &str, value: &Value) -> Value {
    match value {
        Value::String(text) if !text.is_empty() && names_a_secret(key) => HIDDEN.into(),
        Value::String(text) => without_password(text).into(),
        Value::Array(items) => items.iter().map(|item| mask(key, item)).collect(),
        Value::Object(entries) => {
            entries.iter().map(|(key, value)| (key.clone(), mask(key, value))).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

/// Whether a key by this name holds a secret: its last word is one of a few. (`max_tokens` is not.)
fn names_a_secret(key: &str) -> bool {
    let last = key.rsplit(['_', '-', '.']).next().unwrap_or(key).to_lowercase();
    let joined = ["apikey", "authtoken", "accesstoken", "clientsecret"];
    ["key", "token", "secret", "password", "passwd", "credential", "credentials"].contains(&last.as_str())
        || joined.iter().any(|name| last.ends_with(name))
}

/// `scheme://user:password@host` with the password hidden.
fn without_password(text: &str) -> String {
    let hidden = || {
        let (scheme, rest) = text.split_once("://")?;
        let authority = rest.split(['/', '?', '#']).next()?;
        let (login, _) = authority.rsplit_once('@')?;
        let (user, _) = login.split_once(':')?;
        Some(format!("{scheme}://{user}:{HIDDEN}{}", &rest[login.len()..]))
    };
    hidden().unwrap_or_else(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn secrets_are_hidden_and_nothing_else() {
        let cases = [
            ("api_key", json!("sk-123"), json!(HIDDEN)),
            ("apiKey", json!("sk-123"), json!(HIDDEN)),
            ("token", json!(["a"]), json!([HIDDEN])),
            ("max_tokens", json!(4000), json!(4000)),
            ("model", json!("m"), json!("m")),
            ("url", json!("postgres://u:p@h/db"), json!("postgres://u:********@h/db")),
            ("url", json!("http://h:80/a@b"), json!("http://h:80/a@b")),
            ("x", json!({"password": "p", "n": 1}), json!({"password": HIDDEN, "n": 1})),
        ];
        for (key, value, shown) in cases {
            assert_eq!(mask(key, &value), shown, "{key}");
        }
    }
}
