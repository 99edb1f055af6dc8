//! Driving a session to where it rests.

use std::sync::Arc;
use std::sync::mpsc;

use conductor_engine::event::Recorded;
use conductor_engine::ids::SessionId;
use conductor_engine::session::Session;
use thiserror::Error;

use super::host::{Host, HostError};
use crate::driver::{Caller, DriveError, Driver, DriverLock, Ears};
use crate::fsck::{FsckError, Scope};
use crate::journal::JournalError;
use crate::perform::Workers;

/// Why a session could not be driven.
#[derive(Debug, Error)]
pub enum DriveSessionError {
    /// The project.
    #[error(transparent)]
    Host(#[from] HostError),
    /// The database.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// What an earlier driver left could not be put in order.
    #[error(transparent)]
    Fsck(#[from] FsckError),
    /// The driver.
    #[error(transparent)]
    Drive(#[from] DriveError),
}

impl Host {
    /// Drives a session until it rests, from wherever its journal left it: first when it was just begun, again
    /// after its driver died. `caller` may ask for its end meanwhile. `watch` is told what happened and can change
    /// nothing.
    ///
    /// # Errors
    /// When it cannot go on. Nothing is lost; it can be driven again.
    pub fn drive(
        &self,
        lock: &DriverLock,
        id: SessionId,
        caller: Caller,
        watch: &mut dyn FnMut(&[Recorded], &Session),
    ) -> Result<Session, DriveSessionError> {
        self.end_leftovers(lock).map_err(HostError::from)?;
        self.mend(lock, Scope::Drive(id))?;
        let journal = self.database()?;
        let setup = journal.setup(id)?;
        let session = journal.fold(id)?;
        let site = Arc::new(self.site(id, setup, session.tip.clone())?);
        let (mail, inbox) = mpsc::channel();
        let workers = Workers::new(Arc::clone(&site), mail);
        let ears = Ears { mail: inbox, tasks: self.tasks(id)?, controls: self.database()?, caller };
        let last_sign = journal.last_sign(id)?;
        let mut driver = Driver::new(session, journal, workers, ears, site, last_sign);
        driver.run(watch)?;
        Ok(driver.into_session())
    }
}
