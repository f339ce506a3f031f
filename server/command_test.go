package main

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"buxun/server/demo"
	"buxun/shared"
	"buxun/sync/drive"
	"buxun/sync/wire"
)

func TestCommands(t *testing.T) {
	data := demoData(t)
	files := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(files, name)
		must(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	square := `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"430204003099","name":"试","squad":"七中队","kind":"community"},` +
		`"geometry":{"type":"Polygon","coordinates":[[[113.078,27.868],[113.082,27.868],[113.082,27.872],[113.078,27.868]]]}}]}`
	for _, row := range []struct {
		words string
		input string
		code  int
		says  string
	}{
		{"", "", 2, "buxun serve"},
		{"help", "", 0, "buxun serve"},
		{"fly", "", 2, `no command "fly"`},
		{"version", "", 0, "buxun"},
		{"user", "", 2, "buxun user password"},
		{"user list extra", "", 2, "buxun user list"},
		{"user list", "", 0, "c601"},
		{"user add --login c699 --label 采集员6-99 --role collector --squad 六中队", "", 0, "密码"},
		{"user add --login c699 --label 采集员6-99 --role collector --squad 六中队", "", 1, "name.taken"},
		{"user add --login X --label 谁 --role boss", "", 1, "角色“boss”"},
		{"user password c699 --password-stdin", "a good long password\n", 0, ""},
		{"user password c699 --password-stdin", "short\n", 1, "password.weak"},
		{"user password c699 --password-stdin", demo.Password + "\n", 1, "session.demoOnly"},
		{"user password stranger", "", 1, "request.notFound"},
		{"user disable stranger", "", 1, "request.notFound"},
		{"user edit c699 --label 采集员5-99 --squad 五中队", "", 0, ""},
		{"user list --search 5-99", "", 0, "squad-5"},
		{"user list --search 5-99", "", 0, "!c601"},
		{"user edit c699 --role boss", "", 1, "角色“boss”"},
		{"user disable c699", "", 0, ""},
		{"user list --search c699", "", 0, "disabled"},
		{"user enable c699", "", 0, ""},
		{"unit add works-9 市政九处", "", 0, ""},
		{"unit add works-9 别的", "", 1, "name.taken"},
		{"unit add works-8 市政九处", "", 1, "works-9"},
		{"unit rename works-9 市政处", "", 0, ""},
		{"unit list --search works", "", 0, "市政处"},
		{"user add --login u99 --label 市政处置9 --role unit", "", 1, "没有写处置单位"},
		{"user add --login u99 --label 市政处置9 --role unit --unit works-9 --squad 六中队", "", 1, "请把中队留空"},
		{"user add --login u99 --label 市政处置9 --role unit --unit 市政处", "", 0, "密码"},
		{"user list --unit works-9", "", 0, "u99"},
		{"user list --unit works-9", "", 0, "!c601"},
		{"unit remove works-9", "", 1, "unit.inUse"},
		{"unit disable works-9", "", 0, ""},
		{"unit list --search works", "", 0, "disabled"},
		{"unit enable works-9", "", 0, ""},
		{"unit add idle 空单位", "", 0, ""},
		{"unit remove idle", "", 0, ""},
		{"import units " + file("units.csv", "编号,名称,次序\nworks-9,市政管理处,\ngreen,园林处,2\n"), "", 0, "新增 1，改动 1"},
		{"import units " + file("bad.csv", "编号,名称\nbad code,园林处\n"), "", 1, "bad.csv:2:1"},
		{"export units", "", 0, "works-9,市政管理处"},
		{"squad add squad-8 八中队", "", 0, ""},
		{"squad add squad-8 第八中队", "", 1, "name.taken"},
		{"squad add squad-9 八中队", "", 1, "squad-8"},
		{"squad rename squad-8 第八中队", "", 0, ""},
		{"squad order squad-8 squad-6", "", 0, ""},
		{"squad list", "", 0, "1  squad-8  第八中队"},
		{"squad remove squad-6", "", 1, "squad.inUse"},
		{"squad remove squad-8", "", 0, ""},
		{"squad list", "", 0, "!squad-8"},
		{"area list --search 花果山", "", 0, "430204003005"},
		{"area edit 430204003005 --name 花果山社区", "", 0, ""},
		{"area edit 430204003005 --squad 九中队", "", 1, "没有中队“九中队”"},
		{"area list --search 花果山社区", "", 0, "squad-6"},
		{"area list --search 采集员6-01", "", 0, "c601"},
		{"area edit 430204003005 --collectors c603,c604", "", 0, ""},
		{"area edit 430204003005 --collectors l6", "", 1, "不是采集员"},
		{"area edit 430204003005 --collectors c501", "", 1, "不在这个区域的中队"},
		{"area list --search 花果山社区", "", 0, "c603 c604"},
		{"import areas " + file("wrong-beats.csv", "编号,名称,中队,类型,责任采集员\n430204003005,花果山社区,六中队,社区,c699\n"), "", 1, "wrong-beats.csv:2:5"},
		{"import areas --dry-run " + file("beats.csv", "编号,名称,中队,类型,责任采集员\n430204003005,花果山社区,六中队,社区,c602 c603\n"), "", 0, "collectors"},
		{"import areas " + filepath.Join(files, "beats.csv"), "", 0, "1 changed"},
		{"import areas " + filepath.Join(files, "beats.csv"), "", 0, "1 unchanged"},
		{"export areas --search 花果山社区", "", 0, "430204003005,花果山社区,squad-6,社区,c602 c603"},
		{"device list", "", 0, "l6"},
		{"device rename 01890a5d-ac96-774b-bcce-b302099a8057 备用机", "", 1, "replica.unknown"},
		{"phrases add 六中队 return 看不清灯杆号", "", 0, ""},
		{"phrases add squad-6 return 看不清灯杆号", "", 1, "phrases.malformed"},
		{"phrases add squad-6 song 啦啦啦", "", 1, "种类“song”"},
		{"phrases list", "", 0, "squad-6  return  看不清灯杆号"},
		{"import phrases --dry-run " + file("phrases.csv", "中队,种类,内容\n六中队,退回原因,请补近照\n"), "", 0, "删除 1"},
		{"import phrases " + filepath.Join(files, "phrases.csv"), "", 0, "1 new"},
		{"import calendar --dry-run " + file("calendar.csv", "种类,日期或时间,名称\n节假日,2027-01-01,元旦\n"), "", 0, "新增 1，改动 0"},
		{"import calendar " + filepath.Join(files, "calendar.csv"), "", 0, "1 new"},
		{"import calendar " + filepath.Join(files, "calendar.csv"), "", 0, "0 new, 0 changed, 1 unchanged"},
		{"import phases " + file("phases.csv", "环节,时限\n受理,20分钟\n"), "", 0, "改动 1"},
		{"import limits " + file("limits.csv", "类别,立案条件,时限\nGB/T 47678.5-2026|matter|06010,成堆,很快\n"), "", 1, "limits.csv:2:3"},
		{"export calendar --lang en", "", 0, "makeUp,2026-10-10"},
		{"export phases", "", 0, "受理,20分钟"},
		{"export limits --search 暴露垃圾", "", 0, "06010#1"},
		{"phrases list", "", 0, "!看不清灯杆号"},
		{"export phrases", "", 0, "squad-6,退回原因,请补近照"},
		{"phrases remove squad-6 return 请补近照", "", 0, ""},
		{"phrases list", "", 0, "!请补近照"},
		{"export people", "", 0, "账号,显示名,角色,中队,处置单位,状态,密码"},
		{"export people --lang en --search c601", "", 0, "c601,采集员6-01,collector,squad-6,,active"},
		{"export areas --format geojson --search 花果山", "", 0, "FeatureCollection"},
		{"export people --format pdf", "", 1, "request.malformed"},
		{"export people --out " + filepath.Join(files, "all.xlsx"), "", 0, ""},
		{"import people " + filepath.Join(files, "all.xlsx"), "", 0, "0 new, 0 changed"},
		{"export devices --out " + filepath.Join(files, "phones.csv"), "", 0, ""},
		{"import devices " + filepath.Join(files, "phones.csv"), "", 0, "0 new, 0 changed"},
		{"user disable c605", "", 0, ""},
		{"user list", "", 0, "disabled"},
		{"import squads --dry-run " + file("squads.csv", "code,name\nsquad-7,七中队\n"), "", 0, "new squad-7"},
		{"squad list", "", 0, "!squad-7"},
		{"import squads " + filepath.Join(files, "squads.csv"), "", 0, "1 squads"},
		{"import squads " + filepath.Join(files, "squads.csv"), "", 0, "1 unchanged"},
		{"import areas " + file("areas.geojson", square), "", 0, "1 areas"},
		{"import areas " + file("wrong.geojson", "{}"), "", 1, "wrong.geojson:1:1"},
		{"import people " + file("wrong.csv", "account,label,role,squad\nc701,采集员7-01,collector,squad-7\nC 7,,boss,squad-9\n"), "", 1, "wrong.csv:3:1"},
		{"user list", "", 0, "!c701"},
		{"import people " + file("demo.csv", "account,label,role,squad,password\nc702,采集员7-02,collector,squad-7,"+demo.Password+"\n"), "", 1, "demo.csv:2:1"},
		{"import people " + file("people.csv", "账号,显示名,角色,中队\nc701,采集员7-01,采集员,七中队\nc604,采集员6-04,采集员,七中队\n"), "", 0, "1 without a password (buxun user password LOGIN): c701"},
		{"import people " + filepath.Join(files, "none.csv"), "", 1, "none.csv"},
		{"import cats x", "", 2, "import squads"},
		{"replica list", "", 0, "l6"},
		{"replica revoke 01890a5d-ac96-774b-bcce-b302099a8057", "", 1, "replica.unknown"},
		{"token add prom --purpose metrics", "", 0, "bx_"},
		{"token add prom --purpose cooking", "", 1, "sync or metrics"},
		{"token add l6 --purpose metrics", "", 1, "name.taken"},
		{"token revoke prom", "", 0, ""},
		{"case move nonsense squad-5", "", 1, "request.notFound"},
		{"user list --data " + files, "", 1, "no Buxun database"},
		{"serve --tls-cert x", "", 1, "belong together"},
		{"serve --tls-key x", "", 1, "belong together"},
		{"serve --tls-cert " + filepath.Join(files, "none.pem") + " --tls-key x --data " + filepath.Join(files, "tls-a"), "", 1, "none.pem"},
		{"serve --tls-cert x --tls-key x --local-ca", "", 1, "choose --domain"},
		{"serve --domain a.example.org --local-ca", "", 1, "choose --domain"},
		{"serve --tls-ca x", "", 1, "--tls-ca belongs"},
		{"serve --names a.lan", "", 1, "--names belongs"},
		{"serve --acme-email a@example.org", "", 1, "belong to --domain"},
		{"serve --http-listen :80", "", 1, "--http-listen is for"},
		{"serve --domain 10.0.0.1 --data " + filepath.Join(files, "tls-b"), "", 1, "10.0.0.1 is an address"},
		{"serve --domain centre.lan --data " + filepath.Join(files, "tls-c"), "", 1, "nobody else knows"},
		{"serve --domain *.example.org --data " + filepath.Join(files, "tls-d"), "", 1, "neither a host name"},
		{"serve --local-ca --names a:1 --data " + filepath.Join(files, "tls-e"), "", 1, "without a port"},
		{"serve --local-ca --http-listen nonsense --data " + filepath.Join(files, "tls-f"), "", 1, "--http-listen off leaves it out"},
		{"cert --names https://x --data " + filepath.Join(files, "tls-g"), "", 1, "without https://"},
		{"cert extra", "", 2, "buxun cert"},
		{"cert --data " + filepath.Join(files, "no", "such"), "", 0, ""},
		{"serve --log-format xml", "", 1, "neither text nor json"},
		{"serve --proxies x", "", 1, "--proxies"},
		{"serve --nonsense", "", 2, "nonsense"},
	} {
		words := strings.Fields(row.words)
		if len(words) > 1 && words[0] != "serve" && words[0] != "cert" && !strings.Contains(row.words, "--data") {
			words = append(words, "--data", data)
		}
		out, code := buxun(t, row.input, words...)
		absent, isAbsent := strings.CutPrefix(row.says, "!")
		if code != row.code || isAbsent == strings.Contains(out, absent) {
			t.Errorf("buxun %s: exit %d, want %d and %q\n%s", row.words, code, row.code, row.says, out)
		}
	}
}

// An import that says nothing of a password leaves a demo account a demo account: its known password must not work outside.
func TestATokenOfATakenNameChangesNothing(t *testing.T) {
	data := demoData(t)
	for _, words := range []string{"token add camera --purpose sync --squad squad-6", "user list"} {
		if out, code := buxun(t, "", append(strings.Fields(words), "--data", data)...); code != 0 {
			t.Fatalf("%s: %d %s", words, code, out)
		}
	}
	before, _ := buxun(t, "", "user", "list", "--data", data)
	out, code := buxun(t, "", "token", "add", "camera", "--purpose", "sync", "--data", data)
	if code != 1 || !strings.Contains(out, "name.taken") {
		t.Errorf("%d %s", code, out)
	}
	if after, _ := buxun(t, "", "user", "list", "--data", data); after != before {
		t.Errorf("a refused token changed the accounts:\n%s\nwere\n%s", after, before)
	}
}

func TestAnImportDoesNotFreeDemoPasswords(t *testing.T) {
	data := demoData(t)
	path := filepath.Join(t.TempDir(), "people.csv")
	must(t, os.WriteFile(path, []byte("account,label,role,squad\nc601,采集员6-01,collector,squad-6\n"), 0o600))
	if out, code := buxun(t, "", "import", "people", path, "--data", data); code != 0 {
		t.Fatal(out)
	}
	server := start(t, data, func(c *Config) { c.Demo = false })
	if err := drive.NewClient(server.URL(), nil).SignIn(t.Context(), "c601", demo.Password); shared.FaultCode(err) != "session.demoOnly" {
		t.Errorf("%v", err)
	}
}

func TestR37_CommandsReachTheRunningServer(t *testing.T) {
	data := demoData(t)
	server := start(t, data)
	disabled := greeted(t, signedIn(t, server.URL(), "c603"))
	moved := signedIn(t, server.URL(), "c602")
	movedLine := greeted(t, moved)
	before, err := moved.Dial(t.Context())
	must(t, err)
	welcome, err := before.Hello(nil)
	must(t, err)
	cursor := &wire.Cursor{Epoch: welcome.Epoch, Scope: welcome.Scope, Seq: welcome.Head}

	if out, code := buxun(t, "", "user", "disable", "c603", "--data", data); code != 0 {
		t.Fatal(out)
	}
	if code := closedWith(disabled); code != 4501 {
		t.Errorf("the disabled account's socket closed with %d", code)
	}
	path := filepath.Join(t.TempDir(), "people.csv")
	must(t, os.WriteFile(path, []byte("account,label,role,squad\nc602,采集员5-02,collector,squad-5\n"), 0o600))
	if out, code := buxun(t, "", "import", "people", path, "--data", data); code != 0 {
		t.Fatal(out)
	}
	if code := closedWith(movedLine); code != 4006 {
		t.Errorf("the moved collector's socket closed with %d", code)
	}
	again, err := moved.Dial(t.Context())
	must(t, err)
	welcome, err = again.Hello(cursor)
	must(t, err)
	if welcome.Since != 0 {
		t.Errorf("the cursor of the old scope still counts: %d", welcome.Since)
	}
}

func TestACaseMovesToAnotherSquadBesideTheServer(t *testing.T) {
	data := demoData(t)
	server := start(t, data)
	six := greeted(t, signedIn(t, server.URL(), "l6"))
	five := greeted(t, signedIn(t, server.URL(), "l5"))
	_, _, _, err := five.Pull()
	must(t, err)
	cases, _, _, err := six.Pull()
	must(t, err)
	var one shared.Case
	for _, c := range cases {
		if c.State == shared.StateReported {
			one = c
		}
	}
	if out, code := buxun(t, "", "case", "move", one.Short, "squad-5", "--data", data); code != 0 {
		t.Fatal(out)
	}
	change, err := five.Change()
	must(t, err)
	if change.Case.ID != one.ID || change.Case.Squad != "squad-5" {
		t.Errorf("squad five hears %+v", change)
	}
	if left := leaves(t, six); left != one.ID {
		t.Errorf("squad six is told that %s left", left)
	}
	// The running server's own replica goes on where the command left its chain: the next filing is numbered.
	leader, replica := enrolled(t, server.URL(), "l5")
	_, err = replica.Make(shared.Body{Case: one.ID, Source: shared.SourceCollector, Action: shared.ActionFile, Seen: change.Case.Revision})
	must(t, err)
	line := greeted(t, leader, replica)
	answers, err := line.Push(replica)
	must(t, err)
	applied(t, answers)
	for change.Case.Number == "" {
		change, err = five.Change()
		must(t, err)
	}
	if !strings.HasPrefix(change.Case.Number, "BX-") {
		t.Errorf("number %s", change.Case.Number)
	}
}

// leaves waits for the next leave frame.
func leaves(t *testing.T, w *drive.Wire) string {
	t.Helper()
	for {
		frame, err := w.Next()
		must(t, err)
		if left, ok := frame.(*wire.Leave); ok {
			return left.Case
		}
	}
}

func TestHealthAsksTheServer(t *testing.T) {
	server := start(t, demoData(t))
	if out, code := buxun(t, "", "health", "--address", server.URL()+"/readyz"); code != 0 || !strings.Contains(out, "ready") {
		t.Errorf("%d %s", code, out)
	}
	if out, code := buxun(t, "", "health", "--address", server.URL()+"/api/nothing"); code != 1 || !strings.Contains(out, "404") {
		t.Errorf("%d %s", code, out)
	}
	status, body := get(t, server.URL()+"/metrics")
	if status != 200 || !strings.Contains(body, `buxun_cases{state="filed"}`) || !strings.Contains(body, "buxun_connections") || !regexp.MustCompile(`buxun_data_free_bytes [1-9]`).MatchString(body) {
		t.Errorf("metrics: %d", status)
	}
	must(t, server.stop())
	if _, code := buxun(t, "", "health", "--address", server.URL()+"/readyz"); code != 1 {
		t.Errorf("a stopped server is well: %d", code)
	}
}

func TestServeRunsUntilItIsToldToStop(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	out := &journal{}
	ended := make(chan int)
	go func() {
		ended <- run(ctx, []string{"serve", "--data", filepath.Join(t.TempDir(), "new"), "--listen", "127.0.0.1:0", "--log-format", "json"},
			terminal{strings.NewReader(""), out, out})
	}()
	cancel()
	if code := <-ended; code != 0 && !strings.Contains(out.String(), "canceled") {
		t.Errorf("exit %d: %s", code, out)
	}
}
