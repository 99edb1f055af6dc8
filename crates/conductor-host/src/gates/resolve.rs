//! Puts together the gates that were found and those that the user's file names.

use std::collections::BTreeMap;

use conductor_engine::gate::{CoverageSource, GateKind, GateSpec, LintSource, TestReader};
use conductor_evidence::reports::coverage::form_of;
use thiserror::Error;

use super::find::{USUAL_TIMEOUT, usual_phase};
use crate::config::{GateConfig, ReportConfig};

/// Why what the file says about a gate does not make one.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GateConfigError {
    /// A gate that was not found needs a command.
    #[error("orchestration.gates.{name}: no such gate was found in the project, so it needs `run: COMMAND`")]
    NoRun {
        /// The gate's name.
        name: String,
    },
    /// A reader of report files without a file.
    #[error("orchestration.gates.{name}: the reader junit needs `report: FILE`")]
    NoReport {
        /// The gate's name.
        name: String,
    },
    /// A coverage report whose form its name does not tell.
    #[error(
        "orchestration.gates.{name}.coverage: the name `{report}` does not tell its form; write \
         `coverage: {{ report: \"{report}\", reader: FORM }}` with lcov, cobertura, jacoco, go or llvm-cov"
    )]
    NoForm {
        /// The gate's name.
        name: String,
        /// The report.
        report: String,
    },
}

/// The gates of a session: those found, with the user's changes, additions and removals, in order.
///
/// # Errors
/// When an entry of the user's does not make a gate.
pub fn resolve(
    found: Vec<GateSpec>,
    configured: &BTreeMap<String, Option<GateConfig>>,
) -> Result<Vec<GateSpec>, GateConfigError> {
    let mut gates = Vec::new();
    for gate in found {
        match configured.get(&gate.name) {
            None => gates.push(gate),
            Some(None) => {}
            Some(Some(config)) => gates.push(changed(gate, config)?),
        }
    }
    for (name, config) in configured {
        if let Some(config) = config
            && !gates.iter().any(|gate| gate.name == *name)
        {
            gates.push(added(name, config)?);
        }
    }
    gates.sort_by_key(|gate| gate.phase);
    Ok(gates)
}

fn changed(found: GateSpec, config: &GateConfig) -> Result<GateSpec, GateConfigError> {
    let base = match &config.run {
        // Another command may print its tests in another way, and needs another order only if told so.
        Some(run) if *run != found.run => GateSpec {
            run: run.clone(),
            reader: None,
            report: None,
            coverage: None,
            lints: None,
            parallel: false,
            reason: "configuration".to_owned(),
            ..found
        },
        Some(_) | None => {
            GateSpec { reason: format!("{}, changed in the configuration", found.reason), ..found }
        }
    };
    apply(base, config)
}

fn added(name: &str, config: &GateConfig) -> Result<GateSpec, GateConfigError> {
    let run = config.run.clone().ok_or_else(|| GateConfigError::NoRun { name: name.to_owned() })?;
    let kind = config.kind.unwrap_or_else(|| kind_of(name));
    let base = GateSpec {
        name: name.to_owned(),
        kind,
        phase: usual_phase(kind),
        run,
        timeout_seconds: USUAL_TIMEOUT,
        reader: None,
        report: None,
        coverage: None,
        lints: None,
        parallel: false,
        retries: 0,
        cache: Vec::new(),
        network: kind == GateKind::Setup,
        reason: "configuration".to_owned(),
    };
    apply(base, config)
}

fn apply(base: GateSpec, config: &GateConfig) -> Result<GateSpec, GateConfigError> {
    let kind = config.kind.unwrap_or(base.kind);
    let moved = if kind == base.kind { base.phase } else { usual_phase(kind) };
    let report = config.report.clone().or(base.report);
    let json = |report: &String| report.rsplit_once('.').is_some_and(|(_, kind)| kind == "json");
    let reported =
        config.report.as_ref().map(|report| if json(report) { TestReader::Jest } else { TestReader::Junit });
    let reader = config.reader.or(reported).or(base.reader);
    if reader == Some(TestReader::Junit) && report.is_none() {
        return Err(GateConfigError::NoReport { name: base.name });
    }
    let of_file = matches!(reader, Some(TestReader::Junit | TestReader::Jest));
    let coverage = match &config.coverage {
        Some(ReportConfig { reader, report: Some(report) }) => Some(CoverageSource {
            form: reader
                .or_else(|| form_of(report))
                .ok_or_else(|| GateConfigError::NoForm { name: base.name.clone(), report: report.clone() })?,
            report: report.clone(),
        }),
        Some(ReportConfig { report: None, .. }) | None => base.coverage,
    };
    let lints = match &config.lints {
        Some(ReportConfig { reader: Some(form), report }) => {
            Some(LintSource { form: *form, report: report.clone() })
        }
        Some(ReportConfig { reader: None, .. }) | None => base.lints,
    };
    Ok(GateSpec {
        kind,
        phase: config.phase.unwrap_or(moved),
        timeout_seconds: config.timeout.map_or(base.timeout_seconds, |timeout| timeout.as_secs()),
        report: report.filter(|_| of_file),
        reader,
        coverage,
        lints,
        parallel: config.parallel.unwrap_or(base.parallel),
        retries: config.retries.unwrap_or(base.retries),
        cache: config.cache.clone().unwrap_or(base.cache),
        network: config.network.unwrap_or(base.network),
        ..base
    })
}

