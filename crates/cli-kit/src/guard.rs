//! The last line of defence: a fault of the program still ends as the contract with scripts says.

use std::ffi::OsString;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use crate::env::Env;
use crate::error::CliError;
use crate::flags::{GlobalFlags, asks_for_json};
use crate::printer::Printer;

/// Runs a program's body. Should it panic, the process ends with the code of an internal fault and, when the
/// arguments ask for it, with an error document, instead of the runtime's own code and an empty standard output.
/// What went wrong and where has been said on standard error by then.
pub fn guarded(arguments: &[OsString], env: &Env, body: impl FnOnce() -> ExitCode) -> ExitCode {
    // Nothing of the body is used after it has panicked, so nothing half-changed can be seen.
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|_| {
        let flags = GlobalFlags { json: asks_for_json(arguments), ..GlobalFlags::default() };
        let error = CliError::internal("the program came upon a state that it should never be in");
        Printer::of_process(&flags, env).finish(Err(error))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_internal_fault() {
        let code = guarded(&[], &Env::default(), || panic!("on purpose"));
        assert_eq!(code, ExitCode::from(70));
        assert_eq!(guarded(&[], &Env::default(), || ExitCode::from(3)), ExitCode::from(3));
    }
}
