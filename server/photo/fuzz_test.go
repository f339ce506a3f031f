package photo

import (
	"encoding/base64"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"buxun/shared"
)

// FuzzUploadHeaders: whatever stands in the path and the headers of an upload, a sender without the replica's key gets nothing,
// nothing but the answers of the catalogue, and leaves no file outside the folder of uploads nor any byte in it.
func FuzzUploadHeaders(f *testing.F) {
	dir := filepath.Join(f.TempDir(), "photos")
	const replica = "01990000-0000-7000-8000-000000000001"
	hash := shared.HashText("a photo")
	book := &ledger{keys: map[string][]byte{replica: []byte("no key")}, named: map[string]Named{replica + hash: {Size: 7, Kind: "original", Type: "image/jpeg"}}}
	photos, err := New(dir, book, Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		f.Fatal(err)
	}
	uploads := photos.Uploads()
	meta := "hash " + base64.StdEncoding.EncodeToString([]byte(hash))
	for _, seed := range [][7]string{
		{"POST", "", meta, "7", "0", replica, ""}, {"PATCH", hash + "." + replica, meta, "7", "0", replica, "proof"}, {"HEAD", hash + "." + replica, "", "", "", replica, ""},
		{"DELETE", "../../" + hash + "." + replica, "", "", "", replica, "AAAA"}, {"POST", "", "hash " + hash, "-1", "9223372036854775808", replica, ""},
		{"POST", "", "hash ====,hash " + meta, "7, 7", "1e3", strings.ToUpper(replica), "\x00"}, {"GET", "..%2f" + hash, "", "", "", "", ""}, {"OPTIONS", "", "", "", "", "", ""},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3], seed[4], seed[5], seed[6])
	}
	f.Fuzz(func(t *testing.T, method, path, metadata, length, offset, sender, proof string) {
		request, err := http.NewRequest("POST", Path, strings.NewReader("a photo"))
		if err != nil || method == "" || strings.ContainsAny(method, " \r\n\x00") {
			t.Skip()
		}
		request.Method, request.URL.Path = method, Path+path
		request.Header = http.Header{
			"Tus-Resumable": {"1.0.0"}, "Content-Type": {chunkType}, "Upload-Metadata": {metadata}, "Upload-Length": {length}, "Upload-Offset": {offset},
			HeaderReplica: {sender}, HeaderProof: {proof}, "X-Http-Method-Override": {"PATCH"},
		}
		answer := httptest.NewRecorder()
		uploads.ServeHTTP(answer, request)
		if answer.Code >= 500 || answer.Code < 300 && method != "OPTIONS" || answer.Header().Get(HeaderPhoto) != "" {
			t.Errorf("%s %q answered %d %s", method, path, answer.Code, answer.Body)
		}
		if err := filepath.WalkDir(filepath.Dir(dir), func(at string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() {
				t.Errorf("%s %q left the file %s", method, path, at)
				return os.Remove(at)
			}
			return err
		}); err != nil {
			t.Error(err)
		}
	})
}
