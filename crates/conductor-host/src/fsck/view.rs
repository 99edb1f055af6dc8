//! What is looked at: the journals, opened once.

use std::collections::BTreeMap;

use conductor_engine::ids::{Oid, SessionId};
use conductor_engine::session::{Session, Status};
use taskwerk_client::Tasks;

use super::{FsckError, Scope};
use crate::git::{DROPPED, RefName};
use crate::journal::Database;
use crate::perform::{Places, session_branch};
use crate::session::{Host, Setup};

/// A session as its journal has it.
pub(super) struct Known {
    pub(super) session: Session,
    pub(super) setup: Setup,
}

pub(super) struct View<'h> {
    pub(super) host: &'h Host,
    pub(super) scope: Scope,
    pub(super) places: Places,
    pub(super) db: Database,
    pub(super) tasks: Tasks,
    pub(super) known: Vec<Known>,
    /// The driver that is alive beside this look.
    pub(super) driver: Option<u32>,
    /// The refs that are Conductor's, as far as they are looked at.
    pub(super) refs: BTreeMap<RefName, Oid>,
}

impl<'h> View<'h> {
    pub(super) fn open(host: &'h Host, scope: Scope) -> Result<Self, FsckError> {
        let db = host.database()?;
        let ids = match scope {
            Scope::Drive(id) => vec![id],
            Scope::All => db.sessions()?.into_iter().map(|row| row.id).collect(),
        };
        let mut known = Vec::new();
        for id in ids {
            known.push(Known { session: db.fold(id)?, setup: db.setup(id)? });
        }
        let refs = refs(host, scope)?;
        let tasks = host.tasks(known.last().map_or(SessionId(0), |k| k.session.id))?;
        Ok(Self { host, scope, places: host.places()?, db, tasks, known, driver: None, refs })
    }

    /// Whether a driver that is alive may be changing this session right now.
    pub(super) fn is_driven(&self, session: &Session) -> bool {
        self.driver.is_some()
            && match session.status {
                Status::Active | Status::Paused { .. } => true,
                Status::Completed { .. } => session.is_moving(),
                Status::Failed { .. } => false,
            }
    }

    /// The sessions that nobody drives.
    pub(super) fn resting(&self) -> impl Iterator<Item = &Known> {
        self.known.iter().filter(|known| !self.is_driven(&known.session))
    }
}

fn refs(host: &Host, scope: Scope) -> Result<BTreeMap<RefName, Oid>, FsckError> {
    let listed = match scope {
        Scope::All => host.repo.list_refs_of(&["refs/heads/conductor", "refs/conductor/snap", DROPPED])?,
        Scope::Drive(id) => {
            let branch = session_branch(id)?.to_ref();
            let (snap, dropped) = (format!("refs/conductor/snap/{id}.*/*"), format!("{DROPPED}/{id}.*"));
            host.repo.list_refs_of(&[branch.as_str(), &snap, &dropped])?
        }
    };
    Ok(listed.into_iter().collect())
}
