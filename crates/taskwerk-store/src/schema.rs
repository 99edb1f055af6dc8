//! The tables, and the steps from one format to the next.

/// Marks the file as ours (`TWRK`).
pub(crate) const APPLICATION_ID: i64 = 0x5457_524b;

/// The steps to the newest format; the format of a store is the number of steps it has taken.
pub(crate) const STEPS: &[&str] = &[FIRST];

const FIRST: &str = "
CREATE TABLE tasks (
  n INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,             -- TASK-0000000001.0000000002: sorts as ids do
  uid BLOB NOT NULL UNIQUE,
  key TEXT,                            -- an importer's name for it
  title TEXT NOT NULL,
  description TEXT,
  status INTEGER NOT NULL,             -- 0 todo 1 in-progress 2 paused 3 blocked 4 review 5 done 6 cancelled
  block_reason TEXT,
  priority INTEGER NOT NULL,           -- 0 low 1 medium 2 high 3 critical
  category TEXT,
  type TEXT,
  tags TEXT,                           -- lists and objects are JSON, NULL when empty
  assignee TEXT,
  depends_on TEXT,
  estimate_minutes INTEGER,
  actual_minutes INTEGER,
  progress INTEGER NOT NULL,
  due TEXT,
  acceptance TEXT,
  files TEXT,
  links TEXT,
  metadata TEXT,
  session TEXT,
  rollup INTEGER NOT NULL,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,         -- times are microseconds after 1970
  updated_at INTEGER NOT NULL,
  started_at INTEGER,
  completed_at INTEGER,
  -- Two counts that make readiness a look-up. `waits` counts what keeps the task from being begun: its own
  -- dependencies that are not done, those of the containers above it, and the parked ones among these.
  waits INTEGER NOT NULL,
  children INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX tasks_key ON tasks(key) WHERE key IS NOT NULL;
CREATE INDEX tasks_ready ON tasks(priority DESC, created_at, id) WHERE status = 0 AND waits = 0 AND children = 0;

-- Who waits for whom. The other direction stands in the task itself.
CREATE TABLE dependents (
  target INTEGER NOT NULL REFERENCES tasks(n),
  task INTEGER NOT NULL REFERENCES tasks(n),
  PRIMARY KEY (target, task)
) STRICT, WITHOUT ROWID;

CREATE TABLE notes (
  n INTEGER PRIMARY KEY,
  task INTEGER NOT NULL REFERENCES tasks(n),
  at INTEGER NOT NULL,
  author TEXT NOT NULL,
  text TEXT NOT NULL
) STRICT;
CREATE INDEX notes_task ON notes(task);

CREATE TABLE claims (
  task INTEGER PRIMARY KEY REFERENCES tasks(n),
  worker TEXT NOT NULL,
  token INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;

-- The last number given below a parent (or for a prefix), and the last token (under '#token').
CREATE TABLE counters (
  scope TEXT PRIMARY KEY,
  last INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  session TEXT,
  task TEXT NOT NULL,
  kind TEXT NOT NULL,
  version INTEGER NOT NULL,
  payload TEXT NOT NULL
) STRICT;
CREATE INDEX events_task ON events(task);
";
