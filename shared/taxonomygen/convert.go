package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"buxun/shared"
)

// version is raised by hand when the product changes: the day it is in force from, and a counter.
const version = "2026-07-01.1"

const (
	standard2026 = "GB/T 47678.5-2026"
	standard2013 = "GB/T 30428.2-2013"
	local2013    = "local-2013"
)

const oneCity = "Yuncheng's figures, as an example; not national ones"

var standards = []shared.Standard{
	{
		Key: standard2026, Since: "2026-07-01",
		Title:      shared.Names{Zh: "城市运行管理服务平台 第5部分：管理部件和事项", En: "City operation and management service platform, part 5: components and matters"},
		Basis:      "Annexes as transcribed in github.com/Jackyhellolove/city-inspection-ai (088839d9)",
		LimitsFrom: oneCity,
	},
	{
		Key: standard2013, Since: "2013", Until: "2026-06-30",
		Title:      shared.Names{Zh: "数字化城市管理信息系统 第2部分：管理部件和事件", En: "Digital city management information system, part 2: components and events"},
		Basis:      "Codes still in use that the successor lacks, from Yuncheng's table in github.com/zhcg2026/smart_cityguard (3440bf3)",
		LimitsFrom: oneCity,
	},
	{
		Key:        local2013,
		Title:      shared.Names{Zh: "地方扩展类别（按2013版编码）", En: "A city's own categories, numbered in the 2013 scheme"},
		Basis:      "Yuncheng's extensions in github.com/zhcg2026/smart_cityguard (3440bf3)",
		LimitsFrom: oneCity,
	},
}

// usual are the categories that street collectors report most, the commonest first: small ads, rubbish and disorderly piling
// lead every count that was found, appearance is 80 % of all, components a few per cent (docs of Tianmen and Kaizhou).
var usual = []struct{ standard, name string }{
	{standard2026, "非法小广告"},
	{standard2026, "暴露垃圾"},
	{standard2026, "乱堆杂物"},
	{standard2026, "店外经营"},
	{standard2026, "道路不洁"},
	{standard2026, "非机动车乱停放"},
	{standard2026, "机动车乱停放"},
	{standard2026, "占道经营"},
	{standard2026, "垃圾站（箱）满溢"},
	{standard2026, "道路破损"},
	{standard2026, "绿地脏乱"},
	{standard2026, "沿街晾挂"},
	{standard2026, "违规标语宣传品"},
	{standard2026, "共享单车乱象"},
	{standard2026, "路缘石缺损"},
	{standard2026, "不明井盖异常"},
	{standard2013, "餐厨垃圾遗撒和污染"},
	{standard2013, "道路积水"},
}

// entry is one row of source.json.
type entry struct {
	Code              string   `json:"code"`
	Standard          string   `json:"standard"`
	Kind              string   `json:"kind"`
	ClassCode         string   `json:"class_code"`
	ClassZh           string   `json:"class_zh"`
	ClassEn           string   `json:"class_en"`
	NameZh            string   `json:"name_zh"`
	NameEn            string   `json:"name_en"`
	Code2013          string   `json:"code_2013"`
	Code2013Confirmed *bool    `json:"code_2013_confirmed"`
	Name2013          string   `json:"name_2013"`
	Confirmed         bool     `json:"confirmed"`
	LimitHours        float64  `json:"limit_hours"`
	LimitMaxHours     float64  `json:"limit_max_hours"`
	LimitBasis        string   `json:"limit_basis"`
	Conditions        []string `json:"limits_by_filing_condition"`
	LimitFromLocal    string   `json:"limit_from_local_code"`
}

var (
	standardKeys = map[string]string{standard2026: standard2026, standard2013: standard2013, "local extension (2013 scheme)": local2013}
	kinds        = map[string]shared.CategoryKind{"component": shared.KindComponent, "event": shared.KindMatter}
	clocks       = map[string]shared.LimitClock{"urgent clock hours": shared.ClockUrgent, "working hours": shared.ClockWorking}
)

