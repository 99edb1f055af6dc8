//! One handle to tasks for other programs, and the JSON they exchange.
