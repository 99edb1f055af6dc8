-- What each attempt used. The runs have sums; this is what they are the sums of.
CREATE TABLE attempts (
    session       INTEGER NOT NULL REFERENCES orchestration_sessions (id),
    run           INTEGER NOT NULL,
    number        INTEGER NOT NULL,
    ended_at      TEXT NOT NULL,
    end           TEXT NOT NULL,
    input_tokens  INTEGER,
    output_tokens INTEGER,
    cost_micros   INTEGER,
    working_ms    INTEGER NOT NULL,
    agent_session TEXT,
    PRIMARY KEY (session, run, number)
) STRICT, WITHOUT ROWID;
-- An attempt that ended is the one that began last in its run. Of sessions that were compacted only the sums are known.
WITH begun AS (
    SELECT session, seq, body ->> '$."attempt-begun".run' AS run, body ->> '$."attempt-begun".number' AS number
    FROM journal WHERE kind = 'attempt-begun'
), ended AS (
    SELECT session, seq, at, body ->> '$."attempt-ended".run' AS run, body -> '$."attempt-ended".report' AS report
    FROM journal WHERE kind = 'attempt-ended'
)
INSERT OR REPLACE INTO attempts (session, run, number, ended_at, end, input_tokens, output_tokens, cost_micros, working_ms,
                                 agent_session)
SELECT e.session, CAST(substr(e.run, instr(e.run, '.') + 1) AS INTEGER), max(b.number), e.at,
       CASE json_type(e.report, '$.end') WHEN 'object' THEN (SELECT key FROM json_each(e.report, '$.end'))
                                         ELSE e.report ->> '$.end' END,
       e.report ->> '$.usage.input_tokens', e.report ->> '$.usage.output_tokens', e.report ->> '$.usage.cost_micros',
       e.report ->> '$.working_ms', e.report ->> '$.agent_session'
FROM ended e JOIN begun b ON b.session = e.session AND b.run = e.run AND b.seq < e.seq
GROUP BY e.session, e.seq;
