//! The commands that stand alone, one file each.

pub(crate) mod agents;
pub(crate) mod config;
pub(crate) mod doctor;
pub(crate) mod evidence;
mod evidence_text;
pub(crate) mod gates;
pub(crate) mod init;
pub(crate) mod metrics;
pub(crate) mod report;
