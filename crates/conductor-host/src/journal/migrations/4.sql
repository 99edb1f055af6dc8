-- The text of each document that was planned, as its spans count in it: what an item cites can be shown, and the next
-- version of the document compared, when the file has long been another.
CREATE TABLE plan_documents (
    digest TEXT PRIMARY KEY,
    text   TEXT NOT NULL
) STRICT, WITHOUT ROWID;
-- The plan as its engine made it, before people changed it: what a later version of the documents is compared with.
ALTER TABLE plans ADD COLUMN made TEXT;
-- What was asked of a model or an agent while a plan was made, and what came back, reply by reply, so that a plan can be
-- made again without asking, and one that was interrupted goes on without paying twice. `work` is the digest that the
-- plan has in `plans`.
CREATE TABLE plan_exchanges (
    id       INTEGER PRIMARY KEY,
    work     TEXT NOT NULL,
    ask      TEXT NOT NULL,
    at       TEXT NOT NULL,
    request  TEXT NOT NULL,
    reply    TEXT NOT NULL,
    usage    TEXT NOT NULL
) STRICT;
CREATE INDEX plan_exchanges_by_ask ON plan_exchanges (work, ask);
