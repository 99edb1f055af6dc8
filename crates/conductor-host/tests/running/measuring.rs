//! Gates beside each other, tried again, and what is read from them beyond tests.

use std::fs;
use std::thread;

use conductor_engine::coverage::LineSet;
use conductor_engine::gate::{CoverageForm, CoverageSource, GateEnd, GateSpec, LintForm, LintSource};
use conductor_host::gates::{Base, GateStop, RunGatesError, summarise};

use super::{Demands, Scene, is_free, specs, wait_for};

fn beside(rows: &[(&str, u32, &str)]) -> Vec<GateSpec> {
    specs(rows).into_iter().map(|gate| GateSpec { parallel: true, ..gate }).collect()
}

/// Each waits for the other, and the one that is named last ends first.
pub(super) fn gates_of_a_phase_run_beside_each_other(scene: &Scene) {
    scene.fifo("a");
    scene.fifo("b");
    let gates = beside(&[
        ("first", 1, "echo x >../a; read -r _ <../b; echo first >>order"),
        ("second", 1, "read -r _ <../a; echo second >>order; echo x >../b"),
        ("third", 2, "echo third >>order"),
    ]);
    let evidence = scene.check(&gates);
    assert_eq!(scene.read("ws/order"), "second\nfirst\nthird\n");
    let names: Vec<&str> = evidence.gates.iter().map(|gate| gate.name.as_str()).collect();
    assert_eq!(names, ["first", "second", "third"]);
    assert!(evidence.passed());
    // One that fails lets the others of its phase end, and is the last phase.
    let gates = beside(&[("bad", 1, "exit 3"), ("good", 1, "true"), ("late", 2, "true")]);
    let ends: Vec<GateEnd> = scene.check(&gates).gates.iter().map(|gate| gate.end).collect();
    assert_eq!(ends, [GateEnd::Exit(3), GateEnd::Exit(0)]);
}

pub(super) fn a_stop_ends_all_gates_that_run(scene: &Scene) {
    scene.fifo("up");
    let hold = "exec 9>held-$$; flock 9; echo >../up; exec sleep 600";
    let gates = beside(&[("one", 1, hold), ("two", 1, hold), ("three", 2, "touch late")]);
    let stop = GateStop::default();
    let outcome = thread::scope(|scope| {
        let checked = scope.spawn(|| scene.check_with(&gates, &stop, &[], None));
        wait_for(&scene.path("up"));
        stop.stop();
        checked.join().expect("no panic")
    });
    assert!(matches!(outcome, Err(RunGatesError::Stopped)), "{outcome:?}");
    assert!(!scene.path("ws/late").exists());
    for entry in fs::read_dir(scene.path("ws")).expect("the workspace").flatten() {
        assert!(is_free(&entry.path()), "{entry:?}");
    }
}

pub(super) fn a_gate_that_fails_by_accident_is_tried_again(scene: &Scene) {
    let tries = |retries| {
        let run = "echo x >>count; echo \"test a ... $([ $(wc -l <count) = 3 ] && echo ok || echo FAILED)\"; [ $(wc -l <count) = 3 ]";
        let mut gates = specs(&[("test", 1, run)]);
        gates[0].retries = retries;
        let _none_yet = fs::remove_file(scene.path("ws/count"));
        scene.check(&gates)
    };
    let flaky = tries(2);
    assert!(flaky.passed());
    let earlier = &flaky.gates[0].earlier;
    assert_eq!(earlier.len(), 2);
    assert_eq!((earlier[0].end, earlier[0].failed.as_slice()), (GateEnd::Exit(1), &["a".to_owned()][..]));
    assert_eq!(scene.read("gates/test.log"), "test a ... FAILED\n");
    assert_eq!(scene.read("gates/test.try-3.log"), "test a ... ok\n");
    // What was tried often enough by itself is no accident any more.
    let red = summarise(&tries(1), &Demands::default());
    assert!(!red.passed && red.retried);
    assert!(red.feedback.contains("It was run 2 times and failed each time"), "{}", red.feedback);
    assert!(!summarise(&tries(0), &Demands::default()).retried);
}

pub(super) fn coverage_and_findings_are_read_from_what_gates_leave(scene: &Scene) {
    let mut gates = specs(&[
        (
            "test",
            1,
            "printf 'SF:%s/src/a.py\\nDA:1,1\\nDA:2,0\\nend_of_record\\nSF:/etc/passwd\\nDA:1,1\\nend_of_record\\n' \"$PWD\" >lcov.info",
        ),
        (
            "lint",
            2,
            r#"echo checking; echo '[{"code":"F401","filename":"src/b.py","message":"unused","location":{"row":3}}]'; exit 1"#,
        ),
    ]);
    gates[0].coverage = Some(CoverageSource { form: CoverageForm::Lcov, report: "lcov.info".into() });
    gates[1].lints = Some(LintSource { form: LintForm::Ruff, report: None });
    let added = [("src/a.py", "2-3"), ("src/b.py", "1")];
    let added =
        added.iter().map(|(path, lines)| ((*path).to_owned(), lines.parse::<LineSet>().expect("lines")));
    let base = Base { added: Some(("base".to_owned(), added.collect())), ..Base::default() };
    let evidence = scene.check_with(&gates, &GateStop::default(), &[], Some(&base)).expect("evidence");
    let coverage = evidence.coverage.as_ref().expect("coverage");
    assert_eq!((coverage.total.covered, coverage.total.lines, coverage.files.0.len()), (1, 2, 1));
    let changed = coverage.changed.as_ref().expect("compared");
    assert_eq!((changed.share.covered, changed.share.lines), (0, 1));
    assert_eq!(changed.unmeasured, ["src/b.py"]);
    assert_eq!(evidence.lints.expect("findings").counts.errors, 1);
    assert_eq!(evidence.gates[1].output_tail, "checking\nsrc/b.py:3: error: unused [F401]");
    // A report that lay there before is none.
    gates[0].run = "true".into();
    assert_eq!(scene.check(&gates).coverage, None);
}
