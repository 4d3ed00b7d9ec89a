-- Handles for answering, of entries that are not closed: they are secrets. What is
-- deleted is overwritten, but not the copies of a row that SQLite leaves behind when it
-- moves it from a full page to another. The end of a row that is longer than a page has
-- pages of its own, which never move: the handle stands there, behind a page of zeros.
CREATE TABLE reply (
    entry   INTEGER PRIMARY KEY REFERENCES entry (number),
    zeros   BLOB    NOT NULL DEFAULT (zeroblob(4096)),
    handle  TEXT    NOT NULL
);
INSERT INTO reply (entry, handle) SELECT number, reply FROM entry WHERE reply IS NOT NULL;
ALTER TABLE entry DROP COLUMN reply;
