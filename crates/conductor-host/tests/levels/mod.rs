//! The levels of containment that this machine gives, found out by other means than the code under test.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use conductor_host::process::{CgroupUse, Cmd, Keeper, KeptChild, Means, Namespace, Proof};

mod system;

pub(crate) use system::{cgroups, own_pid, stat};

/// The user that a keeper runs as where the test itself is root's, to see what it can do for others: nobody.
const USER: &str = "65534";

/// What a keeper is given, and what is to come of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Level {
    pub(crate) name: &'static str,
    pub(crate) means: Means,
    pub(crate) namespace: Namespace,
    pub(crate) cgroup: bool,
    /// Whether the keeper runs as another user than the test.
    pub(crate) other_user: bool,
}

const fn means(namespace: bool, cgroup: CgroupUse) -> Means {
    Means { namespace, cgroup }
}

impl Level {
    const REAPER: Self = Self {
        name: "reaper",
        means: Means::REAPER,
        namespace: Namespace::None,
        cgroup: false,
        other_user: false,
    };

    /// All that this machine gives, the weakest first.
    pub(crate) fn all() -> Vec<Self> {
        let root = rustix::process::getuid().is_root();
        let namespace = if root { Namespace::Own } else { Namespace::InUserNamespace };
        let has_namespace = works(if root { &["--pid"] } else { &["--user", "--map-current-user", "--pid"] });
        let mut levels = vec![Self::REAPER];
        if has_cgroup() {
            levels.push(Self {
                name: "cgroup",
                means: means(false, CgroupUse::Always),
                cgroup: true,
                ..Self::REAPER
            });
        }
        if has_namespace {
            levels.push(Self {
                name: "namespace",
                means: means(true, CgroupUse::Never),
                namespace,
                ..Self::REAPER
            });
        }
        if root && has_setpriv() && works_as_user() {
            levels.push(Self {
                name: "user-namespace",
                means: Means::STRONGEST,
                namespace: Namespace::InUserNamespace,
                other_user: true,
                ..Self::REAPER
            });
        }
        // Whatever there is, as in the program itself.
        let strongest = if has_namespace { namespace } else { Namespace::None };
        levels.push(Self {
            name: "strongest",
            means: Means::STRONGEST,
            namespace: strongest,
            cgroup: has_cgroup(),
            ..Self::REAPER
        });
        levels
    }

    /// A keeper of this level. Its files, if it needs any, are put into `dir`.
    pub(crate) fn keeper(&self, dir: &Path, mark: &str) -> Keeper {
        let keeper = if self.other_user {
            Keeper::at(as_other_user(dir))
        } else {
            Keeper::current_exe().expect("own file")
        };
        keeper.with_means(self.means).with_mark(mark)
    }

    /// What is to show that nothing is left.
    pub(crate) fn proof(&self) -> Proof {
        match (self.namespace, self.cgroup) {
            (Namespace::Own | Namespace::InUserNamespace, _) => Proof::Namespace,
            (Namespace::None, true) => Proof::Cgroup,
            (Namespace::None, false) => Proof::NoChildren,
        }
    }
}

/// Lets everybody use what is in a folder of a test's.
pub(crate) fn open_to_all(path: &Path) {
    let mode = if path.is_dir() { 0o777 } else { 0o666 };
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("permissions");
}

/// A word that stands in the command line of each process of a test, and in the names of its cgroups.
pub(crate) fn mark_of(dir: &Path) -> String {
    let name = dir.file_name().expect("a name").to_string_lossy();
    format!("mark{}", name.trim_start_matches('.'))
}

/// The keeper of a child: what this process itself started.
pub(crate) fn keeper_of(kept: &KeptChild, driver: i32) -> i32 {
    let mut pid = kept.id().pid;
    loop {
        match stat(pid, 1).expect("alive") {
            parent if parent == driver => return pid,
            parent => pid = parent,
        }
    }
}

/// This program, started as another user. A copy, since where it was built may be closed to others.
fn as_other_user(dir: &Path) -> PathBuf {
    let (program, script) = (dir.join("as-other-user.bin"), dir.join("as-other-user"));
    if !script.exists() {
        fs::copy("/proc/self/exe", &program).expect("a copy");
        let text = format!(
            "#!/bin/sh\nexec /usr/bin/setpriv --reuid={USER} --regid={USER} --clear-groups -- '{}' \"$@\"\n",
            program.display()
        );
        fs::write(&script, text).expect("a script");
        for path in [&program, &script] {
            fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("permissions");
        }
    }
    script
}

fn works(flags: &[&str]) -> bool {
    let unshare = Cmd::new("/usr/bin/unshare", "/").args(flags.iter().copied());
    unshare.args(["--fork", "--mount-proc", "/bin/true"]).run().is_ok_and(|out| out.exit.success())
}

fn works_as_user() -> bool {
    let setpriv = Cmd::new("/usr/bin/setpriv", "/").args([
        format!("--reuid={USER}"),
        format!("--regid={USER}"),
        "--clear-groups".to_owned(),
    ]);
    let unshare = ["/usr/bin/unshare", "--user", "--map-current-user", "--pid", "--fork", "--mount-proc"];
    setpriv.args(unshare).arg("/bin/true").run().is_ok_and(|out| out.exit.success())
}

fn has_setpriv() -> bool {
    Path::new("/usr/bin/setpriv").exists()
}

/// Whether a cgroup can be made below the one that this process is in.
fn has_cgroup() -> bool {
    let groups = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let Some(own) = groups.lines().find_map(|line| line.strip_prefix("0::/")) else { return false };
    ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"].into_iter().any(|at| {
        let home = Path::new(at).join(own);
        let probe = home.join(format!("probe-{}", std::process::id()));
        let made = home.join("cgroup.events").exists() || home.join("cgroup.procs").exists();
        made && fs::create_dir(&probe)
            .and_then(|()| {
                let usable = fs::metadata(probe.join("cgroup.events"));
                fs::remove_dir(&probe).and(usable)
            })
            .is_ok()
    })
}
