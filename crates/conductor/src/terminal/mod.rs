//! What the pages at a terminal share: the terminal itself, keys, a line that is typed, how things look.

pub(crate) mod editor;
pub(crate) mod input;
pub(crate) mod key;
pub(crate) mod screen;
pub(crate) mod theme;
pub(crate) mod typed;
pub(crate) mod wrap;
