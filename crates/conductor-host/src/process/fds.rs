//! Descriptors that a child must not get.

use std::os::fd::{BorrowedFd, RawFd};

use rustix::io::{FdFlags, fcntl_getfd, fcntl_setfd};

/// The first descriptor after standard input, output and error.
const FIRST: RawFd = 3;

/// How far to probe where the system does not list the open descriptors.
const PROBED: RawFd = 1024;

/// Marks every inherited descriptor so that it ends with this process instead of passing on to its child.
///
/// The keeper holds the driver's lock by such a descriptor on purpose, until it exits. An agent that
/// inherited it could keep the next driver out for ever.
pub(super) fn keep_from_children() {
    for fd in open_descriptors() {
        set_close_on_exec(fd);
    }
}

fn open_descriptors() -> Vec<RawFd> {
    let listed = ["/proc/self/fd", "/dev/fd"].into_iter().find_map(|dir| std::fs::read_dir(dir).ok());
    match listed {
        Some(entries) => entries
            .flatten()
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .filter(|fd| *fd >= FIRST)
            .collect(),
        None => (FIRST..PROBED).collect(),
    }
}

#[expect(
    unsafe_code,
    reason = "an inherited descriptor has no owner in this program that could be borrowed safely"
)]
fn set_close_on_exec(fd: RawFd) {
    // SAFETY: the descriptor is only borrowed for two calls of fcntl, which refuse a closed one with EBADF.
    // This runs at the start of the keeper, before it has a second thread that could close or reuse it.
    let borrowed = unsafe { BorrowedFd::borrow_raw(fd) };
    // The one that listed the directory is closed by now; that is the EBADF that is passed over here.
    if let Ok(flags) = fcntl_getfd(borrowed) {
        let _closed_meanwhile = fcntl_setfd(borrowed, flags | FdFlags::CLOEXEC);
    }
}
