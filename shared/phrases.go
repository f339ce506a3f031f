package shared

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// PhraseKind is where a quick phrase (常用语) is offered.
type PhraseKind string

const (
	PhraseDescription PhraseKind = "description" // 描述
	PhraseAddress     PhraseKind = "address"     // 位置; "＿" in one is where the cursor goes
	PhraseReturn      PhraseKind = "return"      // reason of 退回补充
	PhraseReject      PhraseKind = "reject"      // reason of 不予立案
	PhraseAuditFail   PhraseKind = "auditFail"   // reason of 自处置审核不通过
	PhraseHandBack    PhraseKind = "handBack"    // reason of 回退, by a unit
	PhraseExtension   PhraseKind = "extension"   // reason of an ask for 延期, by a unit
	PhraseSuspension  PhraseKind = "suspension"  // reason of 挂账, and of asking for it, by a unit too
	PhraseAppeal      PhraseKind = "appeal"      // reason of 申诉, by a unit
	PhraseRework      PhraseKind = "rework"      // reason of 返工
	PhraseClose       PhraseKind = "close"       // reason of 结案 without a passed re-check
	PhraseReopen      PhraseKind = "reopen"      // reason of reopening a closed case
	PhraseReconsider  PhraseKind = "reconsider"  // reason of taking up again what was rejected or void
	PhraseVoid        PhraseKind = "void"        // reason of asking for 作废
	PhraseDeny        PhraseKind = "deny"        // reason of not granting what was asked for
	PhraseSupervise   PhraseKind = "supervise"   // words of 督办
)

// Limits of the quick phrases that a squad keeps. A phrase is to be read in passing and must fit a button.
const (
	MaxPhrases   = 30 // of one kind
	MaxPhraseLen = 60 // runes
)

// PhraseKinds are all kinds, in the order in which they are shown.
func PhraseKinds() []PhraseKind {
	return []PhraseKind{
		PhraseDescription, PhraseAddress, PhraseReturn, PhraseReject, PhraseAuditFail, PhraseRework, PhraseClose, PhraseSuspension, PhraseVoid, PhraseDeny,
		PhraseSupervise, PhraseReopen, PhraseReconsider, PhraseHandBack, PhraseExtension, PhraseAppeal,
	}
}

// UnitPhraseKinds are those of what units do.
func UnitPhraseKinds() []PhraseKind {
	return []PhraseKind{PhraseHandBack, PhraseExtension, PhraseSuspension, PhraseAppeal}
}

// CheckPhrases says whether a squad may keep these phrases of one kind, as they stand. The fault is phrases.malformed and
// its detail names the first that may not be.
func CheckPhrases(texts []string) error {
	if len(texts) > MaxPhrases {
		return Fail("phrases.malformed", fmt.Sprintf("%d phrases, at most %d", len(texts), MaxPhrases))
	}
	for i, text := range texts {
		if why := strangeIn(text); why != "" {
			return Fail("phrases.malformed", fmt.Sprintf("phrase %d %s", i+1, why))
		}
		if slices.Contains(texts[:i], text) {
			return Fail("phrases.malformed", fmt.Sprintf("phrase %d is there twice", i+1))
		}
	}
	return nil
}

func strangeIn(phrase string) string {
	switch length := utf8.RuneCountInString(phrase); {
	case !utf8.ValidString(phrase):
		return "is no UTF-8"
	case strings.TrimSpace(phrase) == "":
		return "is empty"
	case phrase != strings.TrimSpace(phrase):
		return "begins or ends with a space"
	case length > MaxPhraseLen:
		return fmt.Sprintf("has %d characters, at most %d", length, MaxPhraseLen)
	case strings.ContainsFunc(phrase, unicode.IsControl):
		return "holds a line break or another control character"
	}
	return ""
}
