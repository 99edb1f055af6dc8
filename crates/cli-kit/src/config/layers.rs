//! The layers: read, checked, merged, each value with its origin.

use std::collections::BTreeMap;
use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::check::{check, check_file};
use super::error::ConfigError;
use super::schema::{Field, Kind, Schema};
use super::yaml::{self, Data, Node};
use crate::env::Env;

/// Where a value was set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "layer", rename_all = "snake_case")]
pub enum Origin {
    /// Nowhere: it is built in.
    Default,
    /// In the user's file.
    User {
        /// The file.
        #[serde(serialize_with = "as_shown")]
        file: PathBuf,
        /// The line, from 1.
        line: u64,
    },
    /// In the project's file.
    Project {
        /// The file.
        #[serde(serialize_with = "as_shown")]
        file: PathBuf,
        /// The line, from 1.
        line: u64,
    },
    /// By an environment variable.
    Environment {
        /// Its name.
        variable: String,
    },
    /// On the command line.
    Flag {
        /// The flag.
        flag: String,
    },
}

/// A path as people see it: one that is not UTF-8 must not make the whole document fail.
fn as_shown<S: Serializer>(file: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&file.display())
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::User { file, line } | Self::Project { file, line } => {
                write!(f, "{}:{line}", file.display())
            }
            Self::Environment { variable } => f.write_str(variable),
            Self::Flag { flag } => f.write_str(flag),
        }
    }
}

/// What a configuration is read from.
#[derive(Debug, Clone, Copy)]
pub struct Sources<'a> {
    /// The environment: finds the user's file and overrides single values.
    pub env: &'a Env,
    /// The prefix of variables that set a value: with `TASKWERK`, the key `tasks.id_prefix` is
    /// `TASKWERK_TASKS_ID_PREFIX`. Keys inside maps (agents, gates) cannot be set so.
    pub prefix: &'static str,
    /// The project's file, if there is a project; it need not exist.
    pub project: Option<&'a Path>,
    /// Values from the command line: the flag's name, the path of the key by dots, the value.
    pub flags: &'a [(&'static str, &'static str, Value)],
}

impl Sources<'_> {
    /// The user's file (`$XDG_CONFIG_HOME/taskwerk/config.yml`), which need not exist.
    #[must_use]
    pub fn user_file(env: &Env) -> Option<PathBuf> {
        env.config_home().map(|folder| folder.join("taskwerk/config.yml"))
    }
}

/// One value of the configuration, for showing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    /// The path, by dots.
    pub key: String,
    /// The value; a secret is masked.
    pub value: Value,
    /// Where it was set.
    pub origin: Origin,
}

/// The merged configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    root: Tree,
}

/// A merged value: objects merge key by key, everything else is replaced as a whole.
#[derive(Debug, Clone, PartialEq)]
enum Tree {
    Leaf(Value, Origin),
    Branch(BTreeMap<String, Self>),
}

impl Config {
    /// Reads, checks and merges all layers. Files that do not exist are empty layers.
    ///
    /// # Errors
    /// The first thing that is wrong, with its place; see [`ConfigError`].
    pub fn load(schema: &Schema, sources: &Sources<'_>) -> Result<Self, ConfigError> {
        let mut root = Tree::Branch(BTreeMap::new());
        for field in schema.own {
            add_defaults(field, &mut vec![field.key.to_owned()], &mut root);
        }
        if let Some(file) = Sources::user_file(sources.env) {
            add_file(schema, &file, |line| Origin::User { file: file.clone(), line }, &mut root)?;
        }
        if let Some(file) = sources.project {
            add_file(schema, file, |line| Origin::Project { file: file.to_owned(), line }, &mut root)?;
        }
        for field in schema.own {
            add_variables(field, &mut vec![field.key.to_owned()], sources, &mut root)?;
        }
        for (flag, path, value) in sources.flags {
            let path: Vec<String> = path.split('.').map(str::to_owned).collect();
            root.set(&path, Tree::Leaf(value.clone(), Origin::Flag { flag: (*flag).to_owned() }));
        }
        Ok(Self { root })
    }

    /// A section, as the program's own type. A section that nobody set is an empty object.
    ///
    /// # Errors
    /// [`ConfigError::Unusable`] when the values do not fit the type.
    pub fn section<T: DeserializeOwned>(&self, section: &str) -> Result<T, ConfigError> {
        let value = self.get(section).unwrap_or_else(|| Value::Object(serde_json::Map::new()));
        serde_json::from_value(value)
            .map_err(|source| ConfigError::Unusable { section: section.to_owned(), source })
    }

    /// The value at a path by dots, as it is (a secret is not masked).
    #[must_use]
    pub fn get(&self, path: &str) -> Option<Value> {
        self.root.find(path).map(Tree::value)
    }

    /// Where the value at a path by dots was set; `None` for objects, whose values may come from several places.
    #[must_use]
    pub fn origin(&self, path: &str) -> Option<&Origin> {
        match self.root.find(path)? {
            Tree::Leaf(_, origin) => Some(origin),
            Tree::Branch(_) => None,
        }
    }

