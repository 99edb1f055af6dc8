//! Killing a whole family of processes, and knowing that it is gone.

use std::collections::BTreeSet;

use rustix::event::Timespec;
use rustix::io::{Errno, retry_on_intr};
use rustix::process::{Pid, Signal, WaitOptions, kill_process, kill_process_group, wait};

use super::spec::Proof;
use super::table::{Row, descendants, rows};

/// Rounds without a rest. A process that forks for ever is only caught by being quick.
const BRISK_ROUNDS: u32 = 200;

/// How a family was ended by its reaper.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reaped {
    pub(super) rounds: u32,
    pub(super) killed: u32,
    pub(super) proof: Proof,
}

/// Kills all descendants of this process and reaps them, until none is left. It does not return before that:
/// a keeper that gave up would release the lock over a living family.
pub(super) fn end_family() -> Reaped {
    let (mut rounds, mut killed, mut empty_walks) = (0, 0, 0);
    loop {
        let none_left = reap();
        if none_left && cfg!(target_os = "linux") {
            return Reaped { rounds, killed, proof: Proof::NoChildren };
        }
        let found = kill_round();
        killed += found;
        empty_walks = if found == 0 { empty_walks + 1 } else { 0 };
        if cfg!(not(target_os = "linux")) && none_left && empty_walks >= 2 {
            return Reaped { rounds, killed, proof: Proof::Walked };
        }
        rounds += 1;
        rest(rounds);
    }
}

/// Reaps what has ended; true when this process has no child at all, neither alive nor ended.
fn reap() -> bool {
    loop {
        match retry_on_intr(|| wait(WaitOptions::NOHANG)) {
            Ok(Some(_)) => {}
            Ok(None) => return false,
            Err(error) => return error == Errno::CHILD,
        }
    }
}

/// Kills the direct children first, which is quick, then what a walk over the whole table finds.
fn kill_round() -> u32 {
    let direct = direct_children();
    for pid in &direct {
        kill_pid(*pid);
    }
    let own = rustix::process::getpid().as_raw_nonzero().get();
    // A table that cannot be read makes this round find nothing; the proof is asked for separately.
    let family: Vec<Row> = rows().map(|rows| descendants(own, &rows)).unwrap_or_default();
    kill_rows(&family);
    // Those that were killed first may have ended by the time they are seen.
    let killed = family.iter().filter(|row| !row.ended || direct.contains(&row.pid)).count();
    u32::try_from(killed).unwrap_or(u32::MAX)
}

/// Kills these processes and their whole groups, except the group of this process.
///
/// The groups are what catches a process that forks faster than the table can be read: its next generation
/// is in no table yet, but in the same group.
pub(super) fn kill_rows(family: &[Row]) {
    let own_group = rustix::process::getpgrp().as_raw_nonzero().get();
    let groups: BTreeSet<i32> =
        family.iter().map(|row| row.group).filter(|g| *g > 1 && *g != own_group).collect();
    for group in groups {
        signal_group(group, Signal::KILL);
    }
    for row in family {
        kill_pid(row.pid);
    }
}

pub(super) fn kill_pid(pid: i32) {
    if let Some(pid) = Pid::from_raw(pid) {
        let _gone_already = kill_process(pid, Signal::KILL);
    }
}

/// Sends `signal` to all processes of a group; a group that is gone is no error.
pub(super) fn signal_group(group: i32, signal: Signal) {
    if let Some(group) = Pid::from_raw(group) {
        let _gone_already = kill_process_group(group, signal);
    }
}

/// The children of all threads of this process, as the kernel lists them; empty where it does not.
fn direct_children() -> Vec<i32> {
    let Ok(threads) = std::fs::read_dir("/proc/self/task") else { return Vec::new() };
    threads
        .flatten()
        .filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok())
        .flat_map(|list| {
            list.split_ascii_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<i32>>()
        })
        .collect()
}

/// Lets killed processes die. There is no event that says "one that I have not found yet has ended", so this
/// waits for a moment: short while that is likely to help, longer when something cannot be killed at once
/// (it waits for a disk).
pub(super) fn rest(rounds: u32) {
    let pause_ns = if rounds < BRISK_ROUNDS { 300_000 } else { 20_000_000 };
    let _interrupted = rustix::event::poll(&mut [], Some(&Timespec { tv_sec: 0, tv_nsec: pause_ns }));
}
