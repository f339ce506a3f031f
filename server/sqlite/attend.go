package sqlite

import (
	"context"
	"fmt"
)

// Attend runs an empty transaction of the writer. It fails where nothing could be written, and takes note of what another
// process (a command beside the running server) wrote since: changed cases are announced as changes of the feed. The version
// that it gives is another one when another process has written anything, people and sessions included.
func (s *Store) Attend(ctx context.Context) (version int64, err error) {
	err = s.write(ctx, func(_ context.Context, w *writer) error {
		version = w.version
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("attend to the database: %w", err)
	}
	return version, nil
}
