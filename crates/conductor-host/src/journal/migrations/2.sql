-- What `status` and `inbox` tell is read from narrow rows, without a fold, so the columns stand before the body.
ALTER TABLE runs RENAME TO runs_of_version_1;
CREATE TABLE runs (
    session    INTEGER NOT NULL REFERENCES orchestration_sessions (id),
    number     INTEGER NOT NULL,
    task_uid   TEXT NOT NULL,
    task_id    TEXT NOT NULL,
    title      TEXT NOT NULL,
    phase      TEXT NOT NULL,
    ended      INTEGER NOT NULL,
    ending     TEXT,
    landed_as  TEXT,
    since      TEXT NOT NULL,
    attempts   INTEGER NOT NULL,
    failures   INTEGER NOT NULL,
    working_ms INTEGER NOT NULL,
    evidence   TEXT,
    hold       INTEGER,
    kept       TEXT,
    updated_at TEXT NOT NULL,
    body       TEXT NOT NULL,
    PRIMARY KEY (session, number)
) STRICT, WITHOUT ROWID;
-- The newest name and title of each task of a session: what its journal says last.
WITH told AS (
    SELECT j.session, c.value ->> '$.is.task' AS uid, c.value ->> '$.is.id' AS id, c.value ->> '$.is.title' AS title, max(j.seq)
    FROM journal j, json_each(j.body, '$."tasks-changed".changes') c
    WHERE j.kind = 'tasks-changed' AND c.value ->> '$.is.task' IS NOT NULL
    GROUP BY 1, 2
)
INSERT INTO runs (session, number, task_uid, task_id, title, phase, ended, ending, landed_as, since, attempts, failures,
                  working_ms, evidence, hold, kept, updated_at, body)
SELECT r.session, r.number, r.task_uid, coalesce(t.id, ''), coalesce(t.title, ''), r.phase, r.ended,
       coalesce((SELECT key FROM json_each(r.body, '$.phase.ended')), (SELECT key FROM json_each(r.body, '$.phase.stopping'))),
       coalesce(r.body ->> '$.phase.ended.landed.commit', r.body ->> '$.phase.stopping.landed.commit'),
       coalesce(r.body ->> '$.since', r.updated_at),
       coalesce(r.body ->> '$.counters.attempts', 0), coalesce(r.body ->> '$.counters.failures', 0),
       coalesce(r.body ->> '$.working_ms', 0), r.body ->> '$.evidence[0]', r.body ->> '$.phase.held', r.body ->> '$.kept',
       r.updated_at, r.body
FROM runs_of_version_1 r LEFT JOIN told t ON t.session = r.session AND t.uid = r.task_uid;
DROP TABLE runs_of_version_1;
CREATE INDEX runs_by_task ON runs (task_uid);
-- All that `status` tells, so that it reads no body on the way.
CREATE INDEX runs_told ON runs (session, number, task_id, title, phase, ending, landed_as, since, attempts, failures,
                                working_ms, evidence, hold, kept);
CREATE INDEX holds_open ON holds (session) WHERE ruling IS NULL;
-- A session that is over may be its state alone: this row stands for the rows of its journal up to `seq`.
CREATE TABLE checkpoints (
    session INTEGER PRIMARY KEY REFERENCES orchestration_sessions (id),
    seq     INTEGER NOT NULL,
    at      TEXT NOT NULL,
    made_at TEXT NOT NULL,
    digest  TEXT NOT NULL,
    version INTEGER NOT NULL,
    state   TEXT NOT NULL
) STRICT;
