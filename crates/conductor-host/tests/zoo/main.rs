//! One agent after the other that does what no agent should; after each the verdict is right, nothing of it is alive,
//! and neither memory nor disk is full.
//!
//! Each animal of the table once in a test; `CONDUCTOR_SOAK=200` makes it two hundred attempts, in which a flood is a
//! gigabyte. `CONDUCTOR_ZOO_SEED` repeats an order, a word on the command line takes only animals with it in their
//! names.
#![expect(clippy::print_stdout, clippy::expect_used, reason = "a test program without the harness")]

use std::collections::VecDeque;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::os::unix::process::CommandExt;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use conductor_host::process::{KEEPER_ARG, keeper_main};

mod acp;
mod acts;
mod animals;
mod cage;
#[path = "../levels/system.rs"]
mod system;

use animals::{ANIMALS, Animal};
use cage::{ANIMAL_ARG, Cage, memory};

/// How many agents are at work at once.
const AT_ONCE: usize = 4;

/// How much the test process may have grown when all is over, and how much it may ever have, in KiB.
const MOST_GROWTH: u64 = 64 * 1024;
const MOST_EVER: u64 = 256 * 1024;

/// Large blocks of memory are given back to the system when they are free. Otherwise the allocator soon keeps those of
/// ten megabytes, in pieces, and nobody could tell that from a leak.
const LARGE_BLOCKS: (&str, &str) = ("MALLOC_MMAP_THRESHOLD_", "131072");

/// What a flood is in a test, and in the long form, in bytes.
const FEW_BYTES: u64 = 2 << 20;
const MANY_BYTES: u64 = 64 << 20;
const GIGABYTE: u64 = 1 << 30;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.first().map(String::as_str) {
        Some(KEEPER_ARG) => return ExitCode::from(keeper_main(std::io::stdin(), std::io::stdout())),
        Some(ANIMAL_ARG) => return animals::act(&args[1..]),
        Some(_) | None => {}
    }
    let name = "no_agent_does_any_harm";
    if args.iter().any(|a| a == "--list") {
        println!("{name}: test");
        return ExitCode::SUCCESS;
    }
    let words: Vec<&String> = args.iter().filter(|a| !a.starts_with('-')).collect();
    let is_wanted = |animal: &&'static Animal| {
        words.is_empty() || words.iter().any(|word| name.contains(*word) || animal.name.contains(*word))
    };
    let wanted: Vec<&Animal> = ANIMALS.iter().filter(is_wanted).collect();
    if wanted.is_empty() {
        return ExitCode::SUCCESS;
    }
    if std::env::var_os(LARGE_BLOCKS.0).is_none() {
        return again(&args);
    }
    let number = |name: &str| std::env::var_os(name).and_then(|n| n.to_str()?.parse::<u64>().ok());
    let seed = number("CONDUCTOR_ZOO_SEED").unwrap_or_else(|| RandomState::new().build_hasher().finish());
    println!("CONDUCTOR_ZOO_SEED={seed}");
    no_agent_does_any_harm(draw(&wanted, number("CONDUCTOR_SOAK"), seed));
    println!("test {name} ... ok");
    ExitCode::SUCCESS
}

/// The same with memory that tells what is in use.
#[expect(
    clippy::disallowed_methods,
    reason = "it becomes this very program, with the environment that it has"
)]
fn again(args: &[String]) -> ExitCode {
    let own = std::env::current_exe().expect("own file");
    let error = std::process::Command::new(own).args(args).env(LARGE_BLOCKS.0, LARGE_BLOCKS.1).exec();
    println!("cannot start again: {error}");
    ExitCode::FAILURE
}

/// One attempt that is to be made.
struct Draw {
    animal: &'static Animal,
    /// How much it floods, if it does.
    bytes: u64,
}

/// Round by round each animal once, in an order of chance; those that take long first, so that they wait side by side.
fn draw(wanted: &[&'static Animal], attempts: Option<u64>, seed: u64) -> VecDeque<Draw> {
    let attempts = attempts.and_then(|n| usize::try_from(n).ok());
    let mut state = seed;
    let mut chance = || {
        // SplitMix64.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    let mut all = Vec::new();
    let mut large = 0;
    while all.len() < attempts.unwrap_or(wanted.len()) {
        let mut round: Vec<(bool, u64, &Animal)> =
            wanted.iter().map(|animal| (!animal.slow, chance(), *animal)).collect();
        round.sort_by_key(|(quick, chance, _)| (*quick && attempts.is_none(), *chance));
        all.extend(round.into_iter().map(|(_, _, animal)| {
            large += u32::from(animal.floods);
            let bytes = match attempts {
                Some(_) => GIGABYTE,
                None if animal.floods && large == 1 => MANY_BYTES,
                None => FEW_BYTES,
            };
            Draw { animal, bytes }
        }));
    }
    all.truncate(attempts.unwrap_or(usize::MAX));
    all.into()
}

fn no_agent_does_any_harm(draws: VecDeque<Draw>) {
    let attempts = draws.len();
    let floods = draws.iter().filter(|draw| draw.animal.floods).count();
    let draws = Mutex::new(draws);
    let before = memory("VmRSS");
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE.min(attempts) {
            scope.spawn(|| {
                loop {
                    let next = draws.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                    let Some(Draw { animal, bytes }) = next else { return };
                    Cage::new(animal).watch(bytes);
                }
            });
        }
    });
    let (after, most) = (memory("VmRSS"), memory("VmHWM"));
    println!(
        "{attempts} attempts, {floods} floods; memory {} MiB before, {} MiB after, {} MiB at most",
        before >> 10,
        after >> 10,
        most >> 10
    );
    assert_eq!(cage::children(), Vec::<i32>::new(), "children are left");
    assert!(after.saturating_sub(before) <= MOST_GROWTH, "memory grew from {before} to {after} KiB");
    assert!(most <= MOST_EVER, "{most} KiB of memory");
}
