package drive

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"buxun/shared"
)

// Upload sends the bytes of a photo or preview that an operation of the replica names, in one tus request. It gives the
// acknowledged state, "here" or "damaged"; a photo that is there already is the fault photo.held.
func (c *Client) Upload(ctx context.Context, r *Replica, content []byte) (shared.Arrival, error) {
	return c.UploadFrom(ctx, r, shared.HashText(string(content)), int64(len(content)), bytes.NewReader(content))
}

// UploadFrom is Upload for bytes that come by and by.
func (c *Client) UploadFrom(ctx context.Context, r *Replica, hash string, size int64, content io.Reader) (shared.Arrival, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.Base+"/api/uploads/", content)
	if err != nil {
		return "", fmt.Errorf("make upload of %s: %w", hash, err)
	}
	proof, err := r.Sign(shared.UploadText(hash))
	if err != nil {
		return "", err
	}
	for name, value := range map[string]string{
		"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream", "Upload-Length": strconv.FormatInt(size, 10),
		"Upload-Metadata": "hash " + base64.StdEncoding.EncodeToString([]byte(hash)),
		"Buxun-Replica":   r.ID, "Buxun-Proof": proof,
		"Expect": "100-continue", // what is refused need not be sent
	} {
		request.Header.Set(name, value)
	}
	response, err := c.HTTP.Do(request)
	if err != nil {
		return "", fmt.Errorf("upload %s: %w", hash, err)
	}
	defer response.Body.Close()
	if response.StatusCode >= http.StatusBadRequest {
		return "", Problem(response)
	}
	if acknowledged := response.Header.Get("Buxun-Photo"); acknowledged != hash {
		return "", fmt.Errorf("upload %s: the server acknowledged %q", hash, acknowledged)
	}
	return shared.Arrival(response.Header.Get("Buxun-Photo-State")), nil
}

// Photo fetches the original of a photo.
func (c *Client) Photo(ctx context.Context, hash string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.Base+"/api/photos/"+hash, nil)
	if err != nil {
		return nil, fmt.Errorf("make request for photo %s: %w", hash, err)
	}
	response, err := c.HTTP.Do(request)
	if err != nil {
		return nil, fmt.Errorf("fetch photo %s: %w", hash, err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, Problem(response)
	}
	content, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, fmt.Errorf("read photo %s: %w", hash, err)
	}
	return content, nil
}
