//! The approval classes that the path of a file tells.

use crate::config::ApprovalClass;

/// The classes that a changed path belongs to; none for most.
pub(super) fn classes(path: &str) -> Vec<ApprovalClass> {
    let path = Path::new(path);
    ApprovalClass::ALL
        .into_iter()
        .filter(|class| match class {
            ApprovalClass::DatabaseMigrations => path.is_migration(),
            ApprovalClass::SecurityFiles => path.is_security(),
            ApprovalClass::Ci => path.is_ci(),
            ApprovalClass::ConfigChanges => path.is_config(),
            ApprovalClass::Dependencies => path.is_dependencies(),
            ApprovalClass::LargeDeletions | ApprovalClass::Binaries | ApprovalClass::Secrets => false,
        })
        .collect()
}

/// A path in small letters, taken apart once.
struct Path {
    folders: Vec<String>,
    file: String,
    /// The words of the file's name without its last extension: `user_auth.test.rs` has user, auth, test.
    words: Vec<String>,
    extension: String,
}

const MIGRATION_FOLDERS: &[&str] = &["migrations", "migration", "migrate", "alembic", "flyway", "liquibase"];
const SCHEMA_FILES: &[&str] = &["schema.sql", "schema.rb", "structure.sql", "schema.prisma"];

const SECURITY_WORDS: &[&str] = &[
    "acl",
    "auth",
    "authentication",
    "authn",
    "authorization",
    "authz",
    "cors",
    "credential",
    "credentials",
    "crypto",
    "csrf",
    "encryption",
    "jwt",
    "oauth",
    "oauth2",
    "password",
    "passwords",
    "permission",
    "permissions",
    "rbac",
    "sandbox",
    "saml",
    "secret",
    "secrets",
    "security",
    "sudoers",
];
const SECURITY_FOLDERS: &[&str] = &[".githooks", ".husky", ".ssh", ".gnupg", ".taskwerk"];
const SECURITY_FILES: &[&str] = &[
    ".gitattributes",
    ".gitconfig",
    ".gitmodules",
    ".htaccess",
    ".htpasswd",
    ".netrc",
    ".npmrc",
    ".pre-commit-config.yaml",
    ".pypirc",
    "codeowners",
    "deny.toml",
    "id_ed25519",
    "id_rsa",
    "authorized_keys",
];
const SECURITY_EXTENSIONS: &[&str] =
    &["pem", "key", "p12", "pfx", "crt", "cer", "jks", "keystore", "asc", "gpg"];

const CI_FOLDERS: &[&str] = &[".circleci", ".buildkite", ".ci", ".woodpecker", ".teamcity"];
const CI_FORGES: &[&str] = &[".github", ".forgejo", ".gitea"];
const CI_FILES: &[&str] = &[
    ".travis.yml",
    ".drone.yml",
    "jenkinsfile",
    "azure-pipelines.yml",
    "bitbucket-pipelines.yml",
    "appveyor.yml",
    ".appveyor.yml",
    ".cirrus.yml",
    "cloudbuild.yaml",
    "buildspec.yml",
];

const CONFIG_EXTENSIONS: &[&str] = &["toml", "yml", "yaml", "ini", "cfg", "conf", "properties"];
const CONFIG_FOLDERS: &[&str] = &["config", "conf", "settings", ".taskwerk", ".vscode", ".cargo"];
const CONFIG_FILES: &[&str] =
    &["dockerfile", "makefile", "justfile", ".editorconfig", ".gitignore", ".dockerignore"];

const DEPENDENCY_FILES: &[&str] = &[
    "build.gradle",
    "build.gradle.kts",
    "cargo.lock",
    "cargo.toml",
    "composer.json",
    "composer.lock",
    "conanfile.py",
    "conanfile.txt",
    "gemfile",
    "gemfile.lock",
    "go.mod",
    "go.sum",
    "gradle.lockfile",
    "mix.exs",
    "mix.lock",
    "package-lock.json",
    "package.json",
    "packages.lock.json",
    "pipfile",
    "pipfile.lock",
    "pnpm-lock.yaml",
    "poetry.lock",
    "pom.xml",
    "pyproject.toml",
    "setup.py",
    "uv.lock",
    "vcpkg.json",
    "yarn.lock",
];

