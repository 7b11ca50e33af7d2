-- Heartbeats that are expected. since_at, seen_at and missing_at are wall time, 0 for never; counted
-- and due are service time. labels are those of the alert that fires while it is missing.
CREATE TABLE heartbeat (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    since_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    counted INTEGER NOT NULL,
    due INTEGER NOT NULL,
    excuses INTEGER NOT NULL,
    missing_at INTEGER NOT NULL,
    labels BLOB NOT NULL
);
