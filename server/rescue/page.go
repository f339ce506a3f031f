package rescue

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"time"

	"buxun/shared"
)

// evidencePage is read by people anywhere: it asks for nothing outside itself and runs nothing.
var evidencePage = template.Must(template.New("evidence").Parse(`<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; media-src data:; style-src 'unsafe-inline'">
<title>{{.Name}}</title>
<style>body{font:16px/1.5 sans-serif;max-width:60rem;margin:1rem auto;padding:0 1rem;color:#111;background:#fff}img{max-width:100%;border:1px solid #999}
td,th{text-align:left;vertical-align:top;padding:.2rem .8rem .2rem 0;border-bottom:1px solid #ccc}code{word-break:break-all;font-size:.8rem}</style></head><body>
<h1>{{.Name}}</h1>
<p>步巡证据 / Buxun evidence · {{.Made}}</p>
<table><tr><th>状态 / state</th><td>{{.Case.State}}</td></tr><tr><th>类别 / category</th><td>{{.Case.Category}}</td></tr>
<tr><th>描述 / description</th><td>{{.Case.Description}}</td></tr><tr><th>地址 / address</th><td>{{.Case.Address}}</td></tr>
<tr><th>位置 / place</th><td>{{with .Case.Fix}}{{.Longitude}}, {{.Latitude}} ± {{.Accuracy}} m ({{.Source}}){{end}}</td></tr></table>
<h2>经过 / records</h2>
<table><tr><th></th><th>时间 / done</th><th>收到 / received</th><th>谁 / who</th><th>做了什么 / what</th></tr>
{{range .Rows}}<tr><td>{{.N}}</td><td>{{.At}}</td><td>{{.Received}}</td><td>{{.Who}}</td><td>{{.What}}<br><code>{{.Hash}}</code> {{.Signed}}</td></tr>
{{end}}</table>
{{if .Receipts}}<h2>回执 / receipts</h2>
<p>回执由中心的钥匙签名，列出当时在中心的记录、照片和录音 / each is signed by the centre's key and says what was at the centre then</p>
<table><tr><th>签收 / signed</th><th>给谁 / for</th><th>签收了什么 / for what</th></tr>
{{range .Receipts}}<tr><td>{{.At}}</td><td>{{.Who}}</td><td>{{.What}}<br><code>{{.Hash}}</code></td></tr>
{{end}}</table>
{{end}}<h2>照片和录音 / photos and voice notes</h2>
{{range .Files}}<p>{{if .Source}}{{if .Voice}}<audio controls src="{{.Source}}"></audio>{{else}}<img alt="{{.Hash}}" src="{{.Source}}">{{end}}{{else}}不在中心 / not at the centre{{end}}<br><code>{{.Hash}}</code></p>
{{end}}<p>核对 / check: <code>buxun verify FILE</code></p>
<script type="application/json" id="buxun-evidence">{{.Data}}</script>
<script type="application/json" id="buxun-signature">"{{.Signature}}"</script>
</body></html>
`))

type pageRow struct {
	N                             int
	At, Received, Who, What, Hash string
	Signed                        string
}

type pageReceipt struct{ At, Who, What, Hash string }

type pageFile struct {
	Hash   string
	Source template.URL
	Voice  bool
}

// renderPage gives the same page for the same evidence, so that a page that was changed is found by making it again.
func renderPage(data []byte, signature string, e Evidence, files [][]byte) ([]byte, error) {
	c := e.Case
	page := struct {
		Name, Made string
		Case       shared.Case
		Rows       []pageRow
		Receipts   []pageReceipt
		Files      []pageFile
		Data       template.JS
		Signature  template.JS
	}{Name: strings.TrimSpace(c.Number + " " + c.Short), Made: clock(e.MadeAt), Case: c, Data: template.JS(data), Signature: template.JS(signature)}
	for i, entry := range c.Timeline {
		row := pageRow{N: i + 1, At: clock(entry.At), Received: clock(entry.Received), Who: who(e, entry), What: what(entry)}
		if i < len(e.Records) {
			row.Hash, row.Signed = e.Records[i].Hash, "由中心证明 / attested by the centre"
			if e.Records[i].Signature != "" {
				row.Signed = "本人设备签名 / signed by its author's device"
			}
		}
		page.Rows = append(page.Rows, row)
	}
	for _, signed := range e.Receipts {
		page.Receipts = append(page.Receipts, receiptShown(e, signed))
	}
	for _, p := range e.Photos {
		file := pageFile{Hash: p.Hash, Voice: strings.HasPrefix(p.Type, "audio/")}
		if p.Here && len(files) > 0 {
			file.Source = template.URL("data:" + p.Type + ";base64," + base64.StdEncoding.EncodeToString(files[0]))
			files = files[1:]
		}
		page.Files = append(page.Files, file)
	}
	var out bytes.Buffer
	err := evidencePage.Execute(&out, page)
	return out.Bytes(), err
}

// receiptShown says a receipt in words, by the numbers that the records have on the page.
func receiptShown(e Evidence, signed EvidenceReceipt) pageReceipt {
	row := pageReceipt{Who: cmp.Or(e.People[signed.For], signed.For), What: "读不出来 / cannot be read", Hash: shared.HashText(signed.Text)}
	receipt, err := shared.ParseReceipt(signed.Text)
	if err != nil {
		return row
	}
	var numbers []string
	photos := 0
	for i, r := range e.Records {
		for _, one := range receipt.Operations {
			if one.Hash == r.Hash {
				numbers = append(numbers, strconv.Itoa(i+1))
				photos += len(one.Photos)
			}
		}
	}
	row.At = clock(receipt.At)
	row.What = fmt.Sprintf("第 %s 条记录，照片和录音 %d / records %s, %d photos and voice notes", strings.Join(numbers, "、"), photos, strings.Join(numbers, ", "), photos)
	return row
}

// china is Asia/Shanghai, which has had no summer time since 1991.
var china = time.FixedZone("UTC+8", 8*60*60)

func clock(ms int64) string { return time.UnixMilli(ms).In(china).Format("2006-01-02 15:04:05 -0700") }

func who(e Evidence, entry shared.Entry) string {
	name := e.People[entry.By.ID]
	if name == "" {
		name = string(entry.By.Kind) + " " + entry.By.ID
	}
	return name + " (" + string(entry.Role) + ")"
}

func what(entry shared.Entry) string {
	words := []string{string(entry.Action)}
	if entry.To != "" {
		words = append(words, "→ "+string(entry.To))
	}
	if entry.Late != "" {
		words = append(words, "("+entry.Late+")")
	}
	p := entry.Payload
	for _, text := range []string{p.Category, p.Description, p.Address, p.Words, p.Reason, p.Number, p.Squad} {
		if text != "" {
			words = append(words, text)
		}
	}
	for _, change := range p.Changes {
		words = append(words, string(change.Field)+": "+change.From+" → "+change.To)
	}
	return strings.Join(words, " · ")
}
