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

// Upload sends the bytes of a photo or preview that an operation of the replica names, and goes on from what the server has
// of them already (L8), as phones do. It gives the acknowledged state, "here" or "damaged"; a photo that is there already is
// the fault photo.held. A line that is cut is an error: called again, it goes on.
func (c *Client) Upload(ctx context.Context, r *Replica, content []byte) (shared.Arrival, error) {
	hash := shared.HashText(string(content))
	location, state, err := c.create(ctx, r, hash, int64(len(content)), bytes.NewReader(content))
	if err != nil || state != "" {
		return state, err
	}
	offset, state, err := c.offset(ctx, r, hash, location)
	if err != nil || state != "" {
		return state, err
	}
	if offset > int64(len(content)) {
		return "", fmt.Errorf("upload %s: the server has %d bytes of %d", hash, offset, len(content))
	}
	return c.rest(ctx, r, hash, location, offset, bytes.NewReader(content[offset:]))
}

// UploadFrom is Upload in one request, for bytes that come by and by.
func (c *Client) UploadFrom(ctx context.Context, r *Replica, hash string, size int64, content io.Reader) (shared.Arrival, error) {
	_, state, err := c.create(ctx, r, hash, size, content)
	if err == nil && state == "" {
		err = fmt.Errorf("upload %s: the server acknowledged nothing", hash)
	}
	return state, err
}

// create makes an upload, and brings its bytes if the server has none of them yet. No state means that it is not whole.
func (c *Client) create(ctx context.Context, r *Replica, hash string, size int64, content io.Reader) (location string, state shared.Arrival, err error) {
	response, err := c.tus(ctx, r, http.MethodPost, "/api/uploads/", hash, content, map[string]string{
		"Content-Type": chunkType, "Upload-Length": strconv.FormatInt(size, 10),
		"Upload-Metadata": "hash " + base64.StdEncoding.EncodeToString([]byte(hash)),
		"Expect":          "100-continue", // what is refused need not be sent
	})
	if err != nil {
		return "", "", err
	}
	state, err = acknowledged(response, hash)
	return response.Header.Get("Location"), state, err
}

// offset asks how much of an upload the server has.
func (c *Client) offset(ctx context.Context, r *Replica, hash, location string) (int64, shared.Arrival, error) {
	response, err := c.tus(ctx, r, http.MethodHead, location, hash, nil, nil)
	if err != nil {
		return 0, "", err
	}
	state, err := acknowledged(response, hash)
	if err != nil || state != "" {
		return 0, state, err
	}
	offset, err := strconv.ParseInt(response.Header.Get("Upload-Offset"), 10, 64)
	if err != nil || offset < 0 {
		return 0, "", fmt.Errorf("upload %s: the server's offset is %q", hash, response.Header.Get("Upload-Offset"))
	}
	return offset, "", nil
}

// rest sends what the server does not have.
func (c *Client) rest(ctx context.Context, r *Replica, hash, location string, offset int64, content io.Reader) (shared.Arrival, error) {
	response, err := c.tus(ctx, r, http.MethodPatch, location, hash, content, map[string]string{
		"Content-Type": chunkType, "Upload-Offset": strconv.FormatInt(offset, 10),
	})
	if err != nil {
		return "", err
	}
	state, err := acknowledged(response, hash)
	if err == nil && state == "" {
		err = fmt.Errorf("upload %s: the server acknowledged nothing", hash)
	}
	return state, err
}

const chunkType = "application/offset+octet-stream"

// tus sends one request of an upload; the answer's body is read, an error answer is an error.
func (c *Client) tus(ctx context.Context, r *Replica, method, path, hash string, content io.Reader, header map[string]string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, c.Base+path, content)
	if err != nil {
		return nil, fmt.Errorf("make upload of %s: %w", hash, err)
	}
	proof, err := r.Sign(shared.UploadText(hash))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Tus-Resumable", "1.0.0")
	request.Header.Set("Buxun-Replica", r.ID)
	request.Header.Set("Buxun-Proof", proof)
	for name, value := range header {
		request.Header.Set(name, value)
	}
	response, err := c.HTTP.Do(request)
	if err != nil {
		return nil, fmt.Errorf("upload %s: %w", hash, err)
	}
	defer response.Body.Close()
	if response.StatusCode < http.StatusBadRequest {
		return response, nil
	}
	if code := response.Header.Get("Buxun-Fault"); method == http.MethodHead && code != "" {
		return nil, shared.Fail(code, "") // an answer to HEAD has no body
	}
	return nil, Problem(response)
}

// acknowledged reads the server's word that it holds the bytes for good; none is no state.
func acknowledged(response *http.Response, hash string) (shared.Arrival, error) {
	switch named := response.Header.Get("Buxun-Photo"); named {
	case "":
		return "", nil
	case hash:
		return shared.Arrival(response.Header.Get("Buxun-Photo-State")), nil
	default:
		return "", fmt.Errorf("upload %s: the server acknowledged %q", hash, named)
	}
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
