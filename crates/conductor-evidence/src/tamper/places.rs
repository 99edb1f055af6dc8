//! What a file is to gates, by its path.

/// What kind of file decides how work is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// What a service runs for each commit.
    Ci,
    /// Conductor's own settings.
    Own,
    /// Only settings of programs that check.
    Runner,
    /// Settings of linters and compilers.
    Linter,
    /// Sections of it are settings of programs that check.
    Sections,
    /// `package.json`.
    Package,
    /// Targets with recipes.
    Make,
    /// Code in which a runner looks for hooks.
    Hooks,
}

const CI_FOLDERS: &[&str] = &[
    ".github/workflows/",
    ".github/actions/",
    ".circleci/",
    ".buildkite/",
    ".woodpecker/",
    ".forgejo/",
    ".gitea/",
    ".ci/",
    ".teamcity/",
];
const CI_FILES: &[&str] = &[
    ".gitlab-ci.yml",
    ".travis.yml",
    ".drone.yml",
    "Jenkinsfile",
    "azure-pipelines.yml",
    "bitbucket-pipelines.yml",
    "appveyor.yml",
    ".appveyor.yml",
    ".cirrus.yml",
    ".pre-commit-config.yaml",
    "lefthook.yml",
];
const RUNNER_FILES: &[&str] = &[
    "pytest.ini",
    ".pytest.ini",
    "tox.ini",
    "noxfile.py",
    ".coveragerc",
    "codecov.yml",
    ".codecov.yml",
    ".nycrc",
    ".nycrc.json",
    ".c8rc.json",
    "nextest.toml",
    "karma.conf.js",
    ".mocharc.json",
    ".mocharc.yml",
    ".mocharc.js",
    ".mocharc.cjs",
    "tarpaulin.toml",
    "phpunit.xml",
    "ava.config.js",
    "nose.cfg",
    "sonar-project.properties",
];
const RUNNER_STEMS: &[&str] =
    &["jest.config.", "vitest.config.", "vitest.workspace.", "playwright.config.", "cypress.config."];
const LINTER_FILES: &[&str] = &[
    "clippy.toml",
    ".clippy.toml",
    "ruff.toml",
    ".ruff.toml",
    "mypy.ini",
    ".mypy.ini",
    ".flake8",
    ".pylintrc",
    "pylintrc",
    "pyrightconfig.json",
    ".golangci.yml",
    ".golangci.yaml",
    "checkstyle.xml",
    "pmd.xml",
    "spotbugs.xml",
    "tslint.json",
    "biome.json",
    "biome.jsonc",
    "deny.toml",
    ".eslintignore",
    "detekt.yml",
    ".stylelintrc.json",
    "tsconfig.json",
    ".oxlintrc.json",
];
const LINTER_STEMS: &[&str] = &[".eslintrc", "eslint.config."];
const SECTIONED: &[&str] = &[
    "pyproject.toml",
    "setup.cfg",
    "Cargo.toml",
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "CMakeLists.txt",
    "vite.config.ts",
    "vite.config.js",
];
const MAKE: &[&str] = &[
    "Makefile",
    "makefile",
    "GNUmakefile",
    "justfile",
    "Justfile",
    ".justfile",
    "Taskfile.yml",
    "Taskfile.yaml",
];
const HOOKS: &[&str] = &["conftest.py", "sitecustomize.py", "usercustomize.py", "__main__.py"];

/// What a path is, if it is anything to gates.
pub(super) fn place(path: &str) -> Option<Place> {
    let file = path.rsplit('/').next().unwrap_or(path);
    let starts = |stems: &[&str]| stems.iter().any(|s| file.starts_with(s));
    // Data for tests of such files is not obeyed by anybody.
    if path.split('/').any(is_data_folder) {
        return None;
    }
    Some(match file {
        _ if path.ends_with(".taskwerk/config.yml") => Place::Own,
        _ if CI_FOLDERS.iter().any(|f| path.starts_with(f)) || CI_FILES.contains(&file) => Place::Ci,
        _ if path.ends_with(".cargo/config.toml") || path.ends_with(".cargo/config") => Place::Runner,
        _ if RUNNER_FILES.contains(&file) || starts(RUNNER_STEMS) => Place::Runner,
        _ if LINTER_FILES.contains(&file) || starts(LINTER_STEMS) => Place::Linter,
        "package.json" => Place::Package,
        _ if SECTIONED.contains(&file) => Place::Sections,
        _ if MAKE.contains(&file) || file.ends_with(".mk") => Place::Make,
        _ if HOOKS.contains(&file) => Place::Hooks,
        _ => return None,
    })
}

/// Folders of files that tests read.
pub(super) fn is_data_folder(name: &str) -> bool {
    matches!(
        name,
        "fixtures" | "fixture" | "testdata" | "test-data" | "test_data" | "data" | "samples" | "examples"
    )
}
