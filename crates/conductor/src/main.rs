//! The conductor program.

fn main() {}
