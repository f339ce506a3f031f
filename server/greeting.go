package main

import (
	"fmt"
	"net"
	"strings"

	"buxun/server/demo"
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
		for _, p := range world.People {
			line("               %-8s %s", p.Name, p.Label)
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
