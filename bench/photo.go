package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"buxun/shared"
)

const (
	devices      = 10
	photosEach   = 20
	streetPhotos = "server/demo/photos/street-*.jpg" // the project's own, of about 300 kB; NOTICE names whose they are
)

// measurePhotos sends 200 photos of about 300 kB from 10 devices to our server, which verifies them and puts them on disk before it
// answers, and to a plain tusd, which does neither.
func measurePhotos(ctx context.Context, b *bench) (map[string]figure, error) {
	w, err := makeWorld(ctx, filepath.Join(b.dir, "ours"), 1, devices+1)
	if err != nil {
		return nil, err
	}
	s, err := w.serve(ctx)
	if err != nil {
		return nil, err
	}
	defer s.end()
	tusd, err := peer(ctx, filepath.Join(b.dir, "tusd.log"), "tusd", "--dir", b.dir)
	if err != nil {
		return nil, err
	}
	defer tusd.stop()
	var at struct{ Address string }
	if err := tusd.said(&at); err != nil {
		return nil, err
	}
	var ours, theirs []float64
	for round := range 2*b.rounds() - 1 {
		photos, bytes, err := streetPhotosOf(devices*photosEach, round)
		if err != nil {
			return nil, err
		}
		one, err := sendOurs(ctx, w.phones[1:], s.base, photos)
		if err != nil {
			return nil, err
		}
		other, err := sendPlain(ctx, "http://"+at.Address+"/files/", photos)
		if err != nil {
			return nil, fmt.Errorf("tusd: %w", err)
		}
		ours, theirs = append(ours, float64(bytes)/1e6/one.Seconds()), append(theirs, float64(bytes)/1e6/other.Seconds())
	}
	note := fmt.Sprintf("%d rounds; one request a photo on both sides; ours with proof, hash, type, two syncs and a transaction each", len(ours))
	return map[string]figure{"photo_vs_tusd": against(median(ours), median(theirs), "MB/s", note)}, nil
}

// streetPhotosOf gives photos of about 300 kB that all differ, in the order of the devices.
func streetPhotosOf(count, round int) (photos [][]byte, size int, err error) {
	names, err := filepath.Glob(streetPhotos)
	if err != nil || len(names) == 0 {
		return nil, 0, fmt.Errorf("there is no %s: %w", streetPhotos, err)
	}
	for i := range count {
		content, err := os.ReadFile(names[i%len(names)])
		if err != nil {
			return nil, 0, err
		}
		photo := remarked(content, []byte(fmt.Sprintf("bench %d %d %d", time.Now().UnixNano(), round, i)))
		photos, size = append(photos, photo), size+len(photo)
	}
	return photos, size, nil
}

// remarked puts a comment segment into a JPEG, so that it is another photo.
func remarked(photo, remark []byte) []byte {
	segment := binary.BigEndian.AppendUint16([]byte{0xFF, 0xFE}, uint16(len(remark)+2))
	return bytes.Join([][]byte{photo[:2], segment, remark, photo[2:]}, nil)
}

// sendOurs names the photos by operations first, outside the clock, and then sends each device's photos one after the other.
func sendOurs(ctx context.Context, phones []*phone, base string, photos [][]byte) (time.Duration, error) {
	each := len(photos) / len(phones)
	err := all(phones, 4, func(i int, p *phone) error { return p.name(ctx, base, photos[i*each:(i+1)*each]) })
	if err != nil {
		return 0, err
	}
	at := time.Now()
	err = all(phones, len(phones), func(i int, p *phone) error {
		client := p.client(base)
		for _, content := range photos[i*each : (i+1)*each] {
			if here, err := client.Upload(ctx, p.Replica, content); err != nil || here != shared.ArrivalHere {
				return fmt.Errorf("a photo is %q: %w", here, err)
			}
		}
		return nil
	})
	return time.Since(at), err
}

// name pushes a report that names the photos.
func (p *phone) name(ctx context.Context, base string, photos [][]byte) error {
	body := (&maker{}).report(newID(), time.Now())
	body.Photos = nil
	for _, content := range photos {
		body.Photos = append(body.Photos, descriptor(content))
	}
	if _, err := p.Make(body); err != nil {
		return err
	}
	return p.pushAll(ctx, base)
}

func descriptor(content []byte) shared.Photo {
	return shared.Photo{
		Hash: shared.HashText(string(content)), Size: int64(len(content)), Type: "image/jpeg", Origin: shared.OriginCamera, Part: shared.PartScene,
		TakenAt: time.Now().UnixMilli(),
	}
}

// pushAll brings everything that is not acknowledged yet.
func (p *phone) pushAll(ctx context.Context, base string) error {
	w, err := p.client(base).Dial(ctx)
	if err != nil {
		return err
	}
	defer w.Close()
	if _, err := w.Hello(nil, p.Replica); err != nil {
		return err
	}
	answers, err := w.Push(p.Replica)
	for _, a := range answers {
		if a.Outcome != shared.OutcomeApplied {
			return fmt.Errorf("operation %d is %s: %s", a.Counter, a.Outcome, a.Fault)
		}
	}
	return err
}

