-- Limits of what people are sent: whether a delivery may leave (turn: open, granted or held), the
-- delivery it leaves with (bundle, 0 for none), and when each contact was last sent something, as
-- packed service times.
ALTER TABLE delivery ADD COLUMN turn TEXT NOT NULL DEFAULT 'open';
ALTER TABLE delivery ADD COLUMN bundle INTEGER NOT NULL DEFAULT 0;
CREATE TABLE pace (
    contact TEXT PRIMARY KEY,
    sent BLOB NOT NULL
) WITHOUT ROWID;
