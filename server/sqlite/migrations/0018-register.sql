-- What a responsible unit answers for (责任清单): classes or sub-classes, everywhere or on some ground. Dispatching is suggested by it.
CREATE TABLE unit_register (
  unit     TEXT NOT NULL REFERENCES units (code),
  category TEXT NOT NULL,               -- the key of a sub-class, or of a class: what the keys of its sub-classes begin with
  area     TEXT NOT NULL DEFAULT '',    -- code of an area or of a squad; empty: everywhere
  PRIMARY KEY (unit, category, area)
) WITHOUT ROWID;
