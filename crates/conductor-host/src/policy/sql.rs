//! Changes of a database's schema, told by what stands in code: statements of SQL, and calls of the libraries that
//! write migrations.

use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

use super::change::ChangedFile;
use super::source;

/// Statements that change a schema, in small letters with single blanks, and whether an opening parenthesis or a word
/// of [`CLAUSES`] has to follow the name, so that a sentence is no statement.
const STATEMENTS: &[(&str, After)] = &[
    ("create table ", After::Body),
    ("create temporary table ", After::Nothing),
    ("alter table ", After::Clause),
    ("drop table ", After::End),
    ("truncate table ", After::End),
    ("create index ", After::Clause),
    ("create unique index ", After::Clause),
    ("drop index ", After::End),
    ("alter type ", After::Clause),
    ("create view ", After::Clause),
    ("create or replace view ", After::Clause),
    ("drop view ", After::End),
    ("drop database ", After::End),
    ("drop schema ", After::End),
];

/// What follows the name in a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum After {
    /// `(` or `as`, or the end of the line.
    Body,
    /// One of [`CLAUSES`].
    Clause,
    /// The end of the statement.
    End,
    /// It is no change of a schema that lasts.
    Nothing,
}

const CLAUSES: &[&str] = &[
    "add",
    "drop",
    "alter",
    "rename",
    "modify",
    "change",
    "owner",
    "enable",
    "disable",
    "set",
    "convert",
    "on",
    "as",
    "partition",
    "attach",
    "detach",
];

/// Calls that write migrations, exactly as they are written.
const CALLS: &[&str] = &[
    // Alembic.
    "op.create_table(",
    "op.drop_table(",
    "op.add_column(",
    "op.drop_column(",
    "op.alter_column(",
    "op.rename_table(",
    "op.create_index(",
    "op.drop_index(",
    // Django.
    "migrations.CreateModel(",
    "migrations.DeleteModel(",
    "migrations.AddField(",
    "migrations.RemoveField(",
    "migrations.AlterField(",
    "migrations.RenameField(",
    "migrations.RunSQL(",
    "migrations.RunPython(",
    // Sequelize, Knex, TypeORM.
    "queryInterface.createTable(",
    "queryInterface.dropTable(",
    "queryInterface.addColumn(",
    "queryInterface.removeColumn(",
    "queryInterface.changeColumn(",
    "knex.schema.createTable(",
    "knex.schema.alterTable(",
    "knex.schema.dropTable",
    "queryRunner.createTable(",
    "queryRunner.addColumn(",
    "queryRunner.dropTable(",
    "queryRunner.dropColumn(",
    // Laravel.
    "Schema::create(",
    "Schema::table(",
    "Schema::drop",
    // Entity Framework.
    "migrationBuilder.CreateTable(",
    "migrationBuilder.DropTable(",
    "migrationBuilder.AddColumn",
    "migrationBuilder.DropColumn(",
    "migrationBuilder.AlterColumn",
    // Rails.
    "ActiveRecord::Migration[",
    // GORM.
    ".AutoMigrate(",
];

/// The lines of a file that change a schema, by number.
pub(super) fn lines(file: &ChangedFile) -> Vec<usize> {
    if file.gone
        || source::is_prose(&file.path)
        || source::is_generated(&file.path)
        || source::is_test(&file.path)
    {
        return Vec::new();
    }
    let is_one = |line: &[u8]| !source::is_remark(line) && (has_call(line) || has_statement(line));
    file.new_lines.iter().filter(|(_, line)| is_one(line)).map(|(number, _)| *number).collect()
}

fn has_call(line: &[u8]) -> bool {
    static CALLED: OnceLock<Option<AhoCorasick>> = OnceLock::new();
    let called = CALLED.get_or_init(|| AhoCorasick::new(CALLS).ok());
    called.as_ref().is_some_and(|called| called.is_match(line))
}

fn has_statement(line: &[u8]) -> bool {
    let text = String::from_utf8_lossy(line).to_lowercase();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    STATEMENTS.iter().any(|(begin, after)| {
        text.match_indices(begin).any(|(at, _)| {
            let before = text.get(..at).unwrap_or_default().trim_end();
            let rest = text.get(at + begin.len()..).unwrap_or_default();
            begins_statement(before) && follows(rest, *after)
        })
    })
}

/// Whether a statement may begin behind this: at the beginning of a line, of a literal, or after another one.
fn begins_statement(before: &str) -> bool {
    before.is_empty() || before.ends_with(['"', '\'', '`', ';', '(', '|'])
}

fn follows(rest: &str, after: After) -> bool {
    let rest =
        rest.strip_prefix("if not exists ").or_else(|| rest.strip_prefix("if exists ")).unwrap_or(rest);
    let rest = rest.strip_prefix("concurrently ").unwrap_or(rest);
    let quote = |c: char| matches!(c, '"' | '`' | '[' | ']' | '\\');
    let name_end = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '$') || quote(c)));
    let (name, behind) = rest.split_at(name_end.unwrap_or(rest.len()));
    if name.trim_matches(quote).is_empty() && !behind.starts_with(['{', '$', '%', '?']) {
        return false;
    }
    let behind = behind.trim_start();
    let word = behind.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    match after {
        After::Body => behind.is_empty() || behind.starts_with('(') || word == "as",
        After::Clause => CLAUSES.contains(&word),
        After::End => {
            behind.is_empty()
                || behind.starts_with([';', '\'', '"', '`', ')', ','])
                || matches!(word, "cascade" | "restrict")
        }
        After::Nothing => false,
    }
}
