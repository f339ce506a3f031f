// Package cert keeps the server's certificates: a local authority for a centre's own network, files that somebody renews under
// the running server, and what a public authority gives for a domain. It knows nothing of pages, people or cases.
package cert

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"
)

const (
	authorityLife = 10 * 365 * 24 * time.Hour
	// leafLife is the longest that every kind of phone takes, a day less: iPhones refuse more.
	leafLife = 396 * 24 * time.Hour
	// renewBefore leaves a whole season in which nobody need have started the server.
	renewBefore = 120 * 24 * time.Hour
	// backdated allows for phones whose clock is behind.
	backdated = 24 * time.Hour
)

// privateDomains are names that the public DNS never gives to anybody. "lan" is promised by no document and used by most routers.
var privateDomains = []string{"localhost", "local", "lan", "internal", "home.arpa"}

// privateNetworks are addresses that mean this network only.
var privateNetworks = []netip.Prefix{
	netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"), netip.MustParsePrefix("192.168.0.0/16"),
	netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("169.254.0.0/16"), netip.MustParsePrefix("127.0.0.0/8"),
	netip.MustParsePrefix("fc00::/7"), netip.MustParsePrefix("fe80::/10"), netip.MustParsePrefix("::1/128"),
}

// Authority is a certificate that phones are told to trust. Its own words limit it to private names and those that it was
// made for: whoever steals its key still cannot speak for anybody's bank.
type Authority struct {
	Certificate *x509.Certificate
	key         *ecdsa.PrivateKey // nil where only the certificate is known
}

// newAuthority makes one that may vouch for the private networks and for these names.
func newAuthority(names Names, label string, now time.Time) (Authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return Authority{}, fmt.Errorf("make the authority's key: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{Organization: []string{"Buxun local CA"}, CommonName: label},
		NotBefore: now.Add(-backdated), NotAfter: now.Add(authorityLife), BasicConstraintsValid: true, IsCA: true, MaxPathLenZero: true,
		KeyUsage:                    x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		PermittedDNSDomainsCritical: true, PermittedDNSDomains: slices.Clone(privateDomains), PermittedIPRanges: networks(privateNetworks),
	}
	for _, name := range names.DNS {
		if !privateDomain(name) {
			template.PermittedDNSDomains = append(template.PermittedDNSDomains, name)
		}
	}
	for _, ip := range names.IPs {
		if !private(ip) {
			template.PermittedIPRanges = append(template.PermittedIPRanges, networks([]netip.Prefix{netip.PrefixFrom(ip, ip.BitLen())})...)
		}
	}
	certificate, err := sign(template, template, key.Public(), key)
	if err != nil {
		return Authority{}, fmt.Errorf("make the authority's certificate: %w", err)
	}
	return Authority{certificate, key}, nil
}

// labelOf is what phones list the authority as.
func labelOf(machine string, now time.Time) string {
	machine, _, _ = strings.Cut(machine, ".")
	return fmt.Sprintf("步巡 Buxun %.30s %s", machine, now.Format(time.DateOnly))
}

// permitted are those of the names that the authority may vouch for.
func (a Authority) permitted(names Names) (may Names) {
	for _, name := range names.DNS {
		if slices.ContainsFunc(a.Certificate.PermittedDNSDomains, func(domain string) bool { return within(name, domain) }) {
			may.DNS = append(may.DNS, name)
		}
	}
	for _, ip := range names.IPs {
		if slices.ContainsFunc(a.Certificate.PermittedIPRanges, func(network *net.IPNet) bool { return network.Contains(ip.AsSlice()) }) {
			may.IPs = append(may.IPs, ip)
		}
	}
	if list := may.Texts(); slices.Contains(list, names.First) {
		may.First = names.First
	} else if len(list) > 0 {
		may.First = list[0]
	}
	return may
}

// permits errs for a name that the authority may not vouch for: phones would refuse such a certificate.
func (a Authority) permits(names Names) error {
	may := a.permitted(names).Texts()
	for _, name := range names.Texts() {
		if !slices.Contains(may, name) {
			return fmt.Errorf("the local authority %q was not made for %s: --new-ca makes one that is, and every phone then has to install it anew",
				a.Certificate.Subject.CommonName, name)
		}
	}
	return nil
}

// issue makes a certificate for a server and its key.
func (a Authority) issue(names Names, now time.Time) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	if err := a.permits(names); err != nil {
		return nil, nil, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("make the server's key: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{Organization: []string{"Buxun"}, CommonName: names.First},
		NotBefore: now.Add(-backdated), NotAfter: now.Add(leafLife - backdated), BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, DNSNames: names.DNS,
	}
	if template.NotAfter.After(a.Certificate.NotAfter) {
		template.NotAfter = a.Certificate.NotAfter
	}
	for _, ip := range names.IPs {
		template.IPAddresses = append(template.IPAddresses, ip.AsSlice())
	}
	certificate, err := sign(template, a.Certificate, key.Public(), a.key)
	if err != nil {
		return nil, nil, fmt.Errorf("make the server's certificate: %w", err)
	}
	return certificate, key, nil
}

// PEM is the certificate as text, DER as phones install it.
func (a Authority) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.Certificate.Raw})
}

// Fingerprint is what a person may compare: SHA-256, in groups of four.
func (a Authority) Fingerprint() string {
	text := fmt.Sprintf("%X", sha256.Sum256(a.Certificate.Raw))
	groups := make([]string, 0, 16)
	for group := range slices.Chunk([]byte(text), 4) {
		groups = append(groups, string(group))
	}
	return strings.Join(groups, " ")
}

// ReadAuthority reads the certificate of an authority whose key is somebody else's.
func ReadAuthority(file string) (Authority, error) {
	certificate, err := readCertificate(file)
	switch {
	case err != nil:
		return Authority{}, err
	case !certificate.IsCA:
		return Authority{}, fmt.Errorf("%s is no certificate of an authority (it lacks CA:TRUE), so no phone would install it as one", file)
	}
	return Authority{Certificate: certificate}, nil
}

func sign(template, parent *x509.Certificate, public, key any) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, key)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

func serial() *big.Int {
	var bytes [16]byte
	_, _ = rand.Read(bytes[:])
	bytes[0] = bytes[0]&0x7f | 0x40 // positive, and as long as every other
	return new(big.Int).SetBytes(bytes[:])
}

func networks(prefixes []netip.Prefix) (list []*net.IPNet) {
	for _, prefix := range prefixes {
		list = append(list, &net.IPNet{IP: prefix.Addr().AsSlice(), Mask: net.CIDRMask(prefix.Bits(), prefix.Addr().BitLen())})
	}
	return list
}

func private(ip netip.Addr) bool {
	return slices.ContainsFunc(privateNetworks, func(network netip.Prefix) bool { return network.Contains(ip) })
}

func privateDomain(name string) bool {
	return slices.ContainsFunc(privateDomains, func(domain string) bool { return within(name, domain) })
}

// within says whether a name is the domain or below it.
func within(name, domain string) bool { return name == domain || strings.HasSuffix(name, "."+domain) }

var errNoCertificate = errors.New("there is no certificate in it (a block that begins with -----BEGIN CERTIFICATE-----)")
