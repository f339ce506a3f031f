package cert

import (
	"cmp"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
)

// Names are what a certificate is for.
type Names struct {
	DNS []string
	IPs []netip.Addr
	// First is the one that phones are told to use.
	First string
}

// own is what every local certificate is for besides: the machine's own browser.
var own = []string{"localhost", "127.0.0.1", "::1"}

// ParseNames reads host names and addresses, several in one text if commas stand between them.
func ParseNames(list []string) (names Names, err error) {
	for _, text := range list {
		for one := range strings.SplitSeq(text, ",") {
			if one = strings.ToLower(strings.TrimSpace(one)); one == "" {
				continue
			}
			if err := names.add(one); err != nil {
				return names, err
			}
		}
	}
	return names, nil
}

func (n *Names) add(one string) error {
	if ip, err := netip.ParseAddr(strings.Trim(one, "[]")); err == nil {
		if ip = ip.Unmap(); ip.Zone() != "" || ip.IsUnspecified() || ip.IsMulticast() {
			return fmt.Errorf("%q is no address that a phone can open", one)
		}
		n.First = cmp.Or(n.First, ip.String())
		if !slices.Contains(n.IPs, ip) {
			n.IPs = append(n.IPs, ip)
		}
		return nil
	}
	if !hostName(one) {
		return fmt.Errorf("%q is neither a host name nor an IP address (give it without https:// and without a port)", one)
	}
	one = strings.TrimSuffix(one, ".")
	n.First = cmp.Or(n.First, one)
	if !slices.Contains(n.DNS, one) {
		n.DNS = append(n.DNS, one)
	}
	return nil
}

// hostName says whether a text is one, by the rules of DNS: labels of letters, digits and inner hyphens.
func hostName(text string) bool {
	text = strings.TrimSuffix(text, ".")
	if text == "" || len(text) > 253 {
		return false
	}
	for label := range strings.SplitSeq(text, ".") {
		odd := strings.IndexFunc(label, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' })
		if label == "" || len(label) > 63 || odd >= 0 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
	}
	// A last label of digits only is an address with a slip in it.
	last := text[strings.LastIndexByte(text, '.')+1:]
	return strings.Trim(last, "0123456789") != ""
}

// Texts gives the names as people write them, the host names first.
func (n Names) Texts() []string {
	texts := slices.Clone(n.DNS)
	for _, ip := range n.IPs {
		texts = append(texts, ip.String())
	}
	return texts
}

// with adds names that are not there yet.
func (n Names) with(list ...string) Names {
	both := Names{slices.Clone(n.DNS), slices.Clone(n.IPs), n.First}
	for _, one := range list {
		_ = both.add(one) // what is no name is left out
	}
	return both
}

// same says whether both are for the same names, in whatever order.
func (n Names) same(other Names) bool {
	a, b := n.Texts(), other.Texts()
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}

// OfMachine are this machine's host name and its addresses, the one that leads to other machines first.
func OfMachine() Names {
	var names Names
	for _, ip := range Addresses() { // first: few routers tell phones the names of machines
		names = names.with(ip.String())
	}
	if name, err := os.Hostname(); err == nil {
		if name = strings.ToLower(name); !strings.Contains(name, ".") {
			names = names.with(name, name+".local")
		} else {
			names = names.with(name)
		}
	}
	return names
}

// inner are interfaces that no phone reaches: bridges and pairs of containers and virtual machines.
var inner = []string{"docker", "br-", "veth", "virbr", "vmnet", "cni", "flannel", "cali", "podman"}

// Addresses are this machine's as phones in the same network reach them, the likeliest first. Networks of authorities often use
// public IPv4 addresses inside; of IPv6 only private ones last long enough to stand in a certificate.
func Addresses() (list []netip.Addr) {
	interfaces, err := net.Interfaces()
	if err != nil {
		return nil
	}
	for _, one := range interfaces {
		if one.Flags&net.FlagUp == 0 || slices.ContainsFunc(inner, func(start string) bool { return strings.HasPrefix(one.Name, start) }) {
			continue
		}
		addresses, err := one.Addrs()
		if err != nil {
			continue
		}
		for _, address := range addresses {
			prefix, err := netip.ParsePrefix(address.String())
			if ip := prefix.Addr(); err == nil && (ip.IsPrivate() || ip.Is4() && ip.IsGlobalUnicast()) {
				list = append(list, ip)
			}
		}
	}
	first := outward()
	slices.SortStableFunc(list, func(a, b netip.Addr) int { return rank(a, first) - rank(b, first) })
	return list
}

func rank(ip, first netip.Addr) int {
	switch {
	case ip == first:
		return 0
	case ip.Is4():
		return 1
	}
	return 2
}

// outward is the address that this machine would send from. Nothing is sent: the system only picks the way.
func outward() netip.Addr {
	way, err := net.Dial("udp4", "192.0.2.1:9") // an address for documents; nobody has it
	if err != nil {
		return netip.Addr{}
	}
	defer way.Close()
	local, _ := netip.ParseAddrPort(way.LocalAddr().String())
	return local.Addr()
}
