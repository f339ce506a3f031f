package install

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"strings"
)

// words are all that this package says in one language. {site} stands for the server's address, {ca} for the authority's name.
type words struct {
	Lang            string `json:"lang"`
	Other           string `json:"other"` // what the other language calls itself
	Title           string `json:"title"`
	Lead            string `json:"lead"`
	WeChat          string `json:"wechat"`
	Which           string `json:"which"`
	Scan            string `json:"scan"`
	ScanOr          string `json:"scanOr"`
	TrustTitle      string `json:"trustTitle"`
	TrustWhy        string `json:"trustWhy"`
	Download        string `json:"download"`
	Trusted         string `json:"trusted"`
	NotTrusted      string `json:"notTrusted"`
	HomeTitle       string `json:"homeTitle"`
	HomeTitleSecond string `json:"homeTitleSecond"`
	Open            string `json:"open"`
	CheckTitle      string `json:"checkTitle"`
	CheckWhy        string `json:"checkWhy"`
	CheckName       string `json:"checkName"`
	CheckPrint      string `json:"checkPrint"`
	CheckUntil      string `json:"checkUntil"`
	InsecureTitle   string `json:"insecureTitle"`
	InsecureWhy     string `json:"insecureWhy"`
	InsecureDo      string `json:"insecureDo"`
	Kinds           []kind `json:"kinds"`
}

// kind is one kind of phone or computer.
type kind struct {
	Key    string   `json:"key"`
	Name   string   `json:"name"`
	Desk   bool     `json:"desk"`   // no phone: it shows the code for one
	Trust  []string `json:"trust"`  // to trust the authority
	Places []string `json:"places"` // where brands hide it
	Home   []string `json:"home"`   // to open and keep the app
}

//go:embed words.zh-CN.json words.en.json
var wordFiles embed.FS

// readWords gives Chinese first: it is what nobody has to ask for.
func readWords() (list []words, err error) {
	for _, name := range []string{"words.zh-CN.json", "words.en.json"} {
		text, err := wordFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		var w words
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&w); err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		list = append(list, w)
	}
	return list, nil
}

// kindOf tells a phone by what its browser calls itself; "" for what is none of the known kinds. HarmonyOS up to 4 is an
// Android and has its menus.
func kindOf(agent string) string {
	for _, row := range []struct{ mark, kind string }{
		{"OpenHarmony", "harmony"}, {"ArkWeb", "harmony"}, {"iPhone", "iphone"}, {"iPad", "iphone"}, {"Android", "android"},
		{"Windows", "windows"}, {"Macintosh", "mac"},
	} {
		if strings.Contains(agent, row.mark) {
			return row.kind
		}
	}
	return ""
}
