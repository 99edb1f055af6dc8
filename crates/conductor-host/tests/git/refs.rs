use conductor_engine::ids::Oid;
use conductor_host::git::{RefChange, RefError, RefName};

use crate::support::{Lab, write};

fn name(text: &str) -> RefName {
    RefName::parse(text).expect("a ref name")
}

fn two_commits(lab: &Lab) -> (Oid, Oid) {
    let first = lab.head();
    (first, lab.commit_all("second"))
}

#[test]
fn a_ref_moves_only_from_where_it_is_expected() {
    let lab = Lab::new();
    let (repo, (one, two)) = (lab.repo(), two_commits(&lab));
    let x = name("refs/conductor/x");
    assert_eq!(repo.read_ref(&x).expect("read"), None);
    repo.create_ref(&x, &one).expect("created");
    let again = repo.create_ref(&x, &two).expect_err("exists");
    assert!(matches!(&again, RefError::Moved { found: Some(found), .. } if *found == one));
    repo.move_ref(&x, &one, &two).expect("moved");
    let stale = repo.move_ref(&x, &one, &two).expect_err("stale").to_string();
    assert_eq!(
        stale,
        format!(
            "refs/conductor/x is at {} and not at {}: read it again and decide anew",
            two.short(),
            one.short()
        )
    );
    assert!(matches!(repo.delete_ref(&x, &one), Err(RefError::Moved { .. })));
    repo.delete_ref(&x, &two).expect("deleted");
    assert!(matches!(repo.delete_ref(&x, &two), Err(RefError::Moved { found: None, .. })));
    assert!(matches!(repo.move_ref(&x, &one, &two), Err(RefError::Moved { found: None, .. })));
}

#[test]
fn several_refs_move_all_or_none() {
    let lab = Lab::new();
    let (repo, (one, two)) = (lab.repo(), two_commits(&lab));
    let (a, b) = (name("refs/conductor/a"), name("refs/conductor/b"));
    repo.create_ref(&a, &one).expect("created");
    let changes = [
        RefChange::Create { name: b.clone(), new: one.clone() },
        RefChange::Move { name: a.clone(), old: two.clone(), new: one.clone() },
    ];
    assert!(matches!(repo.change_refs(&changes), Err(RefError::Moved { name, .. }) if name == a));
    assert_eq!(repo.list_refs("refs/conductor").expect("list"), [(a.clone(), one.clone())]);
    let changes = [
        RefChange::Create { name: b.clone(), new: one.clone() },
        RefChange::Move { name: a.clone(), old: one.clone(), new: two.clone() },
    ];
    repo.change_refs(&changes).expect("both");
    assert_eq!(repo.list_refs("refs/conductor").expect("list"), [(a, two), (b, one)]);
    assert_eq!(repo.list_refs("refs/cond").expect("list"), []);
}

#[test]
fn a_name_in_the_way_is_an_error_of_its_own() {
    let lab = Lab::new();
    let (repo, one) = (lab.repo(), lab.head());
    repo.create_ref(&name("refs/conductor/a"), &one).expect("created");
    let error = repo.create_ref(&name("refs/conductor/a/b"), &one).expect_err("in the way");
    assert!(matches!(error, RefError::Git(_)), "{error}");
}

#[test]
fn only_conductors_own_stale_locks_are_cleared() {
    let lab = Lab::new();
    let repo = lab.repo();
    let locks = [
        "refs/conductor/snap/1.1/1.lock",
        "refs/heads/conductor/s1.lock",
        "refs/heads/main.lock",
        "index.lock",
    ];
    for lock in locks {
        write(&repo.common_dir().join(lock), "");
    }
    assert_eq!(repo.clear_own_locks().expect("cleared"), 2);
    assert_eq!(locks.map(|lock| repo.common_dir().join(lock).exists()), [false, false, true, true]);
}
