-- Alerts that were forgotten, so that their history can still be told. seq is the last record up
-- to their going: the row stays as long as any record of theirs may.
CREATE TABLE past (
    id INTEGER PRIMARY KEY,
    labels BLOB NOT NULL,
    starts_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    source TEXT NOT NULL,
    seq INTEGER NOT NULL
);
CREATE INDEX past_seq ON past (seq);

-- Fingerprints of alerts, known and past, as signed 64-bit numbers. Filled when there is nothing
-- better to do, and up to the newest alert when somebody asks: an alert that comes in waits for
-- none of it.
CREATE TABLE fingerprint (
    alert INTEGER PRIMARY KEY,
    value INTEGER NOT NULL
);
CREATE INDEX fingerprint_value ON fingerprint (value);
