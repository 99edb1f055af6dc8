//! How an effect that goes on is asked to end from another thread.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

type Action = Box<dyn Fn() + Send>;

/// Shared between the one who asks and the one who works.
#[derive(Clone, Default)]
pub(super) struct StopSwitch(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    stopped: bool,
    action: Option<Action>,
}

impl fmt::Debug for StopSwitch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StopSwitch").field("stopped", &self.is_stopped()).finish()
    }
}

impl StopSwitch {
    /// Asks for the end.
    pub(super) fn stop(&self) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.stopped = true;
        if let Some(action) = &state.action {
            action();
        }
    }

    /// Whether the end was asked for.
    pub(super) fn is_stopped(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).stopped
    }

    /// What to do when the end is asked for; done at once if it was asked for already.
    pub(super) fn on_stop(&self, action: impl Fn() + Send + 'static) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.stopped {
            action();
        }
        state.action = Some(Box::new(action));
    }
}
