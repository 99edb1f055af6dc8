//! Durable storage of tasks: one transaction per command, events, claims.
