//! The last part of long output.
