//! YAML as a tree that knows its lines.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_saphyr::Spanned;

/// A value and the line on which it stands, from 1.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub(super) line: u64,
    pub(super) data: Data,
}

/// What a node holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Data {
    /// Null, text, a number, yes or no.
    Scalar(Value),
    /// A list.
    List(Vec<Node>),
    /// An object, with the line of each key.
    Map(Vec<(String, u64, Node)>),
}

impl Node {
    /// The value without its lines.
    pub(super) fn value(&self) -> Value {
        match &self.data {
            Data::Scalar(value) => value.clone(),
            Data::List(items) => items.iter().map(Self::value).collect(),
            Data::Map(entries) => entries.iter().map(|(key, _, node)| (key.clone(), node.value())).collect(),
        }
    }
}

/// Why a text is not YAML.
#[derive(Debug)]
pub(super) struct SyntaxError {
    /// The line, from 1; 0 when it is not known.
    pub(super) line: u64,
    pub(super) problem: String,
}

/// Reads a YAML document; an empty one (or one of comments alone) is null.
pub(super) fn parse(text: &str) -> Result<Node, SyntaxError> {
    // Only `true` and `false` are yes and no, as in YAML 1.2: a tag `y` or a country `no` stays text.
    let options = serde_saphyr::options! { strict_booleans: true };
    serde_saphyr::from_str_with_options::<Spanned<Data>>(text, options).map(Node::from).map_err(|error| {
        let text = error.without_snippet().to_string();
        // The line is told apart, and advice to users of the library is none for users of the program.
        let problem = [" at line ", ", set DuplicateKeyPolicy"]
            .iter()
            .fold(text.as_str(), |text, end| text.split_once(end).map_or(text, |(before, _)| before));
        SyntaxError { line: error.location().map_or(0, |at| at.line()), problem: problem.to_owned() }
    })
}

impl From<Spanned<Data>> for Node {
    fn from(spanned: Spanned<Data>) -> Self {
        Self { line: spanned.referenced.line(), data: spanned.value }
    }
}

impl<'de> Deserialize<'de> for Data {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DataVisitor)
    }
}

struct DataVisitor;

impl<'de> Visitor<'de> for DataVisitor {
    type Value = Data;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Data, E> {
        Ok(Data::Scalar(Value::Null))
    }

    fn visit_none<E>(self) -> Result<Data, E> {
        Ok(Data::Scalar(Value::Null))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Data, D::Error> {
        Data::deserialize(deserializer)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Data, E> {
        Ok(Data::Scalar(flag.into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Data, E> {
        Ok(Data::Scalar(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Data, E> {
        Ok(Data::Scalar(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Data, E> {
        Ok(Data::Scalar(number.into()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Data, E> {
        Ok(Data::Scalar(text.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Data, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element::<Spanned<Data>>()? {
            items.push(item.into());
        }
        Ok(Data::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Data, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = map.next_key::<Spanned<String>>()? {
            let line = key.referenced.line();
            entries.push((key.value, line, map.next_value::<Spanned<Data>>()?.into()));
        }
        Ok(Data::Map(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_and_key_knows_its_line() {
        let node = parse("# comment\na: 1\nb:\n  c: [x,\n    y]\n  d: null\n").unwrap();
        let Data::Map(entries) = &node.data else { panic!("{node:?}") };
        let lines: Vec<(&str, u64)> = entries.iter().map(|(key, line, _)| (key.as_str(), *line)).collect();
        assert_eq!(lines, [("a", 2), ("b", 3)]);
        let Data::Map(inner) = &entries[1].2.data else { panic!("{node:?}") };
        assert_eq!((inner[0].1, inner[1].1), (4, 6));
        assert_eq!(node.value(), serde_json::json!({"a": 1, "b": {"c": ["x", "y"], "d": null}}));
    }

    #[test]
    fn an_empty_file_is_null() {
        assert_eq!(parse("").unwrap().value(), Value::Null);
        assert_eq!(parse("# only a comment\n").unwrap().value(), Value::Null);
    }

    #[test]
    fn what_is_not_yaml_is_refused_with_its_line() {
        let error = parse("a: 1\nb: [1,\nc: }\n").unwrap_err();
        assert!(error.line >= 2, "{error:?}");
        let error = parse("a: 1\na: 2\n").unwrap_err();
        assert_eq!(error.line, 2, "{error:?}");
        assert!(!error.problem.contains('\n'), "{error:?}");
    }
}
