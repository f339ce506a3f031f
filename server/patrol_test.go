package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"buxun/server/demo"
	"buxun/shared"
	"buxun/sync/drive"
	"buxun/sync/wire"
)

func TestAReportTravelsToTheLeader(t *testing.T) {
	server := start(t, demoData(t))
	leader := signedIn(t, server.URL(), "l6")
	desk := greeted(t, leader)
	before, _, _, err := desk.Pull()
	must(t, err)
	phone, replica := enrolled(t, server.URL(), "c601")
	line := greeted(t, phone, replica)
	photo := picture(t, 1)
	caseID, hash := report(t, replica, photo)
	answers, err := line.Push(replica)
	must(t, err)
	applied(t, answers)

	change, err := desk.Change()
	must(t, err)
	if change.Case.ID != caseID || change.Seq != answers[0].Seq || change.Case.Photos[0].Here != shared.ArrivalWaiting {
		t.Errorf("the leader hears %+v", change)
	}
	if _, err := leader.Photo(t.Context(), hash); shared.FaultCode(err) != "photo.notHere" {
		t.Errorf("before it arrived: %v", err)
	}
	if state, err := phone.Upload(t.Context(), replica, photo); err != nil || state != shared.ArrivalHere {
		t.Fatalf("upload: %s, %v", state, err)
	}
	change, err = desk.Change()
	must(t, err)
	if change.Case.ID != caseID || change.Case.Photos[0].Here != shared.ArrivalHere {
		t.Errorf("the leader hears of the photo: %+v", change)
	}
	if got, err := leader.Photo(t.Context(), hash); err != nil || !bytes.Equal(got, photo) {
		t.Errorf("the leader's original: %d bytes, %v", len(got), err)
	}
	for _, c := range before {
		if c.ID == caseID {
			t.Error("the case was there before it was made")
		}
	}
}

func TestL10_AnotherSquadHearsNothing(t *testing.T) {
	server := start(t, demoData(t))
	stranger := signedIn(t, server.URL(), "l5")
	theirs := greeted(t, stranger)
	cases, _, _, err := theirs.Pull()
	must(t, err)
	for _, c := range cases {
		if c.Squad != "squad-5" {
			t.Errorf("squad five pulls a case of %s", c.Squad)
		}
	}
	if len(cases) == 0 {
		t.Error("squad five has cases of its own in the demo")
	}
	phone, replica := enrolled(t, server.URL(), "c601")
	photo := picture(t, 2)
	caseID, hash := report(t, replica, photo)
	line := greeted(t, phone, replica)
	answers, err := line.Push(replica)
	must(t, err)
	applied(t, answers)
	_, err = phone.Upload(t.Context(), replica, photo)
	must(t, err)
	if _, err := stranger.Photo(t.Context(), hash); shared.FaultCode(err) != "photo.notHere" {
		t.Errorf("a foreign photo: %v", err)
	}
	// Whatever squad five hears next is its own: a report of its collector comes through, the foreign one never did.
	own, ownReplica := enrolled(t, server.URL(), "c501")
	ownCase, _ := report(t, ownReplica, nil)
	ownLine := greeted(t, own, ownReplica)
	_, err = ownLine.Push(ownReplica)
	must(t, err)
	change, err := theirs.Change()
	must(t, err)
	if change.Case.ID == caseID || change.Case.ID != ownCase {
		t.Errorf("squad five hears of %s", change.Case.ID)
	}
}

func TestL6_ASessionThatEndedLosesNoRecord(t *testing.T) {
	server := start(t, demoData(t))
	phone, replica := enrolled(t, server.URL(), "c602")
	line := greeted(t, phone, replica)
	photo := picture(t, 3)
	report(t, replica, photo) // not sent
	must(t, server.centre.store.EndSessionsOf(t.Context(), phone.Who.Person.ID))
	server.hub.Recheck()
	if code := closedWith(line); code != 4501 {
		t.Errorf("the open socket closed with %d", code)
	}
	again, err := phone.Dial(t.Context())
	must(t, err)
	if code := closedWith(again); code != 4501 {
		t.Errorf("a new socket closed with %d", code)
	}
	if _, err := phone.Upload(t.Context(), replica, photo); shared.FaultCode(err) != "session.missing" {
		t.Errorf("upload: %v", err)
	}
	must(t, phone.SignIn(t.Context(), "c602", demo.Password))
	back := greeted(t, phone, replica)
	answers, err := back.Push(replica)
	must(t, err)
	if len(answers) != 1 {
		t.Errorf("%d answers", len(answers))
	}
	applied(t, answers)
	if state, err := phone.Upload(t.Context(), replica, photo); err != nil || state != shared.ArrivalHere {
		t.Errorf("upload after signing in: %s, %v", state, err)
	}
}

