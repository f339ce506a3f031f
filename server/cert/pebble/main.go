// Command pebble is an authority like Let's Encrypt for the tests: the real ACME server of Let's Encrypt's own makers (Pebble),
// in memory, with a name server for which every name is this machine. It has a module of its own, so that nothing of it enters
// the product. It prints one line of JSON when it listens and ends with its standard input.
package main

import (
	"crypto/tls"
	"encoding/json"
	"flag"
	"io"
	"log"
	"net"
	"net/http"
	"os"

	"github.com/letsencrypt/pebble/v2/ca"
	"github.com/letsencrypt/pebble/v2/db"
	"github.com/letsencrypt/pebble/v2/va"
	"github.com/letsencrypt/pebble/v2/wfe"
	"github.com/miekg/dns"
)

func main() {
	log.SetFlags(0)
	certificate := flag.String("certificate", "", "PEM `file` of this server's own certificate and key")
	httpPort := flag.Int("http-port", 80, "where HTTP-01 challenges are answered")
	tlsPort := flag.Int("tls-port", 443, "where TLS-ALPN-01 challenges are answered")
	seconds := flag.Uint64("seconds", 90*24*3600, "how long certificates hold")
	flag.Parse()
	if err := serve(*certificate, *httpPort, *tlsPort, *seconds); err != nil {
		log.Fatal(err)
	}
}

func serve(certificate string, httpPort, tlsPort int, seconds uint64) error {
	// Pebble is made to surprise its clients; the tests want the same answer every time.
	for name, value := range map[string]string{"PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "0"} {
		if err := os.Setenv(name, value); err != nil {
			return err
		}
	}
	names, err := net.Listen("tcp", "127.0.0.1:0") // Pebble asks by TCP
	if err != nil {
		return err
	}
	go func() {
		log.Fatal((&dns.Server{Listener: names, Handler: dns.HandlerFunc(answer)}).ActivateAndServe())
	}()

	pair, err := tls.LoadX509KeyPair(certificate, certificate)
	if err != nil {
		return err
	}
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{pair}})
	if err != nil {
		return err
	}
	logger, store := log.New(os.Stderr, "", 0), db.NewMemoryStore()
	authority := ca.New(logger, store, "", "ecdsa", 0, 1, map[string]ca.Profile{"default": {ValidityPeriod: seconds}})
	validator := va.New(logger, httpPort, tlsPort, false, names.Addr().String(), store)
	front := wfe.New(logger, store, validator, authority, []string{"pebble"}, false, false, 0, 0)
	go func() { log.Fatal(http.Serve(listener, front.Handler())) }()

	root := string(authority.GetRootCert(0).PEM())
	if err := json.NewEncoder(os.Stdout).Encode(map[string]string{"directory": "https://" + listener.Addr().String() + wfe.DirectoryPath, "root": root}); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// answer says of every name that it is this machine.
func answer(w dns.ResponseWriter, asked *dns.Msg) {
	reply := new(dns.Msg).SetReply(asked)
	for _, question := range asked.Question {
		if question.Qtype == dns.TypeA {
			reply.Answer = append(reply.Answer, &dns.A{
				Hdr: dns.RR_Header{Name: question.Name, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 1}, A: net.IPv4(127, 0, 0, 1),
			})
		}
	}
	if err := w.WriteMsg(reply); err != nil {
		log.Print(err)
	}
}
