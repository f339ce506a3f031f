package main

import (
	"fmt"
	"net"
	"slices"
	"strings"

	"buxun/server/demo"
	"buxun/server/roster"
	"buxun/shared"
)

// Greeting is the one block that a person reads after starting the server.
func (m *Main) Greeting() string {
	var text strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&text, format+"\n", args...) }
	line("")
	line("  步巡 Buxun   %s", m.URL())
	switch {
	case m.config.PublicURL != "":
		line("  手机 phone   %s", m.config.PublicURL)
	case m.tls:
		line("  手机 phone   https://<证书上的名称 the certificate's name>:%s", m.port())
	default:
		if address := m.neighbourURL(); address != "" {
			line("  手机 phone   %s", address)
		}
		line("               相机、定位和离线需要 HTTPS：用 --tls-cert 和 --tls-key，或在前面加一个代理")
		line("               camera, place and offline work need HTTPS: --tls-cert and --tls-key, or a proxy in front")
	}
	if m.config.Demo {
		line("")
		line("  演示 demo    密码 password: %s", demo.Password)
		world, err := demo.World()
		if err != nil {
			m.config.Log.Error("the demo's people cannot be listed", "error", err)
		}
		for _, row := range demoRows(world) {
			line("               %s", row)
		}
		line("               只供演示，不要放进真实数据 / for trials only: put no real data in")
	}
	if m.people == 0 {
		line("")
		line("  还没有账号 no accounts yet: buxun user add --data %s --login admin --label 管理员 --role admin", m.config.Data)
	}
	line("")
	return text.String()
}

func (m *Main) port() string {
	_, port, _ := net.SplitHostPort(m.listener.Addr().String())
	return port
}

// neighbourURL is how a phone in the same network reaches the server, or "" where it listens on this machine only.
func (m *Main) neighbourURL() string {
	host, port, err := net.SplitHostPort(m.listener.Addr().String())
	if err != nil || !net.ParseIP(host).IsUnspecified() {
		return ""
	}
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return ""
	}
	for _, address := range addresses {
		network, ok := address.(*net.IPNet)
		if ok && network.IP.IsGlobalUnicast() && network.IP.To4() != nil {
			return "http://" + net.JoinHostPort(network.IP.String(), port)
		}
	}
	return ""
}

// demoRows tells the demo's people in a line a squad: there are too many to name each.
func demoRows(world demo.Demo) (rows []string) {
	for _, squad := range append(slices.Clone(world.Squads), roster.Squad{}) {
		var collectors, others []string
		for _, p := range world.People {
			switch {
			case p.Squad != squad.Code:
			case p.Role == shared.RoleCollector:
				collectors = append(collectors, p.Name)
			default:
				others = append(others, p.Name+" "+p.Label)
			}
		}
		if n := len(collectors); n > 0 {
			others = append([]string{fmt.Sprintf("%s … %s 采集员", collectors[0], collectors[n-1])}, others...)
		}
		rows = append(rows, strings.TrimSpace(squad.Name+"  "+strings.Join(others, "    ")))
	}
	return rows
}
