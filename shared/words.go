package shared

// State is where a case stands in its life. Words for people are in the client's language files; the meaning is in workflow.json.
type State string

const (
	StateReported    State = "reported"    // 待受理
	StateReturned    State = "returned"    // 退回补充
	StateFiled       State = "filed"       // 已立案
	StateRejected    State = "rejected"    // 不予立案
	StateSelfHandled State = "selfHandled" // 自行处置, waits for the leader's audit
	StateClosed      State = "closed"      // 结案
	StateVoid        State = "void"        // 作废
	StateVerifying   State = "verifying"   // 待核实
	StateDispatched  State = "dispatched"  // 处置中
	StateHandled     State = "handled"     // 待核查
	StateSuspended   State = "suspended"   // 挂账
	StateMerged      State = "merged"      // 已合并
)

// Action is what a person, a machine or the server did to a case.
type Action string

const (
	ActionReport     Action = "report"     // 上报
	ActionSelfHandle Action = "selfHandle" // 自行处置
	ActionAmend      Action = "amend"      // 修改
	ActionComment    Action = "comment"    // 留言
	ActionAttach     Action = "attach"     // 补照片
	ActionReturn     Action = "return"     // 退回补充
	ActionResubmit   Action = "resubmit"   // 补充后再报
	ActionFile       Action = "file"       // 立案
	ActionReject     Action = "reject"     // 不予立案
	ActionAuditPass  Action = "auditPass"  // 自处置审核通过
	ActionAuditFail  Action = "auditFail"  // 自处置审核不通过
	ActionNumber     Action = "number"     // 编案卷号
	ActionTransfer   Action = "transfer"   // 移交另一中队

	ActionSendVerify     Action = "sendVerify"     // 派核实
	ActionRecallVerify   Action = "recallVerify"   // 收回核实
	ActionVerifyReal     Action = "verifyReal"     // 核实属实
	ActionVerifyFalse    Action = "verifyFalse"    // 核实不属实
	ActionSendRecheck    Action = "sendRecheck"    // 派核查
	ActionRecheckPass    Action = "recheckPass"    // 核查通过
	ActionRecheckFail    Action = "recheckFail"    // 核查不通过
	ActionAssign         Action = "assign"         // 派任务给人
	ActionStart          Action = "start"          // 开始任务
	ActionDispatch       Action = "dispatch"       // 派遣
	ActionHandBack       Action = "handBack"       // 回退
	ActionHandle         Action = "handle"         // 处置
	ActionRework         Action = "rework"         // 返工
	ActionClose          Action = "close"          // 结案
	ActionReopen         Action = "reopen"         // 重新处置
	ActionReconsider     Action = "reconsider"     // 重新受理
	ActionAskExtension   Action = "askExtension"   // 申请延期
	ActionGrantExtension Action = "grantExtension" // 同意延期
	ActionDenyExtension  Action = "denyExtension"  // 不同意延期
	ActionAskSuspension  Action = "askSuspension"  // 申请挂账
	ActionSuspend        Action = "suspend"        // 挂账
	ActionDenySuspension Action = "denySuspension" // 不同意挂账
	ActionResume         Action = "resume"         // 恢复处置
	ActionAskVoid        Action = "askVoid"        // 申请作废
	ActionVoid           Action = "void"           // 同意作废
	ActionDenyVoid       Action = "denyVoid"       // 不同意作废
	ActionAppeal         Action = "appeal"         // 申诉
	ActionGrantAppeal    Action = "grantAppeal"    // 申诉成立
	ActionDenyAppeal     Action = "denyAppeal"     // 申诉不成立
	ActionMerge          Action = "merge"          // 合并到另一案卷
	ActionSeparate       Action = "separate"       // 拆开合并
	ActionAbsorb         Action = "absorb"         // 并入重复案卷
	ActionRelease        Action = "release"        // 放出重复案卷
	ActionSupervise      Action = "supervise"      // 督办
	ActionConfirm        Action = "confirm"        // 仍然存在
	ActionSettle         Action = "settle"         // 选定改法
	ActionOverdue        Action = "overdue"        // 超期
)

// Role is what a person may be at a squad or, as RoleUnit, at a responsible unit; RoleServer is the server's own replica, RoleMachine a program with a key.
type Role string

const (
	RoleCollector Role = "collector" // 采集员
	RoleLeader    Role = "leader"    // 中队长
	RoleUnit      Role = "unit"      // 处置单位
	RoleAdmin     Role = "admin"     // 管理员
	RoleMachine   Role = "machine"   // 接口
	RoleServer    Role = "server"
)

// AuthorKind tells who made an operation.
type AuthorKind string

const (
	AuthorPerson  AuthorKind = "person"
	AuthorMachine AuthorKind = "machine"
	AuthorServer  AuthorKind = "server"
)

// Source is where a case came from (DOMAIN: 案件来源).
type Source string

const (
	SourceCollector Source = "collector" // 采集员上报
	SourceCamera    Source = "camera"    // 电子眼
	SourceHotline   Source = "hotline"   // 热线
	SourceStation   Source = "station"   // 便民服务站
	SourceCitizen   Source = "citizen"   // 公众举报
	SourceServer    Source = "server"
)

