package main

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/mozillazg/go-pinyin"
)

// phrases settle characters with several readings (多音字): the longest that fits is taken. A character with several readings
// that no phrase settles stops the conversion unless plain lists it, so that new data cannot bring a guess in.
var phrases = map[string]string{
	"便民": "bian min", "便道": "bian dao", "便纸": "bian zhi",
	"畜力车": "chu li che", "家畜": "jia chu",
	"调压": "tiao ya", "空调": "kong tiao",
	"人行": "ren xing", "自行": "zi xing", "上路行驶": "shang lu xing shi", "行道树": "hang dao shu",
	"单车":  "dan che",
	"脏乱差": "zang luan cha",
	"堵塞":  "du se", "宣传": "xuan chuan",
	"暴露": "bao lu", "露天": "lu tian", "裸露": "luo lu",
	"脱落": "tuo luo", "垂落": "chui luo",
	"车":  "che",
	"藤蔓": "teng wan", "的": "de",
}

// plain lists characters with several readings of which the library's first is right everywhere that no phrase says otherwise.
const plain = "不事他件任休位体促信共其冰净前助包化区占厕古台叶号合告和售园土地圾垂埋堆堤塌塔填声夹完害家屏属市平广或房扰拾排掘接控搭支施无明景服机杂柜槽横池沙治泵洁洒洗液港游灯烟盖眼石硬示离租积穴立筒篦络综绿缴缺蔓虫言识跨路身遗阻附限隔隧餐"

// read gives one syllable without tone a character, ü written v. Latin letters and digits stay, as one syllable a run;
// other signs are left out.
func read(name string) ([]string, error) {
	var syllables []string
	run := ""
	flush := func() {
		if run != "" {
			syllables = append(syllables, strings.ToLower(run))
			run = ""
		}
	}
	characters := []rune(name)
	for i := 0; i < len(characters); {
		if r := characters[i]; r < 128 && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			run += string(r)
			i++
			continue
		}
		flush()
		if phrase := settled(characters[i:]); phrase != "" {
			syllables = append(syllables, strings.Fields(phrases[phrase])...)
			i += len([]rune(phrase))
			continue
		}
		if unicode.Is(unicode.Han, characters[i]) {
			syllable, err := single(characters[i])
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			syllables = append(syllables, syllable)
		}
		i++
	}
	flush()
	return syllables, nil
}

// settled is the longest phrase that the characters begin with, or "".
func settled(characters []rune) string {
	rest, longest := string(characters), ""
	for phrase := range phrases {
		if strings.HasPrefix(rest, phrase) && len(phrase) > len(longest) {
			longest = phrase
		}
	}
	return longest
}

func single(character rune) (string, error) {
	args := pinyin.NewArgs()
	args.Heteronym = true
	readings := pinyin.SinglePinyin(character, args)
	slices.Sort(readings[1:])
	switch distinct := slices.Compact(readings); {
	case len(distinct) == 0:
		return "", fmt.Errorf("%c has no reading", character)
	case len(distinct) > 1 && !strings.ContainsRune(plain, character):
		return "", fmt.Errorf("%c may be read %v: add a phrase, or list it as plain", character, distinct)
	}
	return readings[0], nil
}
