//! Taking a task, keeping it, giving it back.

use super::Case;
use crate::command::Guard;
use crate::event::Event;
use crate::id::TaskId;
use crate::refusal::{Invalid, Refusal};
use crate::task::{Claim, FencingToken};
use crate::text::Worker;
use crate::time::Moment;
use crate::view::{Decided, View};
use jiff::SignedDuration;

const SHORTEST: SignedDuration = SignedDuration::from_secs(1);
const LONGEST: SignedDuration = SignedDuration::from_hours(366 * 24);

impl<V: View> Case<'_, '_, V> {
    pub(super) fn claim(
        &mut self,
        id: &TaskId,
        worker: Worker,
        ttl: SignedDuration,
        guard: Guard,
    ) -> Decided<(), V> {
        let task = self.draft.require(id)?;
        self.check_version(&task, guard)?;
        let expires_at = self.end_of(ttl)?;
        if task.status.is_closed() {
            return Err(Refusal::Closed { id: id.clone(), status: task.status }.into());
        }
        if !self.draft.children(id)?.is_empty() {
            return Err(Refusal::IsContainer { id: id.clone() }.into());
        }
        match self.draft.claim(id)?.filter(|claim| claim.is_live(self.context.now)) {
            // A worker that asks again, say after a crash, gets the claim that it has.
            Some(claim) if claim.worker == worker => {
                return self.draft.push(Event::Extended { claim: Claim { expires_at, ..claim } });
            }
            Some(_) => self.check_claim(id, guard)?,
            None => {}
        }
        let token = self.draft.next_token()?;
        self.draft.push(Event::Claimed { claim: Claim { task: id.clone(), worker, token, expires_at } })
    }

    pub(super) fn heartbeat(
        &mut self,
        id: &TaskId,
        token: FencingToken,
        ttl: SignedDuration,
    ) -> Decided<(), V> {
        self.draft.require(id)?;
        let expires_at = self.end_of(ttl)?;
        match self.draft.claim(id)? {
            Some(claim) if claim.token == token => {
                self.draft.push(Event::Extended { claim: Claim { expires_at, ..claim } })
            }
            Some(_) | None => Err(Refusal::StaleToken { id: id.clone(), token }.into()),
        }
    }

    pub(super) fn release(&mut self, id: &TaskId, guard: Guard) -> Decided<(), V> {
        self.draft.require(id)?;
        let Some(claim) = self.draft.claim(id)? else { return Ok(()) };
        let mine = guard.force || guard.token == Some(claim.token);
        let lapsed = !claim.is_live(self.context.now);
        match (mine, lapsed) {
            (true, _) => self.end_claim(id),
            // A lapsed claim of somebody else stays: he may still revive it.
            (false, true) => Ok(()),
            (false, false) => self.check_claim(id, guard),
        }
    }

    /// Ends whatever claim the task has.
    pub(super) fn end_claim(&mut self, id: &TaskId) -> Decided<(), V> {
        match self.draft.claim(id)? {
            Some(Claim { task, worker, token, .. }) => {
                self.draft.push(Event::Released { id: task, worker, token })
            }
            None => Ok(()),
        }
    }

    fn end_of(&self, ttl: SignedDuration) -> Result<Moment, Invalid> {
        if ttl < SHORTEST || ttl > LONGEST {
            return Err(Invalid::Ttl);
        }
        Ok(self.context.now.plus(ttl))
    }
}
