//! The taskwerk program.

fn main() {}
