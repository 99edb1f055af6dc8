//! How far a plan is split, and how much a model is shown at once.

/// What [`Growth`](super::Growth) aims at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecomposeOptions {
    /// How deep items may be nested; 1 gives a flat list.
    pub max_depth: u8,
    /// The most items that the plan may have, containers included.
    pub max_items: usize,
    /// An item whose likely estimate is above this is split, in minutes.
    pub target_minutes: u32,
    /// An item that is at least this complex is split, too.
    pub complexity_limit: u8,
    /// About as many tokens may a prompt have, its instructions excluded.
    pub context_tokens: usize,
}

impl Default for DecomposeOptions {
    fn default() -> Self {
        Self {
            max_depth: 3,
            max_items: 200,
            target_minutes: 240,
            complexity_limit: 8,
            context_tokens: 24_000,
        }
    }
}
