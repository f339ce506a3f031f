package roster

import (
	"strings"

	"buxun/shared"
)

// column is one that a table may have: the headings that name it, first the one that is written in Chinese, then the one in
// English, then others that are understood.
type column struct {
	field    string
	headings []string
	required bool
	told     bool // written for people to read, skipped on the way in
}

func (c column) heading(language Language) string {
	if language == En {
		return c.headings[1]
	}
	return c.headings[0]
}

// noteColumns may stand in any table and are skipped.
var noteColumns = []string{"备注", "note", "notes"}

var squadColumns = []column{
	{field: "code", headings: []string{"编号", "code", "编码", "中队编号"}, required: true},
	{field: "name", headings: []string{"名称", "name", "中队", "中队名称"}, required: true},
	{field: "place", headings: []string{"次序", "order", "顺序"}},
}

var personColumns = []column{
	{field: "name", headings: []string{"账号", "account", "帐号", "登录名", "login"}, required: true},
	{field: "label", headings: []string{"显示名", "label", "姓名", "name"}, required: true},
	{field: "role", headings: []string{"角色", "role", "岗位"}, required: true},
	{field: "squad", headings: []string{"中队", "squad", "中队编号"}, required: true},
	{field: "unit", headings: []string{"处置单位", "unit", "单位", "单位编号"}},
	{field: "state", headings: []string{"状态", "state"}},
	{field: "password", headings: []string{"密码", "password", "初始密码"}},
	{field: "id", headings: []string{"id", "uuid"}},
}

var areaColumns = []column{
	{field: "code", headings: []string{"编号", "code", "编码"}, required: true},
	{field: "name", headings: []string{"名称", "name"}, required: true},
	{field: "squad", headings: []string{"中队", "squad"}, required: true},
	{field: "kind", headings: []string{"类型", "kind"}, required: true},
	{field: "collectors", headings: []string{"责任采集员", "collectors", "责任人", "采集员"}},
	{field: "points", headings: []string{"边界点数", "points"}, told: true},
}

var deviceColumns = []column{
	{field: "id", headings: []string{"手机编号", "phone", "编号", "id"}, required: true},
	{field: "label", headings: []string{"名称", "label", "name"}, required: true},
	{field: "person", headings: []string{"人员", "person"}, told: true},
	{field: "squad", headings: []string{"中队", "squad"}, told: true},
	{field: "device", headings: []string{"机型", "device"}, told: true},
	{field: "app", headings: []string{"应用版本", "app"}, told: true},
	{field: "enrolledAt", headings: []string{"登记时间", "enrolled"}, told: true},
	{field: "heardAt", headings: []string{"最近联系", "heard"}, told: true},
	{field: "missing", headings: []string{"没到中心的记录", "missing"}, told: true},
	{field: "revoked", headings: []string{"停用", "revoked"}, told: true},
}

var phraseColumns = []column{
	{field: "squad", headings: []string{"中队", "squad", "中队编号"}, required: true},
	{field: "kind", headings: []string{"种类", "kind", "类型"}, required: true},
	{field: "text", headings: []string{"内容", "text", "常用语"}, required: true},
}

// columnsOf are the columns of a kind.
func columnsOf(kind Kind) []column {
	switch kind {
	case Squads:
		return squadColumns
	case Units:
		return unitColumns
	case People:
		return personColumns
	case Areas:
		return areaColumns
	case Phrases:
		return phraseColumns
	case Register:
		return dutyColumns
	case Limits:
		return limitColumns
	case Phases:
		return phaseColumns
	case Calendar:
		return calendarColumns
	}
	return deviceColumns
}

// word is a value that stands in tables as a word: the one that is written in each language, and others that are understood.
type word[T ~string] struct {
	value  T
	zh, en string
	others []string
}

func read[T ~string](words []word[T], text string) (T, bool) {
	text = strings.ToLower(text)
	for _, w := range words {
		if text == strings.ToLower(string(w.value)) || text == w.zh || text == strings.ToLower(w.en) {
			return w.value, true
		}
		for _, other := range w.others {
			if text == other {
				return w.value, true
			}
		}
	}
	return "", false
}

func written[T ~string](words []word[T], value T, language Language) string {
	for _, w := range words {
		if w.value == value && language == En {
			return w.en
		} else if w.value == value {
			return w.zh
		}
	}
	return string(value)
}

// RoleServer and RoleMachine are no people.
var roleWords = []word[shared.Role]{
	{shared.RoleCollector, "采集员", "collector", []string{"信息采集员", "监督员"}},
	{shared.RoleLeader, "中队长", "leader", []string{"队长"}},
	{shared.RoleUnit, "处置单位", "unit", []string{"责任单位", "单位"}},
	{shared.RoleAdmin, "管理员", "admin", nil},
}

var stateWords = []word[State]{
	{Active, "在用", "active", []string{"正常", "启用"}},
	{Disabled, "停用", "disabled", []string{"禁用", "离职"}},
}

var areaWords = []word[string]{
	{KindCommunity, "社区", "community", nil},
	{KindUnitGrid, "单元网格", "unitGrid", nil},
	{KindDutyGrid, "责任网格", "dutyGrid", []string{"责任片区"}},
}

var phraseWords = []word[shared.PhraseKind]{
	{shared.PhraseDescription, "描述", "description", nil},
	{shared.PhraseAddress, "位置", "address", nil},
	{shared.PhraseReturn, "退回原因", "return", []string{"退回补充"}},
	{shared.PhraseReject, "不予立案原因", "reject", []string{"不予立案"}},
	{shared.PhraseRework, "返工原因", "rework", []string{"返工"}},
	{shared.PhraseClose, "不核查就结案原因", "close", []string{"结案原因", "结案"}},
	{shared.PhraseSuspension, "挂账原因", "suspension", []string{"挂账"}},
	{shared.PhraseVoid, "作废原因", "void", []string{"作废", "申请作废"}},
	{shared.PhraseDeny, "不同意原因", "deny", []string{"不同意"}},
	{shared.PhraseSupervise, "督办要求", "supervise", []string{"督办"}},
	{shared.PhraseReopen, "重新处置原因", "reopen", []string{"重新处置"}},
	{shared.PhraseReconsider, "重新受理原因", "reconsider", []string{"重新受理"}},
	{shared.PhraseHandBack, "回退原因", "handBack", []string{"回退"}},
	{shared.PhraseExtension, "延期原因", "extension", []string{"延期", "申请延期"}},
	{shared.PhraseAppeal, "申诉原因", "appeal", []string{"申诉"}},
	{shared.PhraseAuditFail, "自行处置不通过原因", "auditFail", []string{"自行处置不通过", "自处置不通过原因", "自处置不通过"}},
}
