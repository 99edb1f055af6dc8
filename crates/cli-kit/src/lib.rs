//! What both programs share: configuration layers, printing, the JSON envelope, exit codes, escaping.