// Outcome is how an operation was judged, once, in the writer's transaction.
type Outcome string

const (
	OutcomeApplied Outcome = "applied"
	OutcomeLate    Outcome = "late"    // on the timeline, its change of state or fields did not happen (L6)
	OutcomeRefused Outcome = "refused" // outside the feed; its number is consumed
)

// TaskKind is what a collector is sent to look at.
type TaskKind string

const (
	TaskVerify  TaskKind = "verify"  // 核实, before filing: is it there
	TaskRecheck TaskKind = "recheck" // 核查, after handling: is it done well
)

// Assigning is how it was settled who does a task.
type Assigning string

const (
	AssignPick     Assigning = "pick"     // the leader named the person
	AssignArea     Assigning = "area"     // a collector who answers for the area
	AssignUsual    Assigning = "usual"    // nobody answers for the area: who reported most there lately
	AssignNearest  Assigning = "nearest"  // the nearest one on duty
	AssignRotation Assigning = "rotation" // drawn by the server, against collusion
)

// AskKind is what somebody asks of whoever decides; a case has at most one of a kind open.
type AskKind string

const (
	AskExtension  AskKind = "extension"  // 延期
	AskSuspension AskKind = "suspension" // 挂账
	AskVoid       AskKind = "void"       // 作废
	AskAppeal     AskKind = "appeal"     // 申诉
)

// Phase is a stretch of a case's life that has a time limit of its own.
type Phase string

const (
	PhaseAccept   Phase = "accept"   // 受理: until it is filed, returned or rejected
	PhaseVerify   Phase = "verify"   // 核实
	PhaseDispatch Phase = "dispatch" // 派遣
	PhaseHandle   Phase = "handle"   // 处置
	PhaseRecheck  Phase = "recheck"  // 核查
)

// Pace is how the time of a limit passes.
type Pace string

const (
	PaceUrgent  Pace = "urgent"  // 紧急工作时: on the wall
	PaceWorking Pace = "working" // 工作时: in office hours only
)

// Mark is something improbable about an operation's time, place or photos. Marks inform the leader and block nothing (L11).
type Mark string

const (
	MarkTimeUnmeasured   Mark = "timeUnmeasured"   // the phone's clock was not measured against the server's in that page life
	MarkTimeBeforeAnchor Mark = "timeBeforeAnchor" // claims a time before the server token that it carries
	MarkTimeAfterArrival Mark = "timeAfterArrival" // claims a time after it arrived
	MarkPlaceMissing     Mark = "placeMissing"
	MarkPlaceCoarse      Mark = "placeCoarse"     // accuracy worse than CoarseMetres
	MarkPlaceOld         Mark = "placeOld"        // the fix was older than OldFixMs when the operation was saved
	MarkPlaceImpossible  Mark = "placeImpossible" // outside WGS-84's range or at 0,0
	MarkPhotoMissing     Mark = "photoMissing"
	MarkPhotoGallery     Mark = "photoGallery"   // chosen from the gallery, not taken in the app
	MarkPhotoElsewhere   Mark = "photoElsewhere" // EXIF place further than ElsewhereMetres from the fix
	MarkPhotoOtherTime   Mark = "photoOtherTime" // EXIF time further than OtherTimeMs from the operation
	MarkDecidedOnOlder   Mark = "decidedOnOlder" // the author had not seen the case's latest revision
	MarkChainUnproven    Mark = "chainUnproven"  // first operation after a gap in its replica's chain
)

// Field names what an amendment may change.
type Field string

const (
	FieldCategory    Field = "category"    // a category key, see CategoryKey
	FieldDescription Field = "description" // free words, at most MaxWords runes
	FieldAddress     Field = "address"     // road, side, lamp post, as words
	FieldPin         Field = "pin"         // "longitude,latitude" in WGS-84 degrees, put by hand
)

// PhotoOrigin tells how the bytes came into the app.
type PhotoOrigin string

const (
	OriginCamera       PhotoOrigin = "camera"       // the app's live camera
	OriginSystemCamera PhotoOrigin = "systemCamera" // the phone's own camera, opened by the app
	OriginGallery      PhotoOrigin = "gallery"
)

// PhotoPart tells what a photo shows in a self-handled case.
type PhotoPart string

const (
	PartScene  PhotoPart = "scene"
	PartBefore PhotoPart = "before"
	PartAfter  PhotoPart = "after"
)

// Arrival is how much of a photo the server has.
type Arrival string

// Settled says that the server has all it will ever need of the bytes: sending them again brings nothing.
func (a Arrival) Settled() bool { return a == ArrivalHere || a == ArrivalDamaged }

const (
	ArrivalWaiting Arrival = "waiting"
	ArrivalHere    Arrival = "here"
	ArrivalDamaged Arrival = "damaged" // the bytes have the right hash and are no image
	ArrivalLost    Arrival = "lost"    // they were here and are gone from the server's storage: who still has them sends them again
)