// The next shift's collector delivers what the phone still holds of the one before, as that one's.
func TestAnotherPersonsRecordsArriveAsTheirs(t *testing.T) {
	server := start(t, demoData(t))
	phone, first := enrolled(t, server.URL(), "c603")
	caseID, _ := report(t, first, nil)
	must(t, phone.Ask(t.Context(), http.MethodDelete, "/api/session", nil, nil))
	must(t, phone.SignIn(t.Context(), "c501", demo.Password))
	line := greeted(t, phone, first)
	answers, err := line.Push(first)
	must(t, err)
	applied(t, answers)
	desk := greeted(t, signedIn(t, server.URL(), "l6"))
	cases, _, _, err := desk.Pull()
	must(t, err)
	for _, c := range cases {
		if c.ID == caseID && c.Reporter.ID != first.Author.ID {
			t.Errorf("reported by %s", c.Reporter.ID)
		}
	}
	mine, _, _, err := line.Pull()
	must(t, err)
	for _, c := range mine {
		if c.ID == caseID {
			t.Error("who delivers a case for another squad sees it")
		}
	}
}

func TestStoppingFinishesWhatIsInFlight(t *testing.T) {
	data := demoData(t)
	server := start(t, data)
	phone, replica := enrolled(t, server.URL(), "c604")
	line := greeted(t, phone, replica)
	photo := picture(t, 4)
	report(t, replica, photo)
	_, err := line.Push(replica)
	must(t, err)
	for range 40 {
		report(t, replica, nil)
	}
	must(t, pushAll(line, replica)) // sent, not answered yet

	half, body := len(photo)/2, make(chan []byte)
	type outcome struct {
		state shared.Arrival
		err   error
	}
	uploaded := make(chan outcome, 1)
	go func() {
		state, err := phone.UploadFrom(t.Context(), replica, shared.HashText(string(photo)), int64(len(photo)), &trickle{parts: body})
		uploaded <- outcome{state, err}
	}()
	body <- photo[:half]
	stopped := make(chan error, 1)
	go func() { stopped <- server.stop() }()
	acked := int64(1)
	code := 0
	for code == 0 {
		frame, err := line.Next()
		if ack, ok := frame.(*wire.Ack); ok {
			acked = ack.Answers[len(ack.Answers)-1].Counter
		}
		if err != nil {
			code = closedWith(line)
			if !strings.Contains(err.Error(), "4002") {
				t.Errorf("the socket ended with %v", err)
			}
		}
	}
	body <- photo[half:]
	close(body)
	if got := <-uploaded; got.err != nil || got.state != shared.ArrivalHere {
		t.Errorf("the upload in flight: %s, %v", got.state, got.err)
	}
	must(t, <-stopped)

	again := start(t, data)
	phone.Base = again.URL()
	must(t, phone.SignIn(t.Context(), "c604", demo.Password))
	w, err := phone.Dial(t.Context())
	must(t, err)
	welcome, err := w.Hello(nil, replica)
	must(t, err)
	if known := welcome.Replicas[0].Counter; known < acked {
		t.Errorf("acknowledged up to %d, known up to %d", acked, known)
	}
	replica.Acked = welcome.Replicas[0].Counter
	_, err = w.Push(replica)
	must(t, err)
}

// pushAll sends everything that is not acknowledged without waiting for answers.
func pushAll(w *drive.Wire, r *drive.Replica) error {
	for first := r.Acked + 1; first <= int64(len(r.Made)); first += wire.MaxPushOperations {
		push, err := r.Push(first, min(first+wire.MaxPushOperations-1, int64(len(r.Made))))
		if err != nil {
			return err
		}
		if err := w.Send(push); err != nil {
			return err
		}
	}
	return nil
}

// trickle reads what comes through a channel.
type trickle struct {
	parts chan []byte
	left  []byte
}

func (s *trickle) Read(into []byte) (int, error) {
	if len(s.left) == 0 {
		part, ok := <-s.parts
		if !ok {
			return 0, io.EOF
		}
		s.left = part
	}
	n := copy(into, s.left)
	s.left = s.left[n:]
	return n, nil
}

func TestHTTPSWithACertificate(t *testing.T) {
	cert, key, pool := certificate(t)
	server := start(t, demoData(t), func(c *Config) { c.TLSCert, c.TLSKey = cert, key })
	if !strings.HasPrefix(server.URL(), "https://") {
		t.Fatal(server.URL())
	}
	phone := drive.NewClient(server.URL(), &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}})
	must(t, phone.SignIn(t.Context(), "c601", demo.Password))
	line := greeted(t, phone)
	_, _, _, err := line.Pull()
	must(t, err)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL()+"/api/session",
		strings.NewReader(`{"login":"l6","password":"`+demo.Password+`"}`))
	must(t, err)
	response, err := phone.HTTP.Do(request)
	must(t, err)
	defer response.Body.Close()
	if len(response.Cookies()) != 1 || !response.Cookies()[0].Secure {
		t.Errorf("cookies %v", response.Cookies())
	}
	if _, err := Open(t.Context(), Config{Data: t.TempDir(), Listen: "127.0.0.1:0", TLSCert: cert, TLSKey: cert}); err == nil {
		t.Error("a wrong key was taken")
	}
}

// certificate makes a self-signed certificate for 127.0.0.1 as files.
func certificate(t *testing.T) (cert, key string, pool *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	plan := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "buxun"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, plan, plan, &private.PublicKey, private)
	must(t, err)
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	must(t, err)
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	must(t, os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	must(t, os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}), 0o600))
	parsed, err := x509.ParseCertificate(der)
	must(t, err)
	pool = x509.NewCertPool()
	pool.AddCert(parsed)
	return cert, key, pool
}
