//! The environment as data: read once in `main`, passed on from there.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

/// The environment variables that the process was started with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Env(BTreeMap<OsString, OsString>);

impl Env {
    /// Reads the environment of this process. To be called once, in `main`.
    #[must_use]
    pub fn of_process() -> Self {
        Self(std::env::vars_os().collect())
    }

    /// A variable's text; `None` if it is not set, empty, or not UTF-8. An empty variable counts as unset, as in
    /// the XDG and `NO_COLOR` conventions.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.raw(name)?.to_str()
    }

    /// A variable's bytes; `None` if it is not set or empty.
    #[must_use]
    pub fn raw(&self, name: &str) -> Option<&OsStr> {
        self.0.get(OsStr::new(name)).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }

    /// A variable as a path; `None` if it is not set or empty.
    #[must_use]
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        self.raw(name).map(PathBuf::from)
    }

    /// Every variable, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.0.iter().map(|(name, value)| (name.as_os_str(), value.as_os_str()))
    }

    /// The user's folder of a kind: the XDG variable if it is an absolute path, else the folder below `HOME`.
    /// `None` when neither is known.
    #[must_use]
    pub fn xdg(&self, variable: &str, below_home: &str) -> Option<PathBuf> {
        self.path(variable)
            .filter(|path| path.is_absolute())
            .or_else(|| self.path("HOME").map(|home| home.join(below_home)))
    }

    /// The user's configuration folder (`XDG_CONFIG_HOME`, else `~/.config`).
    #[must_use]
    pub fn config_home(&self) -> Option<PathBuf> {
        self.xdg("XDG_CONFIG_HOME", ".config")
    }

    /// The user's state folder (`XDG_STATE_HOME`, else `~/.local/state`).
    #[must_use]
    pub fn state_home(&self) -> Option<PathBuf> {
        self.xdg("XDG_STATE_HOME", ".local/state")
    }
}

impl<K: Into<OsString>, V: Into<OsString>> FromIterator<(K, V)> for Env {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(variables: I) -> Self {
        Self(variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_variable_counts_as_unset() {
        let env = Env::from_iter([("A", ""), ("B", "b")]);
        assert_eq!((env.get("A"), env.get("B"), env.get("C")), (None, Some("b"), None));
    }

    #[test]
    fn xdg_folders_fall_back_to_home_and_must_be_absolute() {
        let home = Env::from_iter([("HOME", "/h")]);
        let relative = Env::from_iter([("HOME", "/h"), ("XDG_CONFIG_HOME", "x")]);
        let set = Env::from_iter([("HOME", "/h"), ("XDG_CONFIG_HOME", "/x")]);
        assert_eq!(home.config_home(), Some(PathBuf::from("/h/.config")));
        assert_eq!(relative.config_home(), Some(PathBuf::from("/h/.config")));
        assert_eq!(set.config_home(), Some(PathBuf::from("/x")));
        assert_eq!(home.state_home(), Some(PathBuf::from("/h/.local/state")));
        assert_eq!(Env::default().config_home(), None);
    }
}
