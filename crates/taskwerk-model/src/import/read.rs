//! Reading rows from JSON, with errors that name the row and the field.

use super::{ImportNote, ImportRow};
use crate::time::Minutes;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::fmt;

/// The rows of a JSON file: `{"tasks": [row, …]}` or a bare array of rows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ImportFile {
    /// The rows, as they stand in the file.
    pub rows: Vec<ImportRow>,
}

impl ImportFile {
    /// Reads a file. Values are checked when the rows are imported; this checks their shape alone.
    ///
    /// # Errors
    /// [`RowShapeError`] when it is not JSON or a field has the wrong type.
    pub fn from_json(bytes: &[u8]) -> Result<Self, RowShapeError> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        Ok(serde_json::from_slice(bytes)?)
    }
}

/// A file that does not hold rows.
#[derive(Debug, thiserror::Error)]
#[error(
    "cannot read the tasks to import: {0}; expected {{\"tasks\": [{{\"title\": …}}, …]}} or an array of tasks"
)]
pub struct RowShapeError(#[from] serde_json::Error);

impl<'de> Deserialize<'de> for ImportFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FileVisitor)
    }
}

struct FileVisitor;

impl<'de> Visitor<'de> for FileVisitor {
    type Value = ImportFile;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of tasks, or an object with `tasks`")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<ImportFile, A::Error> {
        let mut rows = Vec::new();
        while let Some(row) = seq.next_element_seed(RowSeed { row: rows.len() + 1 })? {
            rows.push(row);
        }
        Ok(ImportFile { rows })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ImportFile, A::Error> {
        let mut file = None;
        while let Some(name) = map.next_key::<String>()? {
            if name == "tasks" {
                file = Some(map.next_value::<Rows>()?.0);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        file.ok_or_else(|| A::Error::custom("the object has no `tasks`"))
    }
}

/// An array of rows only, so that `{"tasks": {"tasks": …}}` is no file.
struct Rows(ImportFile);

impl<'de> Deserialize<'de> for Rows {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(FileVisitor).map(Self)
    }
}

struct RowSeed {
    row: usize,
}

impl<'de> DeserializeSeed<'de> for RowSeed {
    type Value = ImportRow;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<ImportRow, D::Error> {
        let row = self.row;
        ImportRow::deserialize(deserializer).map_err(|e| D::Error::custom(format_args!("row {row}: {e}")))
    }
}

impl<'de> Deserialize<'de> for ImportRow {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RowVisitor)
    }
}

struct RowVisitor;

impl<'de> Visitor<'de> for RowVisitor {
    type Value = ImportRow;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a task as an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ImportRow, A::Error> {
        let mut row = ImportRow::default();
        let mut metadata = None;
        while let Some(name) = map.next_key::<String>()? {
            match row.read_field(&name, &mut map) {
                Ok(Read::Known) => {}
                Ok(Read::Metadata(value)) => metadata = value,
                Ok(Read::Unknown(value)) => {
                    row.metadata.insert(name, value);
                }
                Err(error) => return Err(A::Error::custom(format_args!("field `{name}`: {error}"))),
            }
        }
        // What the row says of its metadata wins over a stray field of the same name.
        row.metadata.extend(metadata.unwrap_or_default());
        Ok(row)
    }
}

enum Read {
    Known,
    Metadata(Option<serde_json::Map<String, Value>>),
    Unknown(Value),
}

impl ImportRow {
    fn read_field<'de, A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<Read, A::Error> {
        match name {
            "key" => self.key = word(map)?,
            "id" => self.id = word(map)?,
            "uid" => self.uid = map.next_value()?,
            "title" => self.title = map.next_value::<Option<String>>()?.unwrap_or_default(),
            "description" => self.description = map.next_value()?,
            "status" => self.status = map.next_value()?,
            "block_reason" => self.block_reason = map.next_value()?,
            "priority" => self.priority = map.next_value()?,
            "category" => self.category = map.next_value()?,
            "type" => self.kind = map.next_value()?,
            "tags" => self.tags = map.next_value()?,
            "assignee" => self.assignee = map.next_value()?,
            "parent" => self.parent = word(map)?,
            "depends_on" => {
                let words = map.next_value::<Option<Vec<Word>>>()?;
                self.depends_on = words.map(|words| words.into_iter().map(|word| word.0).collect());
            }
            "estimate_minutes" => self.estimate_minutes = map.next_value()?,
            "estimate" => {
                let text = word(map)?;
                let minutes =
                    text.map(|text| text.parse::<Minutes>()).transpose().map_err(A::Error::custom)?;
                self.estimate_minutes = minutes.map(Minutes::get).or(self.estimate_minutes);
            }
            "actual_minutes" => self.actual_minutes = map.next_value()?,
            "progress" => self.progress = map.next_value()?,
            "due" => self.due = map.next_value()?,
            "acceptance" => self.acceptance = map.next_value()?,
            "files" => self.files = map.next_value()?,
            "links" => self.links = map.next_value()?,
            "metadata" => return Ok(Read::Metadata(map.next_value()?)),
            "session" => self.session = map.next_value()?,
            "rollup" => self.rollup = map.next_value()?,
            "notes" => self.notes = map.next_value::<Option<_>>()?.unwrap_or_default(),
            "version" => self.version = map.next_value()?,
            "created_at" => self.created_at = map.next_value()?,
            "updated_at" => self.updated_at = map.next_value()?,
            "started_at" => self.started_at = map.next_value()?,
            "completed_at" => self.completed_at = map.next_value()?,
            _ => return Ok(Read::Unknown(map.next_value()?)),
        }
        Ok(Read::Known)
    }
}

