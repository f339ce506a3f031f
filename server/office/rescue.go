package office

import "time"

// How old the last backup and the last proof of one may grow before administrators are warned: the guide asks for a backup every
// hour and a proof every day, and a few that fail to run are no reason to cry.
const (
	BackupOld = 6 * time.Hour
	ProofOld  = 50 * time.Hour
)
