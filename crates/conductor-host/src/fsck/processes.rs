//! Processes that outlived their keeper.

use super::view::View;
use super::{Finding, FsckError};
use crate::process::strays;

pub(super) fn look(view: &View<'_>, found: &mut Vec<Finding>) -> Result<(), FsckError> {
    if view.driver.is_some() {
        return Ok(());
    }
    for (process, workspace) in strays("CONDUCTOR_WORKSPACE", view.places.root())? {
        found.push(Finding::ProcessLeft { pid: process.pid, workspace });
    }
    Ok(())
}
