package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"buxun/shared"
)

func TestTheCheckedInTaxonomyIsCurrent(t *testing.T) {
	text, err := convert(source)
	if err != nil {
		t.Fatal(err)
	}
	held, err := os.ReadFile("../taxonomy.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(text, held) {
		t.Error("shared/taxonomy.json is not what source.json gives: go run ./shared/taxonomygen")
	}
}

// Readings checked by eye: common categories, and every character here that has several readings in everyday use.
func TestPinyin(t *testing.T) {
	for name, want := range map[string]string{
		"行道树":    "hang dao shu",
		"人行横道桩":  "ren xing heng dao zhuang",
		"自行车租赁点": "zi xing che zu lin dian",
		"履带车（铁轮车）违规上路行驶": "lv dai che tie lun che wei gui shang lu xing shi",
		"燃气调压站（箱）":       "ran qi tiao ya zhan xiang",
		"空调室外机低挂":        "kong tiao shi wai ji di gua",
		"临街阳台、屋顶脏乱差":     "lin jie yang tai wu ding zang luan cha",
		"暴露垃圾":           "bao lu la ji",
		"油烟污染":           "you yan wu ran",
		"乱堆杂物":           "luan dui za wu",
		"机动车乱停放":         "ji dong che luan ting fang",
		"渣土运输车辆未安装密闭装置":  "zha tu yun shu che liang wei an zhuang mi bi zhuang zhi",
		"占道经营":           "zhan dao jing ying",
		"店外经营":           "dian wai jing ying",
		"非法小广告":          "fei fa xiao guang gao",
		"街头散发广告":         "jie tou san fa guang gao",
		"早（夜）市管理问题":      "zao ye shi guan li wen ti",
		"道路遗撒（洒）":        "dao lu yi sa sa",
		"道路积雪、积冰":        "dao lu ji xue ji bing",
		"绿化弃料":           "lv hua qi liao",
		"架空线缆脱落":         "jia kong xian lan tuo luo",
		"排水管道堵塞、破裂":      "pai shui guan dao du se po lie",
		"外立面裂缝":          "wai li mian lie feng",
		"便民服务摊点":         "bian min fu wu tan dian",
		"宠物拾便纸箱":         "chong wu shi bian zhi xiang",
		"畜力车进城":          "chu li che jin cheng",
		"擅自饲养家禽家畜":       "shan zi si yang jia qin jia chu",
		"藤蔓类覆盖":          "teng wan lei fu gai",
		"共享单车乱象":         "gong xiang dan che luan xiang",
		"露天烧烤":           "lu tian shao kao",
		"宣传栏":            "xuan chuan lan",
		"牌匾标识":           "pai bian biao shi",
		"停车计费设备":         "ting che ji fei she bei",
		"供水器":            "gong shui qi",
		"紧急报警点SOS":       "jin ji bao jing dian sos",
		"擅自在临街的建筑物上挂彩旗":  "shan zi zai lin jie de jian zhu wu shang gua cai qi",
		"出租车停靠站":         "chu zu che ting kao zhan",
		"预埋件设施裸露":        "yu mai jian she shi luo lu",
	} {
		got, err := read(name)
		if err != nil {
			t.Error(err)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %s", name, got, want)
		}
	}
}

func TestAReadingIsNeverGuessed(t *testing.T) {
	for _, name := range []string{"行列", "重长", "差别"} {
		if got, err := read(name); err == nil {
			t.Errorf("%s was read as %v without a phrase", name, got)
		}
	}
}

func TestEveryPhraseIsUsed(t *testing.T) {
	for phrase, reading := range phrases {
		if len([]rune(phrase)) != len(strings.Fields(reading)) {
			t.Errorf("%s has %d characters, its reading %q not", phrase, len([]rune(phrase)), reading)
		}
		used := false
		for _, c := range shared.BuiltinTaxonomy().Categories {
			used = used || strings.Contains(c.Name.Zh, phrase)
		}
		if !used {
			t.Errorf("no category has %s", phrase)
		}
	}
}

func TestABadSourceIsNamed(t *testing.T) {
	for text, want := range map[string]string{
		`{`: "read source.json",
		`[{"standard":"GB 1","kind":"event","code":"1","name_zh":"暴露垃圾"}]`:                                                          "entry 1 (暴露垃圾): unknown standard",
		`[{"standard":"GB/T 47678.5-2026","kind":"event","code":"1","name_zh":"暴露垃圾","limit_hours":1,"limit_basis":"lunar hours"}]`: "unknown clock",
	} {
		if _, err := convert([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}
