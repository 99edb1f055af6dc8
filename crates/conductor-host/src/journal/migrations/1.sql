-- The tables of the first version. Ids of tasks here are plain references: the task store is another program's.
CREATE TABLE plans (
    id          INTEGER PRIMARY KEY,
    source_file TEXT NOT NULL,
    digest      TEXT NOT NULL,
    created_at  TEXT NOT NULL,
    status      TEXT NOT NULL CHECK (status IN ('draft', 'reviewing', 'imported', 'discarded')),
    metadata    TEXT NOT NULL,
    body        TEXT NOT NULL
) STRICT;
CREATE INDEX plans_by_digest ON plans (digest);
CREATE TABLE orchestration_sessions (
    id         INTEGER PRIMARY KEY,
    started_at TEXT NOT NULL,
    ended_at   TEXT,
    agent      TEXT NOT NULL,
    status     TEXT NOT NULL CHECK (status IN ('active', 'paused', 'completed', 'failed')),
    outcome    TEXT,
    metrics    TEXT NOT NULL,
    setup      TEXT NOT NULL
) STRICT;
CREATE TABLE journal (
    session INTEGER NOT NULL REFERENCES orchestration_sessions (id),
    seq     INTEGER NOT NULL,
    at      TEXT NOT NULL,
    kind    TEXT NOT NULL,
    version INTEGER NOT NULL,
    body    TEXT NOT NULL,
    PRIMARY KEY (session, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE runs (
    session    INTEGER NOT NULL REFERENCES orchestration_sessions (id),
    number     INTEGER NOT NULL,
    task_uid   TEXT NOT NULL,
    phase      TEXT NOT NULL,
    ended      INTEGER NOT NULL,
    body       TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (session, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX runs_by_task ON runs (task_uid);
CREATE TABLE holds (
    session   INTEGER NOT NULL REFERENCES orchestration_sessions (id),
    id        INTEGER NOT NULL,
    run       INTEGER NOT NULL,
    kind      TEXT NOT NULL,
    question  TEXT NOT NULL,
    detail    TEXT NOT NULL,
    opened_at TEXT NOT NULL,
    ruling    TEXT,
    PRIMARY KEY (session, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE controls (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    session INTEGER NOT NULL REFERENCES orchestration_sessions (id),
    at      TEXT NOT NULL,
    actor   TEXT NOT NULL,
    body    TEXT NOT NULL,
    reply   TEXT
) STRICT;
CREATE INDEX controls_by_session ON controls (session, id);
CREATE TABLE evidence (
    id         TEXT PRIMARY KEY,
    tree       TEXT NOT NULL,
    gates      TEXT NOT NULL,
    created_at TEXT NOT NULL,
    body       TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX evidence_by_tree ON evidence (tree, gates);
CREATE TABLE tips (
    session INTEGER NOT NULL REFERENCES orchestration_sessions (id),
    oid     TEXT NOT NULL,
    at      TEXT NOT NULL,
    why     TEXT NOT NULL,
    PRIMARY KEY (session, oid)
) STRICT, WITHOUT ROWID;
CREATE TABLE landings (
    id      INTEGER PRIMARY KEY,
    session INTEGER NOT NULL REFERENCES orchestration_sessions (id),
    at      TEXT NOT NULL,
    plan    TEXT NOT NULL,
    ended   INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE agent_interactions (
    id               INTEGER PRIMARY KEY,
    session_id       INTEGER NOT NULL REFERENCES orchestration_sessions (id),
    task_id          TEXT NOT NULL,
    interaction_type TEXT NOT NULL CHECK (interaction_type IN ('assignment', 'question', 'response', 'completion')),
    content          TEXT NOT NULL,
    created_at       TEXT NOT NULL
) STRICT;
CREATE INDEX interactions_by_session ON agent_interactions (session_id, id);
