-- Full-text search of every case, those too that no phone keeps any more. What is searched for is put in tokens by searchwords.go;
-- the index holds no text. It is derived: what is missing in it is added before the next search.
CREATE TABLE searchable (
  number  INTEGER PRIMARY KEY,
  case_id TEXT    NOT NULL UNIQUE REFERENCES cases (id),
  seq     INTEGER NOT NULL      -- the change of the case up to which it was read
);
CREATE INDEX searchable_by_seq ON searchable (seq);

-- told: what everybody who may see the case is told of it. talk: what squad and centre say among themselves.
CREATE VIRTUAL TABLE searched USING fts5 (told, talk, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 0');
