//! How long a prompt may be.

/// An estimate of what a text costs a model: one token for 3.5 characters, rounded up.
///
/// Vocabularies differ from model to model, and their tables are large; English prose has more characters to a token,
/// code and other languages fewer. The bound protects against prompts of a wrong size, not against the last token.
pub fn estimate(text: &str) -> usize {
    tokens_of(size(text))
}

/// The same for a number of characters.
pub(super) fn tokens_of(characters: usize) -> usize {
    characters.saturating_mul(2).div_ceil(7)
}

pub(super) fn size(text: &str) -> usize {
    text.chars().count()
}

/// The most tokens of a prompt, by [`estimate`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget(usize);

impl Budget {
    /// What a prompt may have when nothing else is said. A program's argument may have 128 KiB on Linux, and a
    /// character at most four bytes: a prompt of this size always fits.
    pub const USUAL: u32 = 9_000;
    /// The fixed fragments need their room.
    pub const LEAST: u32 = 2_000;
    /// More than any model takes well.
    pub const MOST: u32 = 200_000;

    /// A budget of this many tokens; one that is out of bounds is taken for the nearest that is not.
    pub fn new(tokens: u32) -> Self {
        Self(usize::try_from(tokens.clamp(Self::LEAST, Self::MOST)).unwrap_or(usize::MAX))
    }

    /// The tokens.
    pub fn tokens(self) -> usize {
        self.0
    }

    /// The most characters that are estimated to no more than that.
    pub(super) fn characters(self) -> usize {
        self.0.saturating_mul(7) / 2
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::new(Self::USUAL)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn estimates_are_rounded_up_and_a_budget_is_never_exceeded_by_its_characters() {
        for (characters, tokens) in [(0, 0), (1, 1), (3, 1), (4, 2), (7, 2), (8, 3), (35, 10)] {
            assert_eq!(estimate(&"é".repeat(characters)), tokens, "{characters}");
        }
        for tokens in [0, 1_999, 2_000, 2_001, 9_000, 200_000, u32::MAX] {
            let budget = Budget::new(tokens);
            assert!(tokens_of(budget.characters()) <= budget.tokens());
            assert!(tokens_of(budget.characters() + 1) > budget.tokens());
        }
        assert_eq!(Budget::default().tokens(), 9_000);
    }
}