    /// Every value with its origin, sorted by key, secrets masked: for showing.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        let mut entries = Vec::new();
        self.root.collect(&mut Vec::new(), &mut entries);
        entries
    }
}

impl Tree {
    fn find(&self, path: &str) -> Option<&Self> {
        path.split('.').try_fold(self, |tree, key| match tree {
            Self::Branch(children) => children.get(key),
            Self::Leaf(..) => None,
        })
    }

    fn value(&self) -> Value {
        match self {
            Self::Leaf(value, _) => value.clone(),
            Self::Branch(children) => {
                children.iter().map(|(key, child)| (key.clone(), child.value())).collect()
            }
        }
    }

    /// Puts a value at a path, making branches on the way.
    fn set(&mut self, path: &[String], value: Self) {
        let Some((first, rest)) = path.split_first() else {
            *self = value;
            return;
        };
        if let Self::Leaf(..) = self {
            *self = Self::Branch(BTreeMap::new());
        }
        if let Self::Branch(children) = self {
            let child = children.entry(first.clone()).or_insert_with(|| Self::Branch(BTreeMap::new()));
            child.set(rest, value);
        }
    }

    /// Lays a file's values over this tree. A null says "not set here" for an object and replaces anything else.
    fn overlay(&mut self, node: &Node, path: &mut Vec<String>, place: &impl Fn(u64) -> Origin) {
        match &node.data {
            Data::Map(entries) if !entries.is_empty() => {
                for (key, _, child) in entries {
                    path.push(key.clone());
                    self.overlay(child, path, place);
                    path.pop();
                }
            }
            Data::Scalar(Value::Null) if self.is_branch(path) => {}
            Data::Map(_) if self.is_branch(path) => {}
            Data::Map(_) | Data::Scalar(_) | Data::List(_) => {
                self.set(path, Self::Leaf(node.value(), place(node.line)));
            }
        }
    }

    fn is_branch(&self, path: &[String]) -> bool {
        matches!(self.find(&path.join(".")), Some(Self::Branch(_)))
    }

    fn collect(&self, path: &mut Vec<String>, entries: &mut Vec<Entry>) {
        match self {
            Self::Leaf(value, origin) => {
                let key = path.join(".");
                let value = super::mask::mask(path.last().map_or("", String::as_str), value);
                entries.push(Entry { key, value, origin: origin.clone() });
            }
            Self::Branch(children) => {
                for (key, child) in children {
                    path.push(key.clone());
                    child.collect(path, entries);
                    path.pop();
                }
            }
        }
    }
}

fn add_defaults(field: &Field, path: &mut Vec<String>, root: &mut Tree) {
    if let Some(value) = field.default.value() {
        root.set(path, Tree::Leaf(value, Origin::Default));
    }
    if let Kind::Object(fields) = field.kind {
        for field in fields {
            path.push(field.key.to_owned());
            add_defaults(field, path, root);
            path.pop();
        }
    }
}

fn add_file(
    schema: &Schema,
    file: &Path,
    place: impl Fn(u64) -> Origin,
    root: &mut Tree,
) -> Result<(), ConfigError> {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(ConfigError::Unreadable { file: file.to_owned(), source }),
    };
    let node = yaml::parse(&text).map_err(|error| ConfigError::Syntax {
        file: file.to_owned(),
        line: error.line,
        problem: error.problem,
    })?;
    check_file(schema, &node, &place, file)?;
    if let Data::Map(entries) = &node.data {
        for (section, _, child) in
            entries.iter().filter(|(key, ..)| schema.own.iter().any(|own| own.key == key))
        {
            root.overlay(child, &mut vec![section.clone()], &place);
        }
    }
    Ok(())
}

/// Environment variables, one per key that is not inside a map. Lists and other kinds are written as YAML
/// (`[a, b]`, `true`, `5`); text stands as it is.
fn add_variables(
    field: &Field,
    path: &mut Vec<String>,
    sources: &Sources<'_>,
    root: &mut Tree,
) -> Result<(), ConfigError> {
    if let Kind::Object(fields) = field.kind {
        for field in fields {
            path.push(field.key.to_owned());
            add_variables(field, path, sources, root)?;
            path.pop();
        }
        return Ok(());
    }
    let variable = format!("{}_{}", sources.prefix, path.join("_").to_uppercase());
    let Some(text) = sources.env.get(&variable) else { return Ok(()) };
    let place = |_| Origin::Environment { variable: variable.clone() };
    let node = match field.kind {
        Kind::Text | Kind::OneOf(_) | Kind::Checked(..) | Kind::Duration => {
            Node { line: 0, data: Data::Scalar(text.into()) }
        }
        Kind::Integer
        | Kind::Number
        | Kind::Flag
        | Kind::List(_)
        | Kind::Map(_)
        | Kind::Object(_)
        | Kind::Any => yaml::parse(text).map_err(|error| ConfigError::Syntax {
            file: PathBuf::from(&variable),
            line: error.line,
            problem: error.problem,
        })?,
    };
    check(&field.kind, &node, &path.join("."), &place)?;
    root.set(path, Tree::Leaf(node.value(), place(0)));
    Ok(())
}