fn word<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Option<String>, A::Error> {
    Ok(map.next_value::<Option<Word>>()?.map(|word| word.0))
}

/// A text that may also be written as a number, as ids and durations are.
struct Word(String);

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct WordVisitor;

        impl Visitor<'_> for WordVisitor {
            type Value = Word;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a number")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Word, E> {
                Ok(Word(text.to_owned()))
            }

            fn visit_string<E: Error>(self, text: String) -> Result<Word, E> {
                Ok(Word(text))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Word, E> {
                Ok(Word(number.to_string()))
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Word, E> {
                Ok(Word(number.to_string()))
            }

            fn visit_f64<E: Error>(self, number: f64) -> Result<Word, E> {
                Ok(Word(number.to_string()))
            }
        }

        deserializer.deserialize_any(WordVisitor)
    }
}

impl<'de> Deserialize<'de> for ImportNote {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NoteVisitor;

        impl<'de> Visitor<'de> for NoteVisitor {
            type Value = ImportNote;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a note: a text, or an object with `text`")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<ImportNote, E> {
                Ok(ImportNote { text: text.to_owned(), ..ImportNote::default() })
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ImportNote, A::Error> {
                let mut note = ImportNote::default();
                while let Some(name) = map.next_key::<String>()? {
                    match name.as_str() {
                        "at" => note.at = map.next_value()?,
                        "author" => note.author = map.next_value()?,
                        "text" => note.text = map.next_value()?,
                        other => return Err(A::Error::unknown_field(other, &["at", "author", "text"])),
                    }
                }
                Ok(note)
            }
        }

        deserializer.deserialize_any(NoteVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Vec<ImportRow>, String> {
        ImportFile::from_json(json.as_bytes()).map(|file| file.rows).map_err(|e| e.to_string())
    }

    #[test]
    fn a_file_is_an_array_or_an_object_with_tasks() {
        let row = ImportRow { title: "a".to_owned(), ..ImportRow::default() };
        let row = [row];
        assert_eq!(read(r#"[{"title":"a"}]"#).unwrap(), row);
        assert_eq!(read(r#"{"version":1,"tasks":[{"title":"a"}]}"#).unwrap(), row);
        assert_eq!(read("\u{feff}[{\"title\":\"a\",\"tags\":null}]").unwrap(), row);
        assert_eq!(read("[]").unwrap(), []);
    }

    #[test]
    fn numbers_name_tasks_and_hours() {
        let rows =
            read(r#"[{"title":"a","id":3,"depends_on":[1,"x"],"estimate":1.5,"notes":["n"]}]"#).unwrap();
        assert_eq!(rows[0].id.as_deref(), Some("3"));
        assert_eq!(rows[0].depends_on.as_deref(), Some(&["1".to_owned(), "x".to_owned()][..]));
        assert_eq!(rows[0].estimate_minutes, Some(90));
        assert_eq!(rows[0].notes[0].text, "n");
    }

    #[test]
    fn unknown_fields_are_kept_as_metadata() {
        let rows = read(r#"[{"title":"a","colour":{"r":1},"metadata":{"b":2}}]"#).unwrap();
        assert_eq!(serde_json::to_string(&rows[0].metadata).unwrap(), r#"{"colour":{"r":1},"b":2}"#);
    }

    #[test]
    fn a_wrong_shape_names_row_and_field() {
        let message = read(r#"[{"title":"a"},{"title":"b","tags":5}]"#).unwrap_err();
        insta::assert_snapshot!(message, @r#"cannot read the tasks to import: row 2: field `tags`: invalid type: integer `5`, expected a sequence at line 1 column 36; expected {"tasks": [{"title": …}, …]} or an array of tasks"#);
        for bad in
            ["", "{}", "3", r#"{"tasks":{"tasks":[]}}"#, "[3]", r#"[{"title":"a"}"#, r#"[{"title":1}]"#]
        {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
