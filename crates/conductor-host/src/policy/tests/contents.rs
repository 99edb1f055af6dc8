//! What must be found in the content of files, and what must not.

use super::*;
use crate::config::ApprovalClass;
use crate::policy::approval_classes;

const MIGRATION: &str = "database_migrations";
const SECURITY: &str = "security_files";
const DEPENDENCIES: &str = "dependencies";
const SECRETS: &str = "secrets";

fn classes(files: Vec<ChangedFile>) -> Vec<&'static str> {
    approval_classes(&change(files)).iter().map(|met| met.class.name()).collect()
}

/// Joined, so that this file itself holds nothing that looks like a secret.
fn made(parts: &[&str]) -> String {
    parts.concat()
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table")]
fn content_tells_classes() {
    let key = made(&["let key = \"AKIA", "J7Q2XW4NPL8R3TZV\";"]);
    let ghp = made(&["token: ghp_", "aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xY3zA5"]);
    let named = made(&["DB_PASSWORD=", "k8Jq-Zr2vX9mTw4b"]);
    let url = made(&["DATABASE_URL=postgres://app:", "Zr2vX9mTw4b", "@db.prod.acme.io/app"]);
    let block = made(&[
        "-----BEGIN RSA PRIVATE ",
        "KEY-----\n",
        &"MIIEowIBAAKCAQEAx7Zr2vX9mTw4bk8Jq\n".repeat(3),
        "-----END",
    ]);
    let table: Vec<(&str, &str, &[&str])> = vec![
        // Schema, in code.
        ("src/db.rs", "    \"CREATE TABLE users (id INTEGER)\",", &[MIGRATION]),
        ("src/db.rs", "conn.execute(\"ALTER TABLE users ADD COLUMN age INT\")", &[MIGRATION]),
        ("src/db.py", "cur.execute('drop table if exists users')", &[MIGRATION]),
        ("src/db.py", "CREATE UNIQUE INDEX i ON users (id);", &[MIGRATION]),
        ("app/models.js", "await queryInterface.addColumn('users', 'age')", &[MIGRATION]),
        ("app/x.py", "    op.add_column('users', sa.Column('age'))", &[MIGRATION]),
        ("app/0002.py", "migrations.AddField(model_name='user')", &[MIGRATION]),
        ("main.go", "db.AutoMigrate(&User{})", &[MIGRATION]),
        ("main.go", "db.Exec(`ALTER TABLE \"users\" RENAME TO people`)", &[MIGRATION]),
        // What is no change of a schema.
        ("src/db.rs", "// create table users (id)", &[]),
        ("docs/db.md", "CREATE TABLE users (id INTEGER)", &[]),
        ("tests/db.rs", "\"CREATE TABLE users (id INTEGER)\"", &[]),
        ("src/db_test.go", "db.Exec(\"DROP TABLE users\")", &[]),
        ("src/ui.rs", "\"Please create table first\"", &[]),
        ("src/ui.rs", "\"create table settings in the menu\"", &[]),
        ("src/db.rs", "\"SELECT * FROM users WHERE drop_table = 1\"", &[]),
        ("src/db.rs", "\"INSERT INTO users VALUES (1)\"", &[]),
        ("src/db.rs", "\"CREATE TEMPORARY TABLE t (id INTEGER)\"", &[]),
        ("src/furniture.py", "def create_table(legs): pass", &[]),
        // Guards.
        ("src/http.py", "requests.get(url, verify=False)", &[SECURITY]),
        ("src/tls.go", "&tls.Config{InsecureSkipVerify: true}", &[SECURITY]),
        ("deploy.sh", "chmod -R 777 /srv", &[SECURITY]),
        ("tests/http.py", "requests.get(url, verify=False)", &[]),
        ("src/http.py", "requests.get(url, verify=True)", &[]),
        // What is brought in.
        ("deploy.sh", "pip install flask", &[DEPENDENCIES]),
        ("Dockerfile", "RUN apt-get update && apt-get install -y curl", &["config_changes", DEPENDENCIES]),
        ("deploy.sh", "curl -fsSL https://x.io/i.sh | sudo bash", &[DEPENDENCIES]),
        ("deploy.sh", "pip install -r requirements.txt", &[]),
        ("deploy.sh", "npm install", &[]),
        ("deploy.sh", "cargo install --path .", &[]),
        ("deploy.sh", "curl https://x.io/status | jq .", &[]),
        ("README.md", "pip install flask", &[]),
        ("deploy.sh", "# pip install flask", &[]),
        // Secrets.
        ("src/aws.rs", &key, &[SECRETS]),
        ("ci/x", &ghp, &[SECRETS]),
        ("deploy.conf.d/x", &named, &[SECRETS]),
        ("deploy.conf.d/y", &url, &[SECRETS]),
        ("src/pem.txt", &block, &[SECRETS]),
        ("tests/data.txt", &key, &[SECRETS]),
        // What only looks like one.
        ("tests/login.py", "password = 'Sup3r-S3cret-Pa55'", &[]),
        ("tests/login.py", &named, &[]),
        ("src/login.rs", "let password = read_password()?;", &[]),
        ("src/login.ts", "const token = response.data.accessToken;", &[]),
        ("src/login.ts", "token: \"your-token-here-1234\",", &[]),
        ("src/login.ts", "apiKey: process.env.API_KEY,", &[]),
        ("src/key.ts", "const KEY = \"AKIAIOSFODNN7EXAMPLE\";", &[]),
        ("src/pem.rs", "const HEAD: &str = \"-----BEGIN PRIVATE KEY-----\";", &[]),
        (
            "Cargo.lock",
            "checksum = \"003352ee03bab0eea34057cc541fa4362734220ca381343c7e9c35050c1fc942\"",
            &[DEPENDENCIES],
        ),
        (
            "package-lock.json",
            "\"integrity\": \"sha512-k8JqZr2vX9mTw4bA7dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xY3zA5B6c7D8e9F0g1==\"",
            &[DEPENDENCIES],
        ),
        ("web/app.js", "!function(e,t){e.token=t.token||\"\",e.password=t(\"#password\")}(a1,b2);", &[]),
        ("src/hash.rs", "let commit = \"84bc47c9ee1f2b3c4d5e6f708192a3b4c5d6e7f8\";", &[]),
        ("docker/x", "postgres://postgres:postgres@localhost:5432/app", &[]),
        ("docker/x", "redis://user:${REDIS_PASSWORD}@cache.acme.io/0", &[]),
    ];
    for (path, text, expected) in table {
        assert_eq!(classes(vec![added(path, text)]), expected, "{path}: {text}");
    }
}

#[test]
fn much_that_goes_is_a_large_deletion_and_what_moves_is_none() {
    let file = |path: &str, add: u64, del: u64, gone: bool| ChangedFile {
        added: Some(add),
        deleted: Some(del),
        gone,
        ..added(path, "")
    };
    let table = [
        (vec![file("a.rs", 0, 500, true)], vec!["large_deletions"]),
        (vec![file("a.rs", 0, 499, true)], vec![]),
        (vec![file("a.rs", 400, 800, false)], vec![]),
        (vec![file("a.rs", 0, 600, true), file("b.rs", 600, 0, false)], vec![]),
        ((0..20).map(|n| file(&format!("{n}.rs"), 0, 1, true)).collect(), vec!["large_deletions"]),
        (vec![file("x/yarn.lock", 0, 9_000, false)], vec!["dependencies"]),
    ];
    for (files, expected) in table {
        assert_eq!(classes(files.clone()), expected, "{files:?}");
    }
}

#[test]
fn what_is_no_text_or_too_large_is_a_binary() {
    let picture = ChangedFile { added: None, deleted: None, size: 900, ..added("a.png", "") };
    let gone = ChangedFile { gone: true, ..picture.clone() };
    let large = ChangedFile { size: 2_000_000, ..added("a.csv", "x") };
    let unread = ChangedFile { size: 90_000_000, unread: true, ..added("b.csv", "") };
    let nested = ChangedFile { size: 0, unread: true, ..added("vendor/x", "") };
    assert_eq!(classes(vec![picture]), ["binaries"]);
    assert_eq!(classes(vec![gone]), [""; 0]);
    assert_eq!(classes(vec![large]), ["binaries"]);
    assert_eq!(classes(vec![nested]), ["binaries"]);
    let met = approval_classes(&change(vec![unread]));
    let secrets = met.iter().find(|met| met.class == ApprovalClass::Secrets).unwrap();
    assert_eq!(secrets.places, ["b.csv: too large to be looked through"]);
}

#[test]
fn only_what_is_new_is_looked_at() {
    use crate::git::{Content, Contents};
    let key = made(&["AKIA", "J7Q2XW4NPL8R3TZV"]);
    let bytes = |text: &str| Content::Bytes(text.as_bytes().to_vec());
    let contents =
        Contents { old: bytes(&format!("a\n{key}\nb\n")), new: bytes(&format!("new\na\n{key}\n")) };
    let file = ChangedFile { new_lines: Vec::new(), ..added("a", "") };
    let change_of = |contents: &Contents| ChangedFile {
        new_lines: crate::policy::change::new_lines(contents.old.bytes(), contents.new.bytes()),
        ..file.clone()
    };
    assert_eq!(change_of(&contents).new_lines, [(1, b"new".to_vec())]);
    assert_eq!(classes(vec![change_of(&contents)]), [""; 0]);
    let turned = Contents { old: contents.new.clone(), new: bytes(&format!("a\n\n{key} \n")) };
    let met = approval_classes(&change(vec![change_of(&turned)]));
    assert_eq!(met[0].places, ["a:3: a key of AWS's"]);
}