/// What a gate is about, by the first word of the name that the user gave it.
fn kind_of(name: &str) -> GateKind {
    match name.split(['-', '_']).next().unwrap_or_default() {
        "setup" | "install" => GateKind::Setup,
        "build" | "compile" | "typecheck" => GateKind::Build,
        "format" | "fmt" => GateKind::Format,
        "lint" | "clippy" => GateKind::Lint,
        "test" | "tests" | "unit" | "integration" | "e2e" => GateKind::Test,
        "coverage" => GateKind::Coverage,
        _ => GateKind::Custom,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn found() -> Vec<GateSpec> {
        let gate = |name: &str, kind, run: &str, reader| GateSpec {
            name: name.into(),
            kind,
            phase: usual_phase(kind),
            run: run.into(),
            timeout_seconds: USUAL_TIMEOUT,
            reader,
            report: None,
            coverage: None,
            lints: None,
            parallel: false,
            retries: 0,
            cache: vec!["target".into()],
            network: false,
            reason: "Cargo.toml".into(),
        };
        vec![
            gate("build", GateKind::Build, "cargo build", None),
            gate("test", GateKind::Test, "cargo test", Some(TestReader::Cargo)),
        ]
    }

    fn resolved(entries: &[(&str, Option<GateConfig>)]) -> Result<String, GateConfigError> {
        let configured = entries.iter().map(|(name, config)| ((*name).to_owned(), config.clone())).collect();
        let lines = resolve(found(), &configured)?.into_iter().map(|g| {
            format!(
                "{} {} {:?} `{}` {}s {:?} {:?} {:?} ({})",
                g.phase, g.name, g.kind, g.run, g.timeout_seconds, g.reader, g.report, g.cache, g.reason
            )
        });
        Ok(lines.collect::<Vec<_>>().join("\n"))
    }

    #[test]
    fn entries_change_add_and_remove() {
        let run = |run: &str| GateConfig { run: Some(run.into()), ..GateConfig::default() };
        insta::assert_snapshot!(resolved(&[]).unwrap(), @r#"
        1 build Build `cargo build` 1200s None None ["target"] (Cargo.toml)
        4 test Test `cargo test` 1200s Some(Cargo) None ["target"] (Cargo.toml)
        "#);
        insta::assert_snapshot!(resolved(&[
            ("build", None),
            ("test", Some(GateConfig { timeout: Some(Duration::from_secs(60)), ..GateConfig::default() })),
            ("lint-docs", Some(run("vale docs"))),
            ("smoke", Some(GateConfig { phase: Some(0), ..run("./smoke") })),
        ]).unwrap(), @r#"
        0 smoke Custom `./smoke` 1200s None None [] (configuration)
        3 lint-docs Lint `vale docs` 1200s None None [] (configuration)
        4 test Test `cargo test` 60s Some(Cargo) None ["target"] (Cargo.toml, changed in the configuration)
        "#);
        let junit = GateConfig { report: Some("out/junit.xml".into()), ..run("make test") };
        insta::assert_snapshot!(resolved(&[("test", Some(junit)), ("build", Some(run("make")))]).unwrap(), @r#"
        1 build Build `make` 1200s None None ["target"] (configuration)
        4 test Test `make test` 1200s Some(Junit) Some("out/junit.xml") ["target"] (configuration)
        "#);
    }

    #[test]
    fn what_makes_no_gate_is_refused() {
        let no_run = resolved(&[("smoke", Some(GateConfig::default()))]);
        assert_eq!(no_run, Err(GateConfigError::NoRun { name: "smoke".into() }));
        let junit = GateConfig { reader: Some(TestReader::Junit), ..GateConfig::default() };
        assert_eq!(
            resolved(&[("test", Some(junit))]),
            Err(GateConfigError::NoReport { name: "test".into() })
        );
        assert!(resolved(&[("nothing", None)]).is_ok());
    }
}
