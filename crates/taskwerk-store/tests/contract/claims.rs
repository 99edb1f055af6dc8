//! Claims.

use super::{Database, Handle, Time, id, step, worker};
use jiff::SignedDuration;
use std::collections::BTreeSet;
use std::sync::Barrier;
use taskwerk_model::{Command, ErrorCode, Guard, Verb};

fn claim(name: &str) -> Command {
    let ttl = SignedDuration::from_mins(10);
    Command::Claim { task: id("1"), worker: worker(name), ttl, guard: Guard::default() }
}

pub(crate) fn of_two_claims_of_one_task_one_wins<D: Database>() {
    let (database, time) = (D::fresh(), Time::default());
    database.connect(&time).add("a");
    let together = Barrier::new(2);
    let won: Vec<bool> = std::thread::scope(|scope| {
        let try_claim = |name: &'static str| {
            let (database, time, together) = (&database, &time, &together);
            scope.spawn(move || {
                let handle = database.connect(time);
                together.wait();
                handle.execute(claim(name)).is_ok()
            })
        };
        [try_claim("bob"), try_claim("eve")].into_iter().map(|claim| claim.join().unwrap()).collect()
    });
    assert_eq!(won.iter().filter(|won| **won).count(), 1);
}

pub(crate) fn workers_that_ask_for_the_next_task_get_different_ones<D: Database>() {
    let (database, time) = (D::fresh(), Time::default());
    let handle = database.connect(&time);
    for _ in 0..8 {
        handle.add("a");
    }
    let take = |name: &str| {
        let handle = database.connect(&time);
        (0..4).map(|_| handle.claim_next(worker(name)).unwrap().task).collect::<Vec<_>>()
    };
    let taken: BTreeSet<_> = std::thread::scope(|scope| {
        let workers = [scope.spawn(|| take("bob")), scope.spawn(|| take("eve"))];
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    assert_eq!(taken.len(), 8);
    assert_eq!(handle.claim_next(worker("ann")), None);
    time.advance(10);
    assert!(handle.claim_next(worker("ann")).is_some(), "claims lapse");
}

pub(crate) fn a_token_holds_across_connections_and_never_comes_twice<D: Database>() {
    let (database, time) = (D::fresh(), Time::default());
    let handle = database.connect(&time);
    handle.add("a");
    let first = handle.execute(claim("bob")).unwrap().claims[0].clone();
    let other = database.connect(&time);
    assert_eq!(other.execute(step("1", Verb::Start)).unwrap_err().code(), ErrorCode::Claimed);
    let release = Command::Release { task: id("1"), guard: Guard::token(first.token) };
    other.execute(release).unwrap();
    let second = other.execute(claim("bob")).unwrap().claims[0].clone();
    assert!(second.token > first.token);
    let beat = Command::Heartbeat { task: id("1"), token: first.token, ttl: SignedDuration::from_mins(10) };
    assert_eq!(handle.execute(beat).unwrap_err().code(), ErrorCode::StaleToken);
}

pub(crate) fn a_heartbeat_is_not_logged<D: Database>() {
    let (database, time) = (D::fresh(), Time::default());
    let handle = database.connect(&time);
    handle.add("a");
    let held = handle.execute(claim("bob")).unwrap().claims[0].clone();
    let logged = handle.events_after(0, 99).len();
    time.advance(5);
    let ttl = SignedDuration::from_mins(10);
    let beat = Command::Heartbeat { task: id("1"), token: held.token, ttl };
    let extended = handle.execute(beat).unwrap();
    assert_eq!(extended.claims[0].expires_at, held.expires_at.plus(SignedDuration::from_mins(5)));
    assert_eq!(handle.events_after(0, 99).len(), logged);
}
