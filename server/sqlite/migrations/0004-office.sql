-- The order in which squads are shown, from 1.
ALTER TABLE squads ADD COLUMN place INTEGER NOT NULL DEFAULT 0;
UPDATE squads SET place = (SELECT count(*) FROM squads AS other WHERE other.code <= squads.code);

ALTER TABLE replicas ADD COLUMN device TEXT NOT NULL DEFAULT '';      -- what the phone called itself at enrolment
ALTER TABLE replicas ADD COLUMN app TEXT NOT NULL DEFAULT '';         -- version of the app at its last hello
ALTER TABLE replicas ADD COLUMN label TEXT NOT NULL DEFAULT '';       -- the administrators' name for it
ALTER TABLE replicas ADD COLUMN revoked_why TEXT NOT NULL DEFAULT '';

-- What administrators keep: every row that they change has a revision, so that two of them do not overwrite each other
-- silently, and the trail says who it was.
ALTER TABLE people ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
ALTER TABLE squads ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
ALTER TABLE areas ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
ALTER TABLE replicas ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
CREATE TRIGGER people_revised AFTER UPDATE OF label, role, squad, password, demo, disabled ON people
  BEGIN UPDATE people SET revision = old.revision + 1 WHERE id = new.id; END;
CREATE TRIGGER squads_revised AFTER UPDATE OF name, place ON squads
  BEGIN UPDATE squads SET revision = old.revision + 1 WHERE code = new.code; END;
CREATE TRIGGER areas_revised AFTER UPDATE OF name, squad, kind, generated, ring ON areas
  BEGIN UPDATE areas SET revision = old.revision + 1 WHERE code = new.code; END;
CREATE TRIGGER replicas_revised AFTER UPDATE OF label, revoked_at ON replicas
  BEGIN UPDATE replicas SET revision = old.revision + 1 WHERE id = new.id; END;

ALTER TABLE audit ADD COLUMN actor TEXT NOT NULL DEFAULT '';          -- id of the person; command for the command line; empty: nobody asked
