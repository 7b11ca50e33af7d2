-- What people do to an incident beside acknowledging it: put off, reassigned, raised by hand.
ALTER TABLE incident ADD COLUMN moved INTEGER NOT NULL DEFAULT 0;
ALTER TABLE incident ADD COLUMN acknowledged_by BLOB NOT NULL DEFAULT '[]';
ALTER TABLE incident ADD COLUMN snoozed_by TEXT NOT NULL DEFAULT '';
ALTER TABLE incident ADD COLUMN insisting BLOB NOT NULL DEFAULT x'';
ALTER TABLE incident ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
ALTER TABLE incident ADD COLUMN opened_due INTEGER NOT NULL DEFAULT 0;
ALTER TABLE incident ADD COLUMN answer_due INTEGER;
ALTER TABLE incident ADD COLUMN late INTEGER NOT NULL DEFAULT 0;
ALTER TABLE incident ADD COLUMN assigned BLOB NOT NULL DEFAULT '[]';
ALTER TABLE incident ADD COLUMN responders BLOB NOT NULL DEFAULT '[]';
ALTER TABLE incident ADD COLUMN raised INTEGER NOT NULL DEFAULT 0;
ALTER TABLE incident ADD COLUMN text TEXT NOT NULL DEFAULT '';

-- Who had acknowledged is who answered; how old an incident is, its clocks tell together.
UPDATE incident SET acknowledged_by = CAST(json_array(answered_by) AS BLOB)
WHERE status = 'acknowledged';
UPDATE incident SET opened_due = COALESCE(
    (SELECT MAX(0, clock.service - MAX(0, clock.wall - incident.opened_at)) FROM clock), 0
) WHERE status <> 'resolved';

-- Resolved incidents that their alerts may still bring back.
CREATE INDEX incident_lingering ON incident (number)
    WHERE status = 'resolved' AND next_due IS NOT NULL;

-- Requests that made an incident, so that a repeated one makes no other.
CREATE TABLE request (
    key TEXT PRIMARY KEY,
    incident INTEGER NOT NULL,
    what BLOB NOT NULL,
    at INTEGER NOT NULL
) WITHOUT ROWID;
