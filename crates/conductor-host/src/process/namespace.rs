//! A PID namespace with its own `/proc`: entered by the keeper for what it starts next, settled by the first
//! process in it.
//!
//! Root makes it as it is. Others need a user namespace around it, in which their own id and group stand for
//! themselves. A root without the right to make one (in most containers) gets none: in a user namespace it would
//! lose what it is root for.

#[cfg(target_os = "linux")]
pub(super) use linux::{die_with_parent, enter, make_next, outer_child, settle};
#[cfg(not(target_os = "linux"))]
pub(super) use other::{die_with_parent, enter, make_next, outer_child, settle};

#[cfg(target_os = "linux")]
mod linux {
    use std::path::{Path, PathBuf};
    use std::{fs, io};

    use rustix::fs::{StatVfsMountFlags, statvfs};
    use rustix::mount::{
        MountFlags, MountPropagationFlags, mount, mount_bind_recursive, mount_change, mount_remount,
    };
    use rustix::process::{
        DumpableBehavior, Pid, Signal, getgid, getuid, set_dumpable_behavior, set_parent_process_death_signal,
    };
    use rustix::thread::{
        CapabilitySet, UnshareFlags, capabilities, clear_ambient_capability_set,
        configure_capability_in_ambient_set, set_capabilities,
    };

    use crate::process::means::Namespace;
    use crate::process::table::{ProcessId, rows};

    /// Makes this process one that may make a PID namespace. It has to have one thread only. After a failure it
    /// may be half-way inside a user namespace, and is good for nothing any more.
    pub(in crate::process) fn enter() -> io::Result<Namespace> {
        let (user, group) = (getuid(), getgid());
        if user.is_root() {
            return Ok(Namespace::Own);
        }
        unshare(UnshareFlags::NEWUSER)?;
        // Without this the kernel lets nobody but root say which groups there are.
        fs::write("/proc/self/setgroups", "deny")?;
        fs::write("/proc/self/uid_map", format!("{0} {0} 1", user.as_raw()))?;
        fs::write("/proc/self/gid_map", format!("{0} {0} 1", group.as_raw()))?;
        // The rights that come with a new user namespace are lost when a user other than root runs a program;
        // the first process inside has yet to mount its `/proc`.
        let mut sets = capabilities(None)?;
        sets.inheritable |= CapabilitySet::SYS_ADMIN;
        set_capabilities(None, sets)?;
        configure_capability_in_ambient_set(CapabilitySet::SYS_ADMIN, true)?;
        Ok(Namespace::InUserNamespace)
    }

    /// The next process that this thread starts is the first of a new PID namespace. From then on it can start
    /// no thread.
    pub(in crate::process) fn make_next() -> io::Result<()> {
        unshare(UnshareFlags::NEWPID)
    }

    /// Inside: this process is killed when the one that started it ends.
    pub(in crate::process) fn die_with_parent() -> io::Result<()> {
        Ok(set_parent_process_death_signal(Some(Signal::KILL))?)
    }

    /// Inside: a `/proc` that shows this namespace, folders that cannot be changed, and no right that the child should
    /// not have. What is mounted or taken away outside goes on to be seen here, and nothing that is mounted here is
    /// seen outside.
    pub(in crate::process) fn settle(read_only: &[PathBuf]) -> io::Result<()> {
        // A session inside the namespace: that of the keeper has no number here.
        let _already_leader = rustix::process::setsid();
        unshare(UnshareFlags::NEWNS)?;
        mount_change("/", MountPropagationFlags::DOWNSTREAM | MountPropagationFlags::REC)?;
        let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
        mount("proc", "/proc", "proc", flags, None)?;
        for path in read_only {
            // Whoever cares looks afterwards whether anything was changed.
            let _left_as_it_is = make_read_only(path);
        }
        if !getuid().is_root() {
            clear_ambient_capability_set()?;
            let mut sets = capabilities(None)?;
            sets.effective = CapabilitySet::empty();
            sets.permitted = CapabilitySet::empty();
            sets.inheritable = CapabilitySet::empty();
            set_capabilities(None, sets)?;
        }
        // Nobody inside can take it over by tracing it, and so forge how the child ended.
        Ok(set_dumpable_behavior(DumpableBehavior::NotDumpable)?)
    }

    /// Mounts a folder over itself, so that nothing in it can be changed from here. What is mounted somewhere in it
    /// stays as it is.
    fn make_read_only(path: &Path) -> io::Result<()> {
        mount_bind_recursive(path, path)?;
        // A mount that came from outside a user namespace keeps what restricts it, or is not changed at all.
        let kept = statvfs(path)?.f_flag;
        let flags = [
            (StatVfsMountFlags::NOSUID, MountFlags::NOSUID),
            (StatVfsMountFlags::NODEV, MountFlags::NODEV),
            (StatVfsMountFlags::NOEXEC, MountFlags::NOEXEC),
            (StatVfsMountFlags::NOATIME, MountFlags::NOATIME),
            (StatVfsMountFlags::NODIRATIME, MountFlags::NODIRATIME),
            (StatVfsMountFlags::RELATIME, MountFlags::RELATIME),
        ];
        let own = MountFlags::BIND | MountFlags::RDONLY;
        let all = flags.iter().filter(|(has, _)| kept.contains(*has)).fold(own, |all, (_, flag)| all | *flag);
        Ok(mount_remount(path, all, "")?)
    }

    #[expect(
        deprecated,
        reason = "it is called unsafe for the flag FILES alone, and that one is never given here"
    )]
    fn unshare(flags: UnshareFlags) -> io::Result<()> {
        Ok(rustix::thread::unshare(flags)?)
    }

    /// The process that has the pid `inside` in the namespace whose first process is `init`.
    pub(in crate::process) fn outer_child(init: Pid, inside: i32) -> Option<ProcessId> {
        let init = init.as_raw_nonzero().get();
        let listed = fs::read_to_string(format!("/proc/{init}/task/{init}/children")).unwrap_or_default();
        let is_it = |pid: &i32| innermost_pid(*pid) == Some(inside);
        let by_kernel = listed.split_ascii_whitespace().filter_map(|pid| pid.parse().ok()).find(is_it);
        // Not every kernel lists children.
        let by_table = || rows().ok()?.iter().filter(|row| row.parent == init).map(|row| row.pid).find(is_it);
        by_kernel.or_else(by_table).and_then(ProcessId::of)
    }

    /// The pid that a process has for itself.
    fn innermost_pid(pid: i32) -> Option<i32> {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        let pids = status.lines().find_map(|line| line.strip_prefix("NSpid:"))?;
        pids.split_ascii_whitespace().next_back()?.parse().ok()
    }
}

/// Other systems have none.
#[cfg(not(target_os = "linux"))]
mod other {
    use std::io;
    use std::path::PathBuf;

    use rustix::process::Pid;

    use crate::process::means::Namespace;
    use crate::process::table::ProcessId;

    pub(in crate::process) fn enter() -> io::Result<Namespace> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(in crate::process) fn make_next() -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(in crate::process) fn die_with_parent() -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(in crate::process) fn settle(_: &[PathBuf]) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(in crate::process) fn outer_child(_: Pid, _: i32) -> Option<ProcessId> {
        None
    }
}
