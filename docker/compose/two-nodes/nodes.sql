-- The table of a wubloader database: each node backfills from all of these but itself.
CREATE TABLE IF NOT EXISTS nodes (
  name TEXT PRIMARY KEY,
  url TEXT NOT NULL,
  backfill_from BOOLEAN NOT NULL DEFAULT TRUE
);
INSERT INTO nodes (name, url) VALUES ('node-a', 'http://node-a:8000'), ('node-b', 'http://node-b:8000') ON CONFLICT DO NOTHING;
