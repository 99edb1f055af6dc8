//! Whether a change weakens the tests that are to judge it.