// convert makes the product's exact text, and proves that the product can be read.
func convert(source []byte) ([]byte, error) {
	var entries []entry
	if err := json.Unmarshal(source, &entries); err != nil {
		return nil, fmt.Errorf("read source.json: %w", err)
	}
	t := shared.Taxonomy{Version: version, Standards: standards}
	for i, e := range entries {
		category, err := e.category()
		if err != nil {
			return nil, fmt.Errorf("source.json entry %d (%s): %w", i+1, e.NameZh, err)
		}
		t.Categories = append(t.Categories, category)
	}
	for _, u := range usual {
		key, err := find(t.Categories, u.standard, u.name)
		if err != nil {
			return nil, err
		}
		t.Usual = append(t.Usual, key)
	}
	text, err := write(t)
	if err != nil {
		return nil, err
	}
	if _, err := shared.ParseTaxonomy(text); err != nil {
		return nil, fmt.Errorf("read back: %w", err)
	}
	return text, nil
}

func (e entry) category() (shared.Category, error) {
	c := shared.Category{
		Standard: standardKeys[e.Standard], Kind: kinds[e.Kind], Code: e.Code, ClassCode: e.ClassCode,
		Class: shared.Names{Zh: strings.TrimSuffix(e.ClassZh, "类"), En: e.ClassEn},
		Name:  shared.Names{Zh: e.NameZh, En: e.NameEn}, Code2013: e.Code2013, Confirmed: e.Confirmed,
	}
	if c.Standard == "" || c.Kind == "" {
		return c, fmt.Errorf("unknown standard %q or kind %q", e.Standard, e.Kind)
	}
	if e.Name2013 != e.NameZh {
		c.Name2013 = e.Name2013
	}
	if e.Code2013Confirmed != nil && !*e.Code2013Confirmed {
		c.Note = "2013 code derived, not seen"
	}
	if e.LimitHours > 0 {
		clock, known := clocks[e.LimitBasis]
		if !known {
			return c, fmt.Errorf("unknown clock %q", e.LimitBasis)
		}
		c.Limits = &shared.TimeLimits{From: e.LimitHours, To: e.LimitMaxHours, Clock: clock, Conditions: e.Conditions}
		if e.LimitFromLocal != "" {
			c.Note = strings.TrimPrefix(c.Note+"; limits of local code "+e.LimitFromLocal, "; ")
		}
	}
	syllables, err := read(e.NameZh)
	if err != nil {
		return c, err
	}
	c.Pinyin = strings.Join(syllables, " ")
	for _, syllable := range syllables {
		c.Initials += syllable[:1]
	}
	return c, nil
}

// find gives the key of the matter with a name; collectors report what they see, so the usual ones are matters.
func find(categories []shared.Category, standard, name string) (string, error) {
	for _, c := range categories {
		if c.Standard == standard && c.Kind == shared.KindMatter && c.Name.Zh == name {
			return c.Key(), nil
		}
	}
	return "", fmt.Errorf("usual category %s is not in %s", name, standard)
}

// write puts one category on a line, so that a change of the data reads well in a diff.
func write(t shared.Taxonomy) ([]byte, error) {
	var out bytes.Buffer
	head, err := compact(t.Version)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(&out, "{\"version\":%s,\n", head)
	if err := list(&out, "standards", t.Standards); err != nil {
		return nil, err
	}
	out.WriteString(",\n")
	if err := list(&out, "usual", t.Usual); err != nil {
		return nil, err
	}
	out.WriteString(",\n")
	if err := list(&out, "categories", t.Categories); err != nil {
		return nil, err
	}
	out.WriteString("}\n")
	return out.Bytes(), nil
}

func list[T any](out *bytes.Buffer, name string, rows []T) error {
	fmt.Fprintf(out, "%q:[\n", name)
	for i, row := range rows {
		text, err := compact(row)
		if err != nil {
			return err
		}
		out.Write(text)
		if i < len(rows)-1 {
			out.WriteByte(',')
		}
		out.WriteByte('\n')
	}
	out.WriteByte(']')
	return nil
}

// compact is JSON without escapes for <, > and &, which nothing here needs.
func compact(value any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, fmt.Errorf("write %T: %w", value, err)
	}
	return bytes.TrimSpace(out.Bytes()), nil
}
