package sqlite

import (
	"context"
	"fmt"
)

// Attend runs an empty transaction of the writer. It fails where nothing could be written, and takes note of what another
// process (a command beside the running server) wrote since: changed cases are announced as changes of the feed.
func (s *Store) Attend(ctx context.Context) error {
	err := s.write(ctx, func(context.Context, *writer) error { return nil })
	if err != nil {
		return fmt.Errorf("attend to the database: %w", err)
	}
	return nil
}
