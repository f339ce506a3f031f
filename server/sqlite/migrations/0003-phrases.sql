-- What a squad offers as quick phrases, a kind in its own order. A squad without rows of a kind is offered the built-in ones.
CREATE TABLE phrases (
  squad TEXT    NOT NULL REFERENCES squads (code),
  kind  TEXT    NOT NULL,
  place INTEGER NOT NULL,          -- from 0
  text  TEXT    NOT NULL,
  PRIMARY KEY (squad, kind, place)
) WITHOUT ROWID;
