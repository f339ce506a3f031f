PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE areas (
  code      TEXT PRIMARY KEY,
  name      TEXT    NOT NULL,
  squad     TEXT    NOT NULL REFERENCES squads (code),
  kind      TEXT    NOT NULL,
  generated INTEGER NOT NULL,
  ring      TEXT    NOT NULL       -- [[longitude, latitude], …], WGS-84 degrees
, revision INTEGER NOT NULL DEFAULT 1) WITHOUT ROWID;
INSERT INTO areas VALUES('430204001','甲社区','A','community',0,'[[113.1,27.8],[113.2,27.8],[113.2,27.9],[113.1,27.8]]',1);
CREATE TABLE audit (
  number  INTEGER PRIMARY KEY,
  at      INTEGER NOT NULL,
  subject TEXT    NOT NULL,        -- id of the person or replica, name of the token
  what    TEXT    NOT NULL,
  detail  TEXT    NOT NULL
, actor TEXT NOT NULL DEFAULT '');
INSERT INTO audit VALUES(1,1790000000000,'01990000-0000-7000-8000-00000000000f','created','login=a-leader role=leader squad=A disabled=false','');
INSERT INTO audit VALUES(2,1790000000000,'01990000-0000-7000-8000-000000000010','created','login=a-one role=collector squad=A disabled=false','');
INSERT INTO audit VALUES(3,1790000000000,'01a2092b-f9bd-7acc-b001-1f0b12c7a167','enrolled','author=person:01990000-0000-7000-8000-000000000010','');
INSERT INTO audit VALUES(4,1790000000000,'01a2092b-f9be-70c2-9af1-7fd09b5a82cc','enrolled','author=person:01990000-0000-7000-8000-00000000000f','');
CREATE TABLE case_photos (
  hash    TEXT    NOT NULL,
  author  TEXT    NOT NULL,        -- id of the person, machine or server
  case_id TEXT    NOT NULL REFERENCES cases (id),
  kind    TEXT    NOT NULL,        -- original or preview
  type    TEXT    NOT NULL,        -- as the operation says
  size    INTEGER NOT NULL,        -- bytes, as the operation says
  here    TEXT    NOT NULL,        -- waiting, here or damaged
  PRIMARY KEY (hash, author, case_id, kind)
) WITHOUT ROWID;
INSERT INTO case_photos VALUES('7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed','01990000-0000-7000-8000-000000000010','01a2092b-f9be-7443-bbf3-5abdb3b16109','original','image/jpeg',1000,'here');
INSERT INTO case_photos VALUES('d49f203df5a19052762feb09515a7e79b3e4ae7012249d436e51c516adfba5e6','01990000-0000-7000-8000-000000000010','01a2092b-f9be-7443-bbf3-5abdb3b16109','preview','image/jpeg',100,'waiting');
CREATE TABLE cases (
  id         TEXT PRIMARY KEY,
  doc        TEXT    NOT NULL,     -- shared.Case as JSON
  seq        INTEGER NOT NULL,     -- of its last change in the feed
  revision   INTEGER NOT NULL,
  state      TEXT    NOT NULL,
  open       INTEGER NOT NULL,     -- 1 where phones keep it whatever its age
  squad      TEXT    NOT NULL,
  reporter   TEXT    NOT NULL,
  changed_at INTEGER NOT NULL,
  official   TEXT                  -- 案卷号
, reached INTEGER NOT NULL DEFAULT 0);
INSERT INTO cases VALUES('01a2092b-f9be-7443-bbf3-5abdb3b16109','{"id":"01a2092b-f9be-7443-bbf3-5abdb3b16109","short":"CF8B7-1","revision":3,"state":"filed","source":"collector","squad":"A","reporter":{"kind":"person","id":"01990000-0000-7000-8000-000000000010"},"category":"GB/T 47678.5-2026|matter|01001","description":"井盖破损 \u003c\u0026\u003e","reportedAt":1790000000000,"arrivedAt":1790000000000,"changedAt":1790000000000,"photos":[{"hash":"7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed","size":1000,"type":"image/jpeg","preview":{"hash":"d49f203df5a19052762feb09515a7e79b3e4ae7012249d436e51c516adfba5e6","size":100},"origin":"camera","part":"scene","takenAt":0,"by":{"kind":"person","id":"01990000-0000-7000-8000-000000000010"},"revision":1,"here":"here","previewHere":"waiting"}],"timeline":[{"revision":1,"replica":"01a2092b-f9bd-7acc-b001-1f0b12c7a167","counter":1,"action":"report","by":{"kind":"person","id":"01990000-0000-7000-8000-000000000010"},"role":"collector","at":1790000000000,"received":1790000000000,"to":"reported","payload":{"category":"GB/T 47678.5-2026|matter|01001","description":"井盖破损 \u003c\u0026\u003e"},"photos":["7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"],"marks":["placeMissing"]},{"revision":2,"replica":"01a2092b-f9bd-7acc-b001-1f0b12c7a167","counter":3,"action":"comment","by":{"kind":"person","id":"01990000-0000-7000-8000-000000000010"},"role":"collector","at":1790000000000,"received":1790000000000,"from":"reported","payload":{"words":"附近有学校"}},{"revision":3,"replica":"01a2092b-f9be-70c2-9af1-7fd09b5a82cc","counter":1,"action":"file","by":{"kind":"person","id":"01990000-0000-7000-8000-00000000000f"},"role":"leader","at":1790000000000,"received":1790000000000,"from":"reported","to":"filed","payload":{}}]}',4,3,'filed',1,'A','01990000-0000-7000-8000-000000000010',1790000000000,NULL,0);
INSERT INTO cases VALUES('01a2092b-f9be-7443-bbf3-5abdb3b16177','{"id":"01a2092b-f9be-7443-bbf3-5abdb3b16177","short":"CF8B7-9","revision":2,"state":"returned","source":"collector","squad":"B","reporter":{"kind":"person","id":"01990000-0000-7000-8000-000000000010"},"category":"GB/T 47678.5-2026|matter|01001","reportedAt":1790000000000,"arrivedAt":1790000000000,"changedAt":1790000000000,"timeline":[{"revision":1,"replica":"r","counter":9,"action":"report","by":{"kind":"person","id":"01990000-0000-7000-8000-000000000010"},"role":"collector","at":1790000000000,"received":1790000000000,"to":"reported","payload":{}},{"revision":2,"replica":"l","counter":9,"action":"return","by":{"kind":"person","id":"l"},"role":"leader","at":1790000000000,"received":1790000000000,"from":"reported","to":"returned","payload":{"reason":"照片看不清"}}]}',5,2,'returned',1,'B','01990000-0000-7000-8000-000000000010',1790000000000,NULL,0);
CREATE TABLE deliveries (
  person TEXT PRIMARY KEY,
  seq    INTEGER NOT NULL,
  at     INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO deliveries VALUES('01990000-0000-7000-8000-00000000000f',3,1790000000000);
CREATE TABLE epochs (
  number INTEGER PRIMARY KEY,
  id     TEXT    NOT NULL UNIQUE,
  at     INTEGER NOT NULL
, operations INTEGER NOT NULL DEFAULT 0, backup_at INTEGER);
INSERT INTO epochs VALUES(1,'01990000-0000-7000-8000-00000000000e',1790000000000,0,NULL);
CREATE TABLE gaps (
  replica      TEXT    NOT NULL REFERENCES replicas (id),
  from_counter INTEGER NOT NULL,
  to_counter   INTEGER NOT NULL,
  at           INTEGER NOT NULL,
  PRIMARY KEY (replica, from_counter)
) WITHOUT ROWID;
CREATE TABLE leaves (
  squad   TEXT    NOT NULL,
  seq     INTEGER NOT NULL,
  case_id TEXT    NOT NULL REFERENCES cases (id),
  PRIMARY KEY (squad, seq)
) WITHOUT ROWID;
CREATE TABLE memberships (
  person   TEXT    NOT NULL REFERENCES people (id),
  from_at  INTEGER NOT NULL,
  until_at INTEGER,                -- null while it lasts
  role     TEXT    NOT NULL,
  squad    TEXT    NOT NULL,
  PRIMARY KEY (person, from_at)
) WITHOUT ROWID;
INSERT INTO memberships VALUES('01990000-0000-7000-8000-00000000000f',1790000000000,NULL,'leader','A');
INSERT INTO memberships VALUES('01990000-0000-7000-8000-000000000010',1790000000000,NULL,'collector','A');
CREATE TABLE operations (
  number        INTEGER PRIMARY KEY,
  replica       TEXT    NOT NULL,
  counter       INTEGER NOT NULL,
  hash          TEXT    NOT NULL,
  text          TEXT    NOT NULL,
  signature     TEXT,              -- of a push's last operation
  case_id       TEXT,              -- null where the text could not be read
  action        TEXT,
  outcome       TEXT    NOT NULL,
  fault         TEXT,
  to_state      TEXT,
  role          TEXT,
  squad         TEXT,
  table_version INTEGER NOT NULL,
  received      INTEGER NOT NULL,
  at            INTEGER NOT NULL,
  marks         TEXT,              -- parted by commas
  seq           INTEGER NOT NULL,  -- 0 for a refused one
  revision      INTEGER NOT NULL,  -- the case's own order; 0 for a refused one
  epoch         INTEGER NOT NULL REFERENCES epochs (number),
  mac           TEXT    NOT NULL,  -- over the answer in that epoch
  was_replica   TEXT,
  was_counter   INTEGER,
  was_hash      TEXT
, receipted INTEGER NOT NULL DEFAULT 0);
INSERT INTO operations VALUES(1,'01a2092b-f9bd-7acc-b001-1f0b12c7a167',1,'83c10eff32e5db6f706bfc6a7cd50b2e94b4164407bfc55961ff96a5641c0b5f','{"v":1,"replica":"01a2092b-f9bd-7acc-b001-1f0b12c7a167","counter":1,"case":"01a2092b-f9be-7443-bbf3-5abdb3b16109","author":{"kind":"person","id":"01990000-0000-7000-8000-000000000010"},"source":"collector","action":"report","payload":{"category":"GB/T 47678.5-2026|matter|01001","description":"井盖破损 \u003c\u0026\u003e"},"seen":0,"taxonomy":"","time":{"device":1790000000000,"offset":0,"fresh":true},"photos":[{"hash":"7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed","size":1000,"type":"image/jpeg","preview":{"hash":"d49f203df5a19052762feb09515a7e79b3e4ae7012249d436e51c516adfba5e6","size":100},"origin":"camera","part":"scene","takenAt":0}]}','dPeujWmIQznchpOvyUo8BXkMKAHg-upN2luvX61jb51IUwZjSXevBtm5-zYu5ovWCOf8MSwYjiQIb8dNsMSzrQ','01a2092b-f9be-7443-bbf3-5abdb3b16109','report','applied',NULL,'reported','collector','A',1,1790000000000,1790000000000,'placeMissing',1,1,1,'a813ef3ba7ddbf72',NULL,NULL,NULL,0);
INSERT INTO operations VALUES(2,'01a2092b-f9bd-7acc-b001-1f0b12c7a167',2,'ad88e08e49151d9c8fbb36c088c627ffab43fea30b1daec2530e28d497046679','{"v":1,"replica":"01a2092b-f9bd-7acc-b001-1f0b12c7a167","counter":2,"prev":"83c10eff32e5db6f706bfc6a7cd50b2e94b4164407bfc55961ff96a5641c0b5f","case":"01a2092b-f9be-7443-bbf3-5abdb3b16109","author":{"kind":"person","id":"01990000-0000-7000-8000-000000000010"},"source":"collector","action":"comment","payload":{"words":" "},"seen":0,"taxonomy":"","time":{"device":1790000000000,"offset":0,"fresh":true}}',NULL,'01a2092b-f9be-7443-bbf3-5abdb3b16109','comment','refused','operation.needs.words',NULL,'collector',NULL,1,1790000000000,1790000000000,NULL,0,0,1,'ef367db3f56c04b4',NULL,NULL,NULL,0);
INSERT INTO operations VALUES(3,'01a2092b-f9bd-7acc-b001-1f0b12c7a167',3,'1b5f615783b7809cdfb4eb499819083580518afb23b01937f81d7607275e5916','{"v":1,"replica":"01a2092b-f9bd-7acc-b001-1f0b12c7a167","counter":3,"prev":"ad88e08e49151d9c8fbb36c088c627ffab43fea30b1daec2530e28d497046679","case":"01a2092b-f9be-7443-bbf3-5abdb3b16109","author":{"kind":"person","id":"01990000-0000-7000-8000-000000000010"},"source":"collector","action":"comment","payload":{"words":"附近有学校"},"seen":1,"taxonomy":"","time":{"device":1790000000000,"offset":0,"fresh":true}}','vDjqygRdF-mo6TCKgl3j0j1rfekg4UhkPCUQMfIg1WgwwKlT6o9IxCt1sPH8ITJ_XW6TXw6igbZr8z9rQ2Lc8g','01a2092b-f9be-7443-bbf3-5abdb3b16109','comment','applied',NULL,NULL,'collector',NULL,1,1790000000000,1790000000000,NULL,3,2,1,'b0c0bab4beb26c19',NULL,NULL,NULL,0);
INSERT INTO operations VALUES(4,'01a2092b-f9be-70c2-9af1-7fd09b5a82cc',1,'965a7bf57d26a64aa93d8199ef932d3a89184a4dfffe96a95b0c66be1256dfb9','{"v":1,"replica":"01a2092b-f9be-70c2-9af1-7fd09b5a82cc","counter":1,"case":"01a2092b-f9be-7443-bbf3-5abdb3b16109","author":{"kind":"person","id":"01990000-0000-7000-8000-00000000000f"},"source":"collector","action":"file","payload":{},"seen":2,"taxonomy":"","time":{"device":1790000000000,"offset":0,"fresh":true}}','P3WWVJzlnBDVwvnHPMYe-19_KzMV9QaQuUTeiE1jeptchMytb6CYJHArcVjuOr2irUPk5cSkY17-oRqwe5X0uA','01a2092b-f9be-7443-bbf3-5abdb3b16109','file','applied',NULL,'filed','leader',NULL,1,1790000000000,1790000000000,NULL,4,3,1,'9993bff5e259636a',NULL,NULL,NULL,0);
CREATE TABLE people (
  id         TEXT PRIMARY KEY,
  login      TEXT    NOT NULL UNIQUE,
  label      TEXT    NOT NULL,
  role       TEXT    NOT NULL,
  squad      TEXT REFERENCES squads (code),
  password   TEXT    NOT NULL,     -- Argon2id; empty where nobody can sign in
  demo       INTEGER NOT NULL,
  disabled   INTEGER NOT NULL,
  scope      INTEGER NOT NULL,     -- counts changes of role and squad
  created_at INTEGER NOT NULL
, revision INTEGER NOT NULL DEFAULT 1) WITHOUT ROWID;
INSERT INTO people VALUES('01990000-0000-7000-8000-00000000000f','a-leader','中队长A','leader','A','',0,0,1,1790000000000,1);
INSERT INTO people VALUES('01990000-0000-7000-8000-000000000010','a-one','采集员A-1','collector','A','',0,0,1,1790000000000,1);
CREATE TABLE photos (
  hash TEXT PRIMARY KEY,
  type TEXT    NOT NULL,           -- as the bytes show
  size INTEGER NOT NULL,
  here TEXT    NOT NULL,           -- here or damaged
  at   INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO photos VALUES('7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed','image/jpeg',1000,'here',1790000000000);
CREATE TABLE replicas (
  id            TEXT PRIMARY KEY,
  author_kind   TEXT    NOT NULL,
  author        TEXT    NOT NULL,
  key           BLOB    NOT NULL,  -- SPKI DER
  counter       INTEGER NOT NULL,  -- known up to
  hash          TEXT    NOT NULL,  -- of operation counter; empty after a gap or at the start
  enrolled_at   INTEGER NOT NULL,
  revoked_at    INTEGER,
  last_claimed  INTEGER NOT NULL,  -- the last operation that its phone said it made
  last_hello_at INTEGER
, succeeds TEXT REFERENCES replicas (id), device TEXT NOT NULL DEFAULT '', app TEXT NOT NULL DEFAULT '', label TEXT NOT NULL DEFAULT '', revoked_why TEXT NOT NULL DEFAULT '', revision INTEGER NOT NULL DEFAULT 1, held_since INTEGER, backed_up INTEGER NOT NULL DEFAULT 0, wiped_at INTEGER) WITHOUT ROWID;
INSERT INTO replicas VALUES('01a2092b-f9bd-7acc-b001-1f0b12c7a167','person','01990000-0000-7000-8000-000000000010',X'3059301306072a8648ce3d020106082a8648ce3d030107034200041c1aa21a943f4e22230240b76afd685e97bf59f55dd6b6ffa4f6b474910668d5356a7e93739d56cbc4058dda328fd0f600decaae6f0d93d5ffc81124ed156bde',3,'1b5f615783b7809cdfb4eb499819083580518afb23b01937f81d7607275e5916',1790000000000,NULL,6,1790000005000,NULL,'','','','',1,1790000005000,0,NULL);
INSERT INTO replicas VALUES('01a2092b-f9be-70c2-9af1-7fd09b5a82cc','person','01990000-0000-7000-8000-00000000000f',X'3059301306072a8648ce3d020106082a8648ce3d03010703420004c5a397569176f10005bd64283de176efcb0ab687bb9ede37526c3166ae96eaecffb8b5cd58543be35409345b8872c3aad41de379feef87a94fd0a87730fad218',1,'965a7bf57d26a64aa93d8199ef932d3a89184a4dfffe96a95b0c66be1256dfb9',1790000000000,NULL,0,NULL,NULL,'','','','',1,NULL,0,NULL);
INSERT INTO replicas VALUES('01a2092b-f9bf-7000-8000-000000000001','person','01990000-0000-7000-8000-00000000000f',X'3059301306072a8648ce3d020106082a8648ce3d03010703420004c5a397569176f10005bd64283de176efcb0ab687bb9ede37526c3166ae96eaecffb8b5cd58543be35409345b8872c3aad41de379feef87a94fd0a87730fad218',0,'',1790000000000,NULL,0,NULL,'01a2092b-f9be-70c2-9af1-7fd09b5a82cc','','','','',1,NULL,0,NULL);
CREATE TABLE seen (
  case_id  TEXT    NOT NULL,
  person   TEXT    NOT NULL,
  revision INTEGER NOT NULL,
  at       INTEGER NOT NULL,
  PRIMARY KEY (case_id, person)
) WITHOUT ROWID;
CREATE TABLE sessions (
  token      BLOB PRIMARY KEY,     -- SHA-256 of the cookie
  person     TEXT    NOT NULL REFERENCES people (id),
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  device     TEXT    NOT NULL
, replica TEXT REFERENCES replicas (id)) WITHOUT ROWID;
INSERT INTO sessions VALUES(X'74','01990000-0000-7000-8000-000000000010',1790000000000,1790000001000,'d',NULL);
CREATE TABLE squads (
  code TEXT PRIMARY KEY,
  name TEXT NOT NULL
, place INTEGER NOT NULL DEFAULT 0, revision INTEGER NOT NULL DEFAULT 1) WITHOUT ROWID;
INSERT INTO squads VALUES('A','一中队',1,1);
CREATE TABLE tokens (
  hash       BLOB PRIMARY KEY,     -- SHA-256 of the token
  name       TEXT    NOT NULL UNIQUE,
  person     TEXT    NOT NULL REFERENCES people (id),
  purpose    TEXT    NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,              -- null: never
  revoked_at INTEGER
) WITHOUT ROWID;
CREATE TABLE phrases (
  squad TEXT    NOT NULL REFERENCES squads (code),
  kind  TEXT    NOT NULL,
  place INTEGER NOT NULL,          -- from 0
  text  TEXT    NOT NULL,
  PRIMARY KEY (squad, kind, place)
) WITHOUT ROWID;
CREATE TABLE proofs (
  number     INTEGER PRIMARY KEY,
  at         INTEGER NOT NULL,
  backup     TEXT    NOT NULL,     -- its name
  made_at    INTEGER NOT NULL,
  operations INTEGER NOT NULL,
  cases      INTEGER NOT NULL,
  photos     INTEGER NOT NULL,
  fault      TEXT    NOT NULL      -- why it is no good; empty: proved
);
CREATE TABLE backups (
  number     INTEGER PRIMARY KEY,
  at         INTEGER NOT NULL,     -- server's clock when it began
  backup     TEXT    NOT NULL,     -- its name; empty: none was made
  operations INTEGER NOT NULL,
  cases      INTEGER NOT NULL,
  photos     INTEGER NOT NULL,
  missing    INTEGER NOT NULL,     -- photos that were gone from the storage
  fault      TEXT    NOT NULL      -- why none was made; empty: made
);
CREATE UNIQUE INDEX operations_of_replica ON operations (replica, counter);
CREATE INDEX operations_of_case ON operations (case_id, revision) WHERE revision > 0;
CREATE INDEX operations_reissued ON operations (was_replica, was_counter) WHERE was_replica IS NOT NULL;
CREATE TRIGGER operations_remain BEFORE DELETE ON operations BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE UNIQUE INDEX cases_by_seq ON cases (seq);
CREATE INDEX cases_of_reporter ON cases (reporter, seq, open, changed_at);
CREATE UNIQUE INDEX cases_by_official ON cases (official) WHERE official IS NOT NULL;
CREATE INDEX cases_unnumbered ON cases (seq) WHERE official IS NULL AND state = 'filed';
CREATE INDEX areas_of_squad ON areas (squad);
CREATE INDEX people_of_squad ON people (squad);
CREATE INDEX sessions_of_person ON sessions (person);
CREATE INDEX replicas_of_author ON replicas (author);
CREATE INDEX audit_of_subject ON audit (subject, number);
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER audit_remains BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE INDEX replicas_that_succeed ON replicas (succeeds) WHERE succeeds IS NOT NULL;
CREATE TRIGGER people_revised AFTER UPDATE OF label, role, squad, password, demo, disabled ON people
  BEGIN UPDATE people SET revision = old.revision + 1 WHERE id = new.id; END;
CREATE TRIGGER squads_revised AFTER UPDATE OF name, place ON squads
  BEGIN UPDATE squads SET revision = old.revision + 1 WHERE code = new.code; END;
CREATE TRIGGER areas_revised AFTER UPDATE OF name, squad, kind, generated, ring ON areas
  BEGIN UPDATE areas SET revision = old.revision + 1 WHERE code = new.code; END;
CREATE TRIGGER replicas_revised AFTER UPDATE OF label, revoked_at ON replicas
  BEGIN UPDATE replicas SET revision = old.revision + 1 WHERE id = new.id; END;
CREATE INDEX cases_of_squad ON cases (squad, seq, open, changed_at, state);
CREATE INDEX cases_of_state ON cases (state, seq);
CREATE INDEX case_photos_waiting ON case_photos (author, case_id) WHERE here = 'waiting';
CREATE INDEX cases_to_reach ON cases (reporter, seq) WHERE state = 'returned';
CREATE TRIGGER operations_stay BEFORE UPDATE OF number, replica, counter, hash, text, signature, case_id, action, outcome, fault, to_state, role, squad,
  table_version, received, at, marks, seq, epoch, mac, was_replica, was_counter, was_hash, receipted ON operations
  BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE INDEX sessions_of_replica ON sessions (replica) WHERE replica IS NOT NULL;
PRAGMA user_version = 11;
COMMIT;