impl Path {
    fn new(path: &str) -> Self {
        let path = path.to_lowercase();
        let mut folders: Vec<String> = path.split('/').map(str::to_owned).collect();
        let file = folders.pop().unwrap_or_default();
        let (stem, extension) = match file.rsplit_once('.') {
            Some((stem, extension)) if !stem.is_empty() => (stem, extension),
            Some(_) | None => (file.as_str(), ""),
        };
        let words = stem.split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect();
        Self { words, extension: extension.to_owned(), folders, file }
    }

    fn under(&self, names: &[&str]) -> bool {
        self.folders.iter().any(|folder| names.contains(&folder.as_str()))
    }

    fn named(&self, names: &[&str]) -> bool {
        names.contains(&self.file.as_str())
    }

    fn is_migration(&self) -> bool {
        let sql_of_database = self.extension == "sql" && self.under(&["db", "database", "sql"]);
        self.under(MIGRATION_FOLDERS) || self.named(SCHEMA_FILES) || sql_of_database
    }

    fn is_security(&self) -> bool {
        let is_env = self.file == ".env" || self.file.starts_with(".env.") || self.extension == "env";
        let folder_words = self.folders.iter().flat_map(|f| f.split(|c: char| !c.is_alphanumeric()));
        let mut words = self.words.iter().map(String::as_str).chain(folder_words);
        is_env
            || self.named(SECURITY_FILES)
            || self.under(SECURITY_FOLDERS)
            || SECURITY_EXTENSIONS.contains(&self.extension.as_str())
            || words.any(|word| SECURITY_WORDS.contains(&word))
    }

    fn is_ci(&self) -> bool {
        let forge = self.under(CI_FORGES) && self.under(&["workflows", "actions"]);
        forge || self.under(CI_FOLDERS) || self.named(CI_FILES) || self.file.starts_with(".gitlab-ci")
    }

    fn is_config(&self) -> bool {
        let plain = CONFIG_EXTENSIONS.contains(&self.extension.as_str())
            || self.named(CONFIG_FILES)
            || self.under(CONFIG_FOLDERS)
            || self
                .words
                .iter()
                .any(|word| matches!(word.as_str(), "config" | "tsconfig" | "eslintrc" | "settings"))
            || self.file.starts_with("docker-compose");
        let rc = self.file.starts_with('.') && self.file.ends_with("rc");
        (plain || rc) && !self.is_dependencies()
    }

    fn is_dependencies(&self) -> bool {
        let requirements = self.file.starts_with("requirements") && self.extension == "txt";
        self.named(DEPENDENCY_FILES) || requirements || self.extension == "csproj"
    }
}

#[cfg(test)]
mod tests {
    use ApprovalClass::{Ci, ConfigChanges, DatabaseMigrations, Dependencies, SecurityFiles};

    use super::*;

    #[test]
    fn paths_tell_their_classes() {
        let table: &[(&str, &[ApprovalClass])] = &[
            ("migrations/003.sql", &[DatabaseMigrations]),
            ("app/db/migrate/2024_add.rb", &[DatabaseMigrations]),
            ("prisma/schema.prisma", &[DatabaseMigrations]),
            ("db/seed.sql", &[DatabaseMigrations]),
            ("src/auth/login.rs", &[SecurityFiles]),
            ("src/user_auth.rs", &[SecurityFiles]),
            ("src/Permissions.java", &[SecurityFiles]),
            (".env", &[SecurityFiles]),
            (".env.production", &[SecurityFiles]),
            ("certs/server.PEM", &[SecurityFiles]),
            (".gitattributes", &[SecurityFiles]),
            (".github/CODEOWNERS", &[SecurityFiles]),
            (".github/workflows/ci.yml", &[Ci, ConfigChanges]),
            (".gitlab-ci.yml", &[Ci, ConfigChanges]),
            (".ci/run", &[Ci]),
            ("Jenkinsfile", &[Ci]),
            (".taskwerk/config.yml", &[SecurityFiles, ConfigChanges]),
            ("rustfmt.toml", &[ConfigChanges]),
            ("web/tsconfig.json", &[ConfigChanges]),
            ("Dockerfile", &[ConfigChanges]),
            ("vite.config.ts", &[ConfigChanges]),
            ("Cargo.toml", &[Dependencies]),
            ("requirements-dev.txt", &[Dependencies]),
            ("src/author.rs", &[]),
            ("src/keyboard.rs", &[]),
            ("src/migration_notes.md", &[]),
            ("docs/workflows/guide.md", &[]),
            ("README.md", &[]),
            ("", &[]),
        ];
        for (path, expected) in table {
            assert_eq!(&classes(path), expected, "{path}");
        }
    }
}
