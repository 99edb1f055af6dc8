//! Replays.

use std::path::Path;

use conductor_engine::attempt::AttemptReport;

use super::attempt::AttemptRequest;
use super::profile::AgentLabel;

pub(super) fn attempt(label: &AgentLabel, recording: &Path, request: &AttemptRequest) -> AttemptReport {
    let _ = (label, recording, request);
    unimplemented!()
}
