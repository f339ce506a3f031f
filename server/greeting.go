package main

import (
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"

	"buxun/server/cert"
	"buxun/server/demo"
	"buxun/server/install"
	"buxun/server/roster"
	"buxun/shared"
)

// Greeting is the one block that a person reads after starting the server.
func (m *Main) Greeting() string {
	var text strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&text, format+"\n", args...) }
	line("")
	line("  步巡 Buxun   %s", m.URL())
	m.greetPhones(line)
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

// greetPhones says how a phone gets in: one address, or the one command that makes one.
func (m *Main) greetPhones(line func(format string, args ...any)) {
	pages := m.doors.pages("")
	switch {
	case m.config.PublicURL == "" && !m.reachable():
		line("  手机 phone   这台服务器只有本机能打开（--listen %s）/ only this machine can open it", m.config.Listen)
	case m.doors.listener != nil && m.doors.authority != nil && len(pages) > 0:
		line("  手机 phone   %s   （先在手机上打开，装证书 / open it on the phone first）", pages[0])
		for _, page := range pages[1:] {
			line("               %s", page)
		}
		line("               打不开：手机连同一个无线网，防火墙放行 %s 和 %s / same Wi-Fi, and let both ports through the firewall", m.port(), portOf(m.doors.listener))
	case m.doors.site("") != "":
		line("  手机 phone   %s", m.doors.site(""))
	default:
		address := "localhost"
		if addresses := cert.Addresses(); len(addresses) > 0 {
			address = addresses[0].String()
		}
		line("  手机 phone   要用 HTTPS：停下来，加上 --local-ca 再启动（make phones），用手机打开 http://%s%s", hostPort(address, "8081", ""), install.Path)
		line("               phones need HTTPS: start it again with --local-ca (make phones) and open that page on the phone")
	}
}

// Code is the address for phones as a QR code, where phones have to read a page first; "" elsewhere.
func (m *Main) Code(w io.Writer) error {
	pages := m.doors.pages("")
	if m.doors.listener == nil || m.doors.authority == nil || len(pages) == 0 || !m.reachable() {
		return nil
	}
	return install.PrintCode(w, colourful(w), pages[0])
}

// colourful says whether a person looks at what is written, rather than a file or a program.
func colourful(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	about, err := file.Stat()
	return err == nil && about.Mode()&os.ModeCharDevice != 0
}

func (m *Main) port() string { return portOf(m.listener) }

func portOf(listener net.Listener) string {
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	return port
}

// reachable says whether other machines may reach the server, or this one only.
func (m *Main) reachable() bool {
	address, err := netip.ParseAddrPort(m.listener.Addr().String())
	return err != nil || !address.Addr().IsLoopback()
}

// demoRows tells the demo's people in a line a squad: there are too many to name each.
func demoRows(world demo.Demo) (rows []string) {
	for _, squad := range append(slices.Clone(world.Squads), roster.Squad{}) {
		var collectors, others []string
		for _, p := range world.People {
			switch {
			case p.Squad != squad.Code || p.Role == shared.RoleUnit:
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
	return append(rows, unitRows(world))
}

// unitRows tells the people of the demo's units, all in one line.
func unitRows(world demo.Demo) string {
	names := map[string]string{}
	for _, u := range world.Units {
		names[u.Code] = u.Name
	}
	var people []string
	for _, p := range world.People {
		if p.Role == shared.RoleUnit {
			people = append(people, p.Name+" "+names[p.Unit])
		}
	}
	return "处置单位  " + strings.Join(people, "    ")
}
