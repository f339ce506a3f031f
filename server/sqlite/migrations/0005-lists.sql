-- Lists by squad and state, the last changed first: the state is read from the index, so that cases in other states cost no
-- row; and lists of one state over the whole centre.
DROP INDEX cases_of_squad;
CREATE INDEX cases_of_squad ON cases (squad, seq, open, changed_at, state);
CREATE INDEX cases_of_state ON cases (state, seq);
