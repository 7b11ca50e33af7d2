-- Times are integer microseconds: columns ending in _at and named wall are wall time, those ending
-- in _due and named service are service time. Row ids are numbered by the rules, never by SQLite,
-- except where nothing refers to a row. Labels, payloads and everything without a column of its
-- own are blobs, JSON where it can be read at all; sets of identities are packed 64-bit integers.

CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value NOT NULL
) WITHOUT ROWID;

-- One row. The last five columns are the highest ids ever used: rows go, numbers do not come back.
CREATE TABLE clock (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    service INTEGER NOT NULL,
    wall INTEGER NOT NULL,
    boot INTEGER NOT NULL,
    boot_id TEXT NOT NULL,
    last_alert INTEGER NOT NULL,
    last_group INTEGER NOT NULL,
    last_incident INTEGER NOT NULL,
    last_delivery INTEGER NOT NULL,
    last_record INTEGER NOT NULL
);

CREATE TABLE configuration (
    id INTEGER PRIMARY KEY,
    text BLOB NOT NULL,
    at INTEGER NOT NULL,
    sha256 BLOB NOT NULL
);

-- No unique index on labels: the state keeps them unique, and the index would cost a fifth of
-- what can be taken in.
CREATE TABLE alert (
    id INTEGER PRIMARY KEY,
    labels BLOB NOT NULL,
    annotations BLOB NOT NULL,
    starts_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    expires_due INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    firing INTEGER NOT NULL,
    timeout INTEGER NOT NULL,
    url TEXT NOT NULL,
    source TEXT NOT NULL,
    cid TEXT NOT NULL
);

CREATE TABLE grp (
    id INTEGER PRIMARY KEY,
    route TEXT NOT NULL,
    route_key TEXT NOT NULL,
    labels BLOB NOT NULL,
    receiver TEXT NOT NULL,
    policy TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    next_due INTEGER,
    flushes INTEGER NOT NULL,
    incident INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    closed_at INTEGER NOT NULL,
    closed_due INTEGER NOT NULL,
    muted_by BLOB NOT NULL
);

CREATE TABLE member (
    grp INTEGER NOT NULL,
    alert INTEGER NOT NULL,
    PRIMARY KEY (grp, alert)
) WITHOUT ROWID;

-- resolved_seq is the last record up to the resolution: where the next incident's history begins.
CREATE TABLE incident (
    number INTEGER PRIMARY KEY,
    grp INTEGER NOT NULL,
    status TEXT NOT NULL,
    version INTEGER NOT NULL,
    round INTEGER NOT NULL,
    step INTEGER NOT NULL,
    ran INTEGER NOT NULL,
    next_due INTEGER,
    step_due INTEGER,
    held INTEGER NOT NULL,
    muted INTEGER NOT NULL,
    reached INTEGER NOT NULL,
    heard INTEGER NOT NULL,
    exhausted INTEGER NOT NULL,
    severity INTEGER NOT NULL,
    opened_at INTEGER NOT NULL,
    answered_at INTEGER NOT NULL,
    answered_by TEXT NOT NULL,
    resolved_at INTEGER NOT NULL,
    title TEXT NOT NULL,
    failures INTEGER NOT NULL,
    resolved_seq INTEGER NOT NULL,
    policy BLOB NOT NULL
);
CREATE INDEX incident_grp ON incident (grp);
CREATE INDEX incident_open ON incident (number) WHERE status <> 'resolved';
CREATE INDEX incident_resolved ON incident (resolved_at) WHERE status = 'resolved';

-- The outbox: open deliveries only, always reached by their id. The large columns come last.
CREATE TABLE delivery (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL,
    lane TEXT NOT NULL,
    kind TEXT NOT NULL,
    target TEXT NOT NULL,
    grp INTEGER NOT NULL,
    incident INTEGER NOT NULL,
    run INTEGER NOT NULL,
    due INTEGER NOT NULL,
    not_after INTEGER NOT NULL,
    urgency INTEGER NOT NULL,
    claimed INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    maybe_sent INTEGER NOT NULL,
    last_error TEXT NOT NULL,
    reason TEXT NOT NULL,
    ref TEXT NOT NULL,
    cid TEXT NOT NULL,
    firing BLOB NOT NULL,
    resolved BLOB NOT NULL,
    payload BLOB NOT NULL
);

CREATE TABLE log (
    lane TEXT PRIMARY KEY,
    target TEXT NOT NULL,
    grp INTEGER NOT NULL,
    incident INTEGER NOT NULL,
    sent_due INTEGER NOT NULL,
    sent_at INTEGER NOT NULL,
    expires_due INTEGER NOT NULL,
    ref TEXT NOT NULL,
    firing BLOB NOT NULL,
    resolved BLOB NOT NULL,
    owed BLOB NOT NULL
);

CREATE TABLE silence (
    id TEXT PRIMARY KEY,
    body BLOB NOT NULL
);

-- Stream entries that were received. A short entry is its own key, a long one's is a hash: the ids
-- of a stream arrive in order, which makes the index seven times as fast as one over hashes.
CREATE TABLE seen (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    key BLOB NOT NULL,
    at INTEGER NOT NULL
);
CREATE UNIQUE INDEX seen_key ON seen (source, key);

CREATE TABLE tombstone (
    identity INTEGER PRIMARY KEY,
    at INTEGER NOT NULL
);

CREATE TABLE reject (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    reason TEXT NOT NULL,
    body BLOB NOT NULL,
    at INTEGER NOT NULL
);
CREATE INDEX reject_source ON reject (source);

-- History: appended to, never changed.
CREATE TABLE event (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    alert INTEGER NOT NULL,
    grp INTEGER NOT NULL,
    incident INTEGER NOT NULL,
    detail BLOB NOT NULL
);
CREATE INDEX event_alert ON event (alert) WHERE alert > 0;
CREATE INDEX event_grp ON event (grp) WHERE grp > 0;
CREATE INDEX event_incident ON event (incident) WHERE incident > 0;
