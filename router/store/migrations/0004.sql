-- Overrides of schedules made at run time. An id is the seq of the record that tells of it; change
-- holds what it changes, and when, as JSON.
CREATE TABLE override (
    id INTEGER PRIMARY KEY,
    schedule TEXT NOT NULL,
    change BLOB NOT NULL,
    kind TEXT NOT NULL,
    part_of INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    comment TEXT NOT NULL
);

-- Who is on call in a schedule as far as its people were told, and since when that is so.
CREATE TABLE shift (
    schedule TEXT PRIMARY KEY,
    users BLOB NOT NULL,
    at INTEGER NOT NULL
);
