//! From a document to a reviewed task graph, as pure functions.
