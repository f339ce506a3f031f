-- Who answers for an area (责任网格的责任采集员): several because of shifts, and one for several areas. Whoever is no collector of the area's squad
-- any more is taken out when that changes; who is disabled stays, and is sent nowhere until that ends.
CREATE TABLE area_people (
  area   TEXT NOT NULL REFERENCES areas (code) ON DELETE CASCADE,
  person TEXT NOT NULL REFERENCES people (id),
  PRIMARY KEY (area, person)
) WITHOUT ROWID;
CREATE INDEX area_people_of_person ON area_people (person);

-- They are part of what administrators keep of the area.
CREATE TRIGGER area_people_come AFTER INSERT ON area_people
  BEGIN UPDATE areas SET revision = revision + 1 WHERE code = new.area; END;
CREATE TRIGGER area_people_go AFTER DELETE ON area_people
  BEGIN UPDATE areas SET revision = revision + 1 WHERE code = old.area; END;
