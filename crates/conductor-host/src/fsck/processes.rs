//! Processes that outlived their keeper.

use super::view::View;
use super::{Finding, FsckError, Scope};
use crate::perform::owner_of;
use crate::process::strays;

pub(super) fn look(view: &View<'_>, found: &mut Vec<Finding>) -> Result<(), FsckError> {
    if view.driver.is_some() {
        return Ok(());
    }
    for (process, workspace) in strays("CONDUCTOR_WORKSPACE", view.places.root())? {
        let owner = workspace.file_name().and_then(|name| name.to_str()).and_then(owner_of);
        if let (Scope::Drive(session), Some((run, _))) = (view.scope, owner)
            && run.session != session
        {
            continue;
        }
        found.push(Finding::ProcessLeft { pid: process.pid, workspace });
    }
    Ok(())
}
