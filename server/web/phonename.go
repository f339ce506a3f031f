package web

import (
	"regexp"
	"strings"
)

// maxPhoneName is the most runes that are kept of what a phone calls itself.
const maxPhoneName = 80

// systems and browsers are looked for in this order: the later ones stand in the names of the earlier ones too.
var systems = []struct {
	name    string
	pattern *regexp.Regexp
}{
	{"HarmonyOS", regexp.MustCompile(`HarmonyOS[ /]?([0-9.]*)`)},
	{"iPhone iOS", regexp.MustCompile(`iPhone OS ([0-9_]+)`)},
	{"iPad", regexp.MustCompile(`iPad; CPU OS ([0-9_]+)`)},
	{"Android", regexp.MustCompile(`Android ([0-9.]+)`)},
	{"Windows", regexp.MustCompile(`Windows NT ()`)},
	{"macOS", regexp.MustCompile(`Mac OS X ()`)},
	{"Linux", regexp.MustCompile(`Linux()`)},
}

var browsers = []struct {
	name    string
	pattern *regexp.Regexp
}{
	{"Edge", regexp.MustCompile(`Edg(?:A|iOS)?/([0-9]+)`)},
	{"Huawei", regexp.MustCompile(`HuaweiBrowser/([0-9]+)`)},
	{"MIUI", regexp.MustCompile(`MiuiBrowser/([0-9]+)`)},
	{"QQ", regexp.MustCompile(`MQQBrowser/([0-9]+)`)},
	{"UC", regexp.MustCompile(`UCBrowser/([0-9]+)`)},
	{"Firefox", regexp.MustCompile(`(?:Firefox|FxiOS)/([0-9]+)`)},
	{"Chrome", regexp.MustCompile(`(?:Headless)?(?:Chrome|CriOS)/([0-9]+)`)},
	{"Safari", regexp.MustCompile(`Version/([0-9]+)[0-9.]* .*Safari/`)},
}

// phoneName makes a short name of what the phone said and of the browser's own: "Redmi Note 12 · Android 13 · Chrome 126".
func phoneName(said, agent string) string {
	parts := []string{strings.Join(strings.FieldsFunc(said, func(r rune) bool { return r <= ' ' }), " ")}
	for _, system := range systems {
		if match := system.pattern.FindStringSubmatch(agent); match != nil {
			parts = append(parts, strings.TrimSpace(system.name+" "+strings.ReplaceAll(match[1], "_", ".")))
			break
		}
	}
	for _, browser := range browsers {
		if match := browser.pattern.FindStringSubmatch(agent); match != nil {
			parts = append(parts, browser.name+" "+match[1])
			break
		}
	}
	if parts[0] == "" {
		parts = parts[1:]
	}
	runes := []rune(strings.Join(parts, " · "))
	return string(runes[:min(len(runes), maxPhoneName)])
}
