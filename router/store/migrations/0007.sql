-- Alerts that come in together lie together here, whichever groups they go to.
CREATE TABLE membership (
    alert INTEGER NOT NULL,
    grp INTEGER NOT NULL,
    PRIMARY KEY (alert, grp)
) WITHOUT ROWID;
INSERT INTO membership SELECT alert, grp FROM member ORDER BY 1, 2;
DROP TABLE member;
ALTER TABLE membership RENAME TO member;

-- Where a group's records about single alerts are: each batch of alerts would touch as many pages
-- as it has groups. So it is filled when there is nothing better to do; the records after `filled`
-- are looked through.
CREATE TABLE group_event (
    grp INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (grp, seq)
) WITHOUT ROWID;
CREATE TABLE filled (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    seq INTEGER NOT NULL
);
INSERT INTO filled VALUES (1, 0);
DROP INDEX event_grp;
CREATE INDEX event_grp ON event (grp) WHERE grp > 0 AND alert = 0;
