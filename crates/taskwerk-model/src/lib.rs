//! Tasks as pure data: ids, statuses, commands, events, decisions and the dependency graph.
