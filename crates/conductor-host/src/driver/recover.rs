//! What a new driver has to tell the engine of its predecessor's death.

use conductor_engine::Input;
use conductor_engine::attempt::{AttemptEnd, AttemptReport, Usage};
use conductor_engine::effect::{EffectKey, Outcome, Verb};
use conductor_engine::session::{Phase, Session};
use jiff::Timestamp;

/// Attempts whose process was seen are lost: with their driver their keeper went, and with it every process; but
/// a keeper can be killed as well, so their processes are looked for before anything else is done with their
/// files. They are not charged; the next attempt goes on from the files. Every other effect is simply wanted again.
/// `last_sign` is when the dead driver last wrote something: what is counted as work ends there, so that a
/// night without a driver is not an agent's working time.
pub fn lost_attempts(session: &Session, last_sign: Timestamp) -> Vec<Input> {
    let lost = |run: &conductor_engine::session::Run| {
        let Phase::Working(attempt) = &run.phase else { return None };
        let worked = last_sign.duration_since(attempt.started?).as_millis();
        let most = session.rules.max_task_duration.as_millis();
        let report = AttemptReport {
            end: AttemptEnd::Interrupted,
            usage: Usage::default(),
            agent_session: None,
            working_ms: u64::try_from(worked.clamp(0, most)).unwrap_or(0),
            contained: false,
            verdicts: Vec::new(),
        };
        let key = EffectKey { run: Some(run.id), epoch: run.epoch, verb: Verb::Attempt };
        Some(Input::Done(key, Outcome::Attempt(report)))
    };
    session.open_runs().filter_map(lost).collect()
}
