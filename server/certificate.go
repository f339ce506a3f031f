package main

import (
	"context"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"time"

	"buxun/server/cert"
	"buxun/server/install"
)

// makeCertificate makes the local authority and the server's certificate, or finds them good, and tells how phones come to
// trust them.
func makeCertificate(_ context.Context, args []string, t terminal) error {
	set := flags("cert", "[options]", t)
	data := set.String("data", "data", "data `directory`; the certificates go into its folder tls, where buxun serve --local-ca finds them")
	out := set.String("out", "", "another `folder` for them, to be given to --tls-cert, --tls-key and --tls-ca")
	names := set.String("names", "", "host `names` and addresses of the server, with commas between; \"machine\" for its own (default: as the last time, else its own)")
	anew := set.Bool("new-ca", false, "make a new authority: every phone has to install it again")
	if _, err := parse(set, args, 0); err != nil {
		return err
	}
	folder := *out
	if folder == "" {
		if err := makeData(*data); err != nil {
			return err
		}
		folder = cert.Folder(*data)
	}
	local, err := cert.Keep(folder, cert.Wish{Names: list(*names), Anew: *anew}, time.Now())
	if err != nil {
		return err
	}
	serve := "buxun serve --local-ca --data " + *data
	if *out != "" {
		server := filepath.Join(folder, cert.ServerFile)
		serve = fmt.Sprintf("buxun serve --tls-cert %s --tls-key %s --tls-ca %s --listen :8443 --http-listen :8081", server, server, filepath.Join(folder, cert.AuthorityFile))
	}
	tellCertificate(local, folder, serve, t)
	if warning := local.Warning(); warning != "" {
		fmt.Fprintf(t.err, "buxun: %s\n", warning)
	}
	host := firstReachable(local)
	if host == "" {
		fmt.Fprintln(t.out, "  没有手机能打开的地址，用 --names 给出 / no address that a phone could open: give some with --names")
		return nil
	}
	page, site := "http://"+net.JoinHostPort(host, "8081")+install.Path, "https://"+net.JoinHostPort(host, "8443")
	return install.Print(t.out, colourful(t.out), local.Authority, page, site)
}

func tellCertificate(local cert.Local, folder, serve string, t terminal) {
	state := func(made bool) string {
		if made {
			return "新做的 new"
		}
		return "原有的 kept"
	}
	fmt.Fprintf(t.out, `
  证书机构 authority    %s（%s）
                        有效到 until %s，SHA-256 %s
  服务器证书 server     %s（%s）
                        有效到 until %s，buxun serve --local-ca 会自己续 / renewed by the server itself
  文件 files            %s   （ca-key.pem 和 server.pem 不要给别人 / keep these two to yourself）
  启动 start            %s

`, local.Certificate.Subject.CommonName, state(local.MadeAuthority), local.Certificate.NotAfter.Format(time.DateOnly), local.Fingerprint(),
		strings.Join(local.Names.Texts(), " "), state(local.MadeServer), local.Server.NotAfter.Format(time.DateOnly), folder, serve)
}

// firstReachable is the name by which phones are told to reach this machine.
func firstReachable(local cert.Local) string {
	if loopback(local.Names.First) {
		return ""
	}
	return local.Names.First
}
