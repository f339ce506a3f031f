package web

import (
	"bytes"
	"cmp"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"strings"

	"buxun/server/office"
	"buxun/server/roster"
	"buxun/shared"
)

const linkStyle = "/link.css"

//go:embed link.html link.css link.zh-CN.json link.en.json
var linkFiles embed.FS

// linkWords are the words of a link's page in one language.
type linkWords struct {
	Lang, Title, Where, What, Due, Number, Unit, Before, After, Photo, PhotoAbout, More, Second, Third, Album, Words, As, Send, Until, Again, When, By, UnknownCategory string

	Used   linkTold
	Wrongs map[string]linkTold
}

// linkTold says what is and what to do.
type linkTold struct{ What, Do string }

// linkPage is the page of a link: plain HTML without a script, for phones that never saw the app.
type linkPage struct {
	page   *template.Template
	style  page
	zh, en linkWords
}

func readLinkPage() (p linkPage, err error) {
	if p.page, err = template.ParseFS(linkFiles, "link.html"); err != nil {
		return p, fmt.Errorf("read the page of links: %w", err)
	}
	style, err := linkFiles.ReadFile("link.css")
	if err != nil {
		return p, fmt.Errorf("read the page of links: %w", err)
	}
	if p.style, err = newPage("link.css", style); err != nil {
		return p, err
	}
	p.style.cache = askAgain
	for name, words := range map[string]*linkWords{"link.zh-CN.json": &p.zh, "link.en.json": &p.en} {
		text, err := linkFiles.ReadFile(name)
		if err == nil {
			err = json.Unmarshal(text, words)
		}
		if err != nil {
			return p, fmt.Errorf("read %s: %w", name, err)
		}
	}
	return p, nil
}

func (p *linkPage) words(english bool) linkWords {
	if english {
		return p.en
	}
	return p.zh
}

type linkShot struct {
	Small, Large string
	N            int
}

type linkView struct {
	W                                                                        linkWords
	Category, Address, Description, Due, Number, Unit, Said, Until, When, By string
	As, Action                                                               string
	Photos                                                                   []linkShot
	Told, Wrong                                                              *linkTold
	Done                                                                     bool // what is told is good news
	Again                                                                    bool // reported, and its photos did not come
}

func (s *server) linkStyle(w http.ResponseWriter, r *http.Request) error {
	s.linkPage.style.send(w, r)
	return nil
}

// refuse tells somebody with a browser what is wrong, in the catalogue's words and with the fault's status (L12).
func (p *linkPage) refuse(w http.ResponseWriter, r *http.Request, row shared.FaultRow, english bool) {
	told := linkTold{row.Zh, row.ZhDo}
	if english {
		told = linkTold{row.En, row.EnDo}
	}
	// The template is drawn in the tests with everything that it may be given.
	_ = p.send(w, r, row.HTTP, linkView{W: p.words(english), Told: &told})
}

func (p *linkPage) send(w http.ResponseWriter, r *http.Request, status int, v linkView) error {
	var drawn bytes.Buffer
	if err := p.page.Execute(&drawn, v); err != nil {
		return fmt.Errorf("draw the page of a link: %w", err)
	}
	visitOf(r).page = true
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Language", v.W.Lang)
	header.Set("Content-Length", strconv.Itoa(drawn.Len()))
	header.Set("Vary", "Accept, Accept-Language")
	header.Set("Cache-Control", neverKeep)
	header.Del("Content-Encoding")
	header.Del("Etag")
	w.WriteHeader(status)
	w.Write(drawn.Bytes()) //nolint:errcheck // the reader went away
	return nil
}

// sendLinkPage shows what is to be handled, or that it was reported; wrong is a word for what was wrong with the form that came.
func (s *server) sendLinkPage(w http.ResponseWriter, r *http.Request, h held, wrong string) error {
	if wrong != "" && visitOf(r).people == nil {
		return roster.Wrongs{{Field: "photo", Zh: s.linkPage.zh.Wrongs[wrong].line("。"), En: s.linkPage.en.Wrongs[wrong].line(". ")}}
	}
	english := PrefersEnglish(r.Header.Get("Accept-Language"))
	v := linkView{W: s.linkPage.words(english), Action: linkPath + h.secret, Number: cmp.Or(h.of.Number, h.of.Short), Again: h.state == linkSending}
	if h.state == linkUsed {
		v.Told, v.Done, v.When, v.By = &v.W.Used, true, office.Moment(h.UsedAt), h.Contractor
	} else if err := s.fillLinkView(r, &v, h, english); err != nil {
		return err
	}
	status := http.StatusOK
	if wrong != "" {
		told := v.W.Wrongs[wrong]
		v.Wrong, v.Said, status = &told, strings.TrimSpace(r.PostFormValue("words")), http.StatusUnprocessableEntity
	}
	return s.linkPage.send(w, r, status, v)
}

func (t linkTold) line(between string) string { return t.What + between + t.Do }

func (s *server) fillLinkView(r *http.Request, v *linkView, h held, english bool) error {
	c := h.of
	v.Category = v.W.UnknownCategory
	if names := shared.BuiltinTaxonomy().Path(c.Category); len(names) > 0 {
		v.Category = either(english, names[len(names)-1].En, names[len(names)-1].Zh)
	}
	v.Address, v.Description = c.Address, c.Description
	if clock := c.Clock(shared.PhaseHandle); clock != nil {
		v.Due = office.Moment(clock.Due)
	}
	var err error
	if v.Unit, err = s.Store.UnitName(r.Context(), h.Unit); err != nil {
		return err
	}
	v.As = strings.NewReplacer("{contractor}", h.Contractor, "{unit}", v.Unit).Replace(v.W.As)
	v.Until = strings.ReplaceAll(v.W.Until, "{until}", office.Moment(h.ExpiresAt))
	for i, one := range h.shown() {
		shot := linkShot{Large: v.Action + "/" + one.Hash + "?size=screen", N: i + 1}
		shot.Small = shot.Large
		if one.Preview != nil && one.PreviewHere == shared.ArrivalHere {
			shot.Small = v.Action + "/" + one.Preview.Hash + "?size=preview"
		}
		v.Photos = append(v.Photos, shot)
	}
	return nil
}
