//! Two pieces of work side by side.

use std::thread;

/// Does two pieces of work, on two processors where that pays for starting a thread.
pub(crate) fn both<A: Send, B>(pays: bool, one: impl Fn() -> A + Sync, other: impl FnOnce() -> B) -> (A, B) {
    if !pays {
        return (one(), other());
    }
    thread::scope(|scope| match thread::Builder::new().spawn_scoped(scope, &one) {
        Ok(first) => {
            let second = other();
            match first.join() {
                Ok(first) => (first, second),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        // A system that has no thread left still gets its plan.
        Err(_) => (one(), other()),
    })
}