// sendPlain sends the same photos to a plain tus server, each in one request that also creates it.
func sendPlain(ctx context.Context, endpoint string, photos [][]byte) (time.Duration, error) {
	each := len(photos) / devices
	at := time.Now()
	err := all(make([]struct{}, devices), devices, func(i int, _ struct{}) error {
		client := &http.Client{Transport: &http.Transport{}}
		for _, content := range photos[i*each : (i+1)*each] {
			request, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, bytes.NewReader(content))
			if err != nil {
				return err
			}
			for name, value := range map[string]string{
				"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream", "Upload-Length": strconv.Itoa(len(content)), "Expect": "100-continue",
			} {
				request.Header.Set(name, value)
			}
			response, err := client.Do(request)
			if err != nil {
				return err
			}
			_, err = io.Copy(io.Discard, response.Body)
			_ = response.Body.Close()
			if err != nil || response.StatusCode != http.StatusCreated || response.Header.Get("Upload-Offset") != strconv.Itoa(len(content)) {
				return fmt.Errorf("status %d, offset %s: %w", response.StatusCode, response.Header.Get("Upload-Offset"), err)
			}
		}
		return nil
	})
	return time.Since(at), err
}

// resumed sends a photo as the app does: it is created, then goes in one request that is begun again where the server says it
// stands, until it is acknowledged.
func (p *phone) resumed(ctx context.Context, client *http.Client, base string, content []byte) (cuts int, err error) {
	hash := shared.HashText(string(content))
	proof, err := p.Sign(shared.UploadText(hash))
	if err != nil {
		return 0, err
	}
	ask := func(method, path string, body io.Reader, header map[string]string) (*http.Response, error) {
		request, err := http.NewRequestWithContext(ctx, method, base+path, body)
		if err != nil {
			return nil, err
		}
		request.Header = http.Header{"Tus-Resumable": {"1.0.0"}, "Buxun-Replica": {p.ID}, "Buxun-Proof": {proof}, "Cookie": {sessionCookie + "=" + p.token}}
		for name, value := range header {
			request.Header.Set(name, value)
		}
		response, err := client.Do(request)
		if err == nil {
			_, err = io.Copy(io.Discard, response.Body)
			_ = response.Body.Close()
		}
		return response, err
	}
	place := ""
	for ; ctx.Err() == nil; cuts++ {
		if place == "" {
			metadata := "hash " + base64.StdEncoding.EncodeToString([]byte(hash))
			response, err := ask(http.MethodPost, "/api/uploads/", nil, map[string]string{"Upload-Length": strconv.Itoa(len(content)), "Upload-Metadata": metadata})
			if err != nil {
				continue
			}
			if place = response.Header.Get("Location"); place == "" {
				return cuts, fmt.Errorf("create upload of %s: status %d, %s", hash, response.StatusCode, response.Header.Get("Buxun-Fault"))
			}
		}
		response, err := ask(http.MethodHead, place, nil, nil)
		if err != nil {
			continue
		}
		if response.Header.Get("Buxun-Photo") == hash {
			return cuts, nil
		}
		offset, err := strconv.Atoi(response.Header.Get("Upload-Offset"))
		if err != nil {
			return cuts, fmt.Errorf("ask after upload of %s: status %d, %s", hash, response.StatusCode, response.Header.Get("Buxun-Fault"))
		}
		response, err = ask(http.MethodPatch, place, bytes.NewReader(content[offset:]), map[string]string{
			"Upload-Offset": strconv.Itoa(offset), "Content-Type": "application/offset+octet-stream",
		})
		if err == nil && response.Header.Get("Buxun-Photo") == hash {
			return cuts, nil
		}
	}
	return cuts, ctx.Err()
}

// large makes photos of about so many bytes: a street photo with segments of noise in it.
func large(count, size int) ([][]byte, error) {
	photos, _, err := streetPhotosOf(count, 0)
	if err != nil {
		return nil, err
	}
	for i := range photos {
		for n := 0; len(photos[i]) < size; n++ {
			noise := bytes.Repeat([]byte(shared.HashText(fmt.Sprint(i, n))), 1000)
			photos[i] = remarked(photos[i], noise[:min(len(noise), size-len(photos[i])+16)])
		}
	}
	return photos, nil
}

// smallPhoto is a preview of about 14 kB that differs from every other.
func smallPhoto() ([]byte, error) {
	picture := image.NewGray(image.Rect(0, 0, 320, 240))
	for i := range picture.Pix {
		picture.Pix[i] = byte(128 + (i*2_654_435_761>>13)%40)
	}
	var text bytes.Buffer
	for quality := 90; quality > 5; quality -= 5 {
		text.Reset()
		if err := jpeg.Encode(&text, picture, &jpeg.Options{Quality: quality}); err != nil {
			return nil, err
		}
		if text.Len() < 14_500 {
			break
		}
	}
	return remarked(text.Bytes(), []byte(fmt.Sprint("bench ", time.Now().UnixNano()))), nil
}
