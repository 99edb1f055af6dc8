//! What earlier drivers, killed programs and other people left: told, and put in order where that loses nothing.

use cli_kit::CliError;
use cli_kit::text::escape;
use conductor_engine::ids::SessionId;
use conductor_host::driver::{DriverLock, LockError};
use conductor_host::fsck::{Finding, Mended, Scope};
use serde::Serialize;

use super::error::{broken_off, failed, from_lock};
use super::opened::Opened;
use crate::context::Context;

/// A finding as scripts see it.
#[derive(Debug, Serialize)]
pub(crate) struct Told {
    kind: &'static str,
    /// What was found.
    pub(crate) what: String,
    /// Why it matters.
    pub(crate) why: String,
    /// What to do about it.
    pub(crate) advice: String,
    /// Whether `--fix` puts it right.
    pub(crate) mendable: bool,
    /// Whether a person has to do something.
    pub(crate) harm: bool,
    /// Whether it was put right now.
    pub(crate) mended: bool,
}

impl Told {
    fn new(finding: &Finding, mended: Option<&Mended>) -> Self {
        let advice = match mended {
            Some(Mended::Left { why }) => why.clone(),
            Some(Mended::Done) => String::new(),
            None => finding.advice(),
        };
        Self {
            kind: finding.kind(),
            what: finding.what(),
            why: finding.why(),
            advice,
            mendable: finding.is_mendable(),
            harm: finding.is_harm(),
            mended: matches!(mended, Some(Mended::Done)),
        }
    }
}

/// Looks at everything and changes nothing.
pub(crate) fn look(opened: &Opened) -> Result<Vec<Told>, CliError> {
    let found = opened.host.examine(Scope::All).map_err(|e| failed(&e))?;
    Ok(found.iter().map(|finding| Told::new(finding, None)).collect())
}

/// Puts in order what loses nothing. Not beside a driver that is at work.
pub(crate) fn fix(opened: &Opened) -> Result<Vec<Told>, CliError> {
    let lock = DriverLock::take(&opened.lock_path()).map_err(|error| match error {
        LockError::Busy(_) => from_lock(&error).hint(
            "it keeps its own things in order; try again when it is done, or look only: conductor doctor",
        ),
        LockError::File { .. } => from_lock(&error),
    })?;
    let mended = opened.host.mend(&lock, Scope::All).map_err(|e| failed(&e))?;
    Ok(mended.iter().map(|(finding, mended)| Told::new(finding, Some(mended))).collect())
}

/// The same for a session that is about to be driven, with a line for each thing.
pub(super) fn make_ready(
    context: &mut Context,
    opened: &Opened,
    lock: &DriverLock,
    id: SessionId,
) -> Result<(), CliError> {
    for (finding, mended) in opened.host.mend(lock, Scope::Drive(id)).map_err(|e| broken_off(&e))? {
        match mended {
            Mended::Done => context.printer.note(format!("Put in order: {}", escape(&finding.what()))),
            Mended::Left { why } => {
                context.printer.warn(format!("{}; {}", escape(&finding.what()), escape(&why)));
            }
        }
    }
    Ok(())
}
