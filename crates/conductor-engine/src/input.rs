//! What the engine is told.

use crate::control::{Actor, Control};
use crate::effect::{EffectKey, Outcome};
use crate::event::TaskChange;
use crate::ids::{ControlId, Epoch, RunId};

/// Something that the driver saw while an effect is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Observation {
    /// The agent's process exists.
    Started,
    /// A detector found that the agent goes nowhere.
    Stalled,
    /// A detector found that the agent goes in circles.
    Looped,
}

/// What the engine is told.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// Time has passed, or something else was told: look what follows.
    Tick,
    /// Tasks are now so.
    Tasks(Vec<TaskChange>),
    /// A person asks.
    Control(ControlId, Actor, Control),
    /// An effect is over.
    Done(EffectKey, Outcome),
    /// Something was seen while the run was in this phase.
    Seen(RunId, Epoch, Observation),
}
