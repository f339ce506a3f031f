// Where the screens live, and what a reader or a test calls their controls (accessible names, zh-CN).
//
// /signin         登录: 账号 (textbox), 密码 (textbox by label), 显示密码 (button), 登录 (button); errors in role=alert
// /               首页 (collectors; leaders and admins are sent on): 拍照上报 (link, the shutter), 随手处置 (link),
//                 阳光模式 (button, pressed or not); region 退回补充 lists what came back; region 今天 counts
// /report         上报, query draft=ID continues a draft: 拍照 (button, live camera; space, enter and volume keys too), 系统相机
//                 and 相册 (file inputs by label), 手电 and 换一个相机 where the device has them, 照片 (list of thumbnails: 看第 1
//                 张照片 opens a dialog with 删除这张照片, 重拍这张, 往前挪, 往后挪; a long press draws one along), 类别 (group of six
//                 buttons under the first photo, each leads to the sheet), 下一步 (button);
//                 the sheet: 类别 (radiogroup of chips), 更多类别 (button -> dialog 选择类别: 搜索类别 (searchbox), regions 最近用过
//                 and 常用, one button a category), region 100 米以内，7 天里报过的 (one button a case -> dialog), 描述 (textbox), 位置 (textbox)
//                 with 路名, 灯杆号 (textboxes) and 东侧 … (buttons) that compose it, 再拍, 不要了, 保存上报;
//                 saved: role=status "已存好 7ZK0Q-12" with the link 看案卷, and the camera is there again
// /selfhandle     随手处置: the same, photos 处置前 then at once 处置后 over the shadow of the first (处置前影子的深浅, a slider), 保存处置
// /resubmit/:id   补充再报: the leader's reason on top, 说明 (textbox), 保存并再报 (button)
// /attach/:id     补照片: 保存照片 (button)
// /cases          案卷: 我报的 and 全中队 (tabs), 搜索案卷 (searchbox), 筛选 (button -> dialog), region 常用筛选 (one button a view with its count, 存成常用筛选 -> dialog: 名字, 存到中心;
//                 整理 -> dialog: 给“…”改名, 删除“…”, then 恢复); list 案卷列表, one link a case; for who decides 多选 (button -> a checkbox a case, at the foot
//                 全选能办的 N 件, 完成 and the steps -> dialog named after the step: 立案 N 件)
// /cases/:id      案卷页: 留言, 补照片, 修改, 补充再报 as the workflow allows; for leaders also 去审核; the likely step (派遣, 派核查, 结案 …) and 更多
//                 (buttons; -> dialog 下一步: one button a step -> dialog named after the step); region 申请 (同意, 不同意); region 并入这里的 (拆开，恢复原样); region 照片 (a photo enlarged offers
//                 带水印的一份 -> dialog 带水印的照片: 存到手机, 分享), 经过
// /cases/:id/do/… 到现场 (verifyReal, recheckPass, handle, confirm): 拍照, 系统相机, 相册, 文字或录音 (button -> dialog: 说明 (textbox), 录音, 好了);
//                 结果 (radiogroup: 属实, 不属实 or 通过, 不通过), 保存：RESULT (button), 返回
// /cases/:id/links 外协链接 (the unit's people and leaders): 施工方怎么称呼 (textbox), 有效期 (radiogroup), 做链接; then region 给 NAME 的链接 (分享, 复制, 好了);
//                 region 做过的链接 (撤销 NAME 的链接 -> dialog 撤销链接)
// /tasks          任务 (collectors; units see 待处置): list 任务列表, one a case: its name (link to the case), 怎么走 (button -> dialog 怎么走:
//                 出发, 高德地图, 手机地图), 去核实 / 去核查 / 去处置 (link to the screen above); saved: role=status "已存好 7ZK0Q-12"
// /review         审核 (leaders): 立案, 退回, 不予立案 (buttons); self-handled ones: 通过, 不通过; dialog 退回补充的原因 or
//                 不予立案的原因 or 不通过的原因: 原因 (textbox), quick phrases as buttons, 确定退回 / 确定不予立案 / 确定不通过;
//                 还剩 N 件 (status); list 待审核; what kind: list 看哪一类 on the desk, a combobox of that name on the phone; then 派遣, 返工, 结案, 派核查;
//                 region 可能是同一处 (合并（M）)
// /day            今日中队 (leaders; admins choose 中队, combobox): 要马上处理 (region, only where something is), list 中队今天的数字 (numbers of cases
//                 open them), list 队员 (one row a person: the name and the numbers open the person's cases)
// /phrases        常用语 (leaders): 用在哪里 (radiogroup), region 常用语列表 (改“…” and 第 N 句往上移 / 往下移, buttons), 加一句 (button -> dialog:
//                 常用语 (textbox), 保存), 换回自带的
// /office/people  人员 (admins; likewise squads 中队, units 处置单位, areas 区域, devices 设备, phrases 常用语): table 人员 with a button 打开 账号 显示名 a row,
//                 搜索人员 (searchbox), 中队, 角色, 状态 (comboboxes), 添加人员, 导入, 导出 Excel, 导出 CSV (buttons);
//                 dialogs: 添加人员 (账号, 显示名, 角色, 中队 or 处置单位 as the role wants, 初始密码; 添加), the row's name (保存; 生成新密码; 谁改过什么),
//                 导入人员 (a file input; 导入这 N 处, 下载要改的清单, 好了), PERSON的设备 (停用这部设备 -> 停用的原因, 停用)
// /office/limits  时限 (admins; 工作日历 at /office/calendar likewise): table 时限, 搜索时限 (searchbox), 导入, 导出 Excel; 环节时限 and 历史版本 (details: one
//                 listitem a version with 时限 Excel and 日历 Excel)
// /office/webhooks 对外通知 (admins): table 对外通知, 添加通知 (button -> dialog: 名字, 格式, 网址, 密钥, checkboxes; 添加, then the secret once); a row's dialog:
//                 保存, 发一条试试, 换新密钥, 发送记录 (details), 删除这个通知
// /office/rescue  备份与找回 (admins): regions 最近一次备份, 最近一次验证, 对账, 恢复以后 and in it 还没有联系上, 正在补, 已经补完 (one listitem a phone)
// /phone          手机: 现在就传 (button), regions 待传, 需要你看一下 (去改, 导出), 有问题的照片 (放弃这张), 替别人保管, 存储; for admins 备份与找回 (link);
//                 region 交接: 交接给同事 (button, where something waits -> dialog: 装好文件, then 发给同事 or 存到手机 (link), 好了),
//                 送交接文件 (a file input by label -> dialog: 再送一次, 好了)
// /storage        存储空间: regions 空间 and 里面有什么 (清掉 … -> dialog 清掉已到中心的照片) and 会不会被清理 (请浏览器不要清理, button)
// /homescreen     放到主屏幕 (heading): the steps of this browser, 先不放，接着用 or 返回 (button); by itself on an iPhone's tab before the
//                 first sign-in and the first record
// /lost           手机里的记录被清掉了 (heading): list 没传完就没了的记录; 知道了 (button); by itself at the start after a browser cleared its storage
// /me             我的: 放到主屏幕 (link, in a browser's tab), 存储空间 (link), 外观 (radiogroup: 日间 阳光 夜间), 语言 (radiogroup: 中文 English), region 应用锁 (设 PIN or 关掉应用锁 ->
//                 dialog: PIN, 再输一遍, 多久不用就锁 (combobox); 锁上 or 关掉), 退出登录 (button -> dialog, 确定退出; 交接给同事 while something waits)
// /me/telling     告诉我什么: region 告诉我哪些事 (one group a kind: 页面上, 推送 (checkboxes)), region 有几个钟头不要打扰我 (从, 到, 标着“急”的照样告诉我)
//
// locked          步巡已锁 (heading) above everything: PIN (textbox by label), 打开, 忘记 PIN (-> 账号, 密码, 删除草稿，重设), 换人登录 (-> 去登录)
//
// Everywhere: navigation 主导航 with the links 首页 案卷 手机 我的 (leaders: 审核 今日中队 案卷 手机 我的; admins: 管理 今日中队 案卷
// 手机 我的, on the desk also 人员 中队 处置单位 区域 设备 常用语 时限 工作日历 对外通知 备份与找回); the sync light is a link
// in the banner that says 全部已到中心 (你的全部已到中心 while others' wait here), 待传, 正在传 or 需要你看一下.

import type { Component } from 'vue'
import type { RouteRecordRaw } from 'vue-router'
import type { Role } from '@shared/types.gen'
import { loadPart } from '../words/words'
import type * as FieldScreens from './field'
import Home from './home/Home.vue'
import type * as LeadScreens from './lead'
import { loadField, loadLead } from './load'
import type { TabName } from './shell/tabs'
import SignIn from './signin/SignIn.vue'

declare module 'vue-router' {
  interface RouteMeta {
    /** the tab that is lit */
    tab?: TabName
    /** without the shell around it */
    bare?: boolean
    /** fills the window and scrolls within */
    fills?: boolean
    /** somebody writes or photographs here: no banner may interrupt */
    writing?: boolean
    /** whose screen it is; everybody's where absent */
    roles?: readonly Role[]
  }
}

/** A screen that comes with the others of the field and their words after the first page. */
const field = (screen: keyof typeof FieldScreens) => async () => (await loadField())[screen]

/** A leader's screen, likewise. */
const lead = (screen: keyof typeof LeadScreens) => async () => (await loadLead())[screen]

/** A page that is asked of the centre each time, with its words. No phone keeps it, so that it says so where there is no line. */
const office = (screen: () => Promise<{ default: Component }>) => async () => {
  try {
    return (await Promise.all([screen(), loadPart('office'), loadPart('lead'), loadPart('field')]))[0]
  } catch {
    return (await Promise.all([import('./shell/Away.vue'), loadPart('field')]))[0]
  }
}

// What the first page needs is in the first download; the rest is stored at install.
export const routes: RouteRecordRaw[] = [
  { path: '/signin', component: SignIn, meta: { bare: true } },
  { path: '/', component: Home, meta: { tab: 'home', roles: ['collector'] } },
  { path: '/report', component: field('Capture'), props: { kind: 'report' }, meta: { tab: 'home', fills: true, writing: true, roles: ['collector', 'leader'] } },
  { path: '/selfhandle', component: field('Capture'), props: { kind: 'selfHandle' }, meta: { tab: 'home', fills: true, writing: true, roles: ['collector', 'leader'] } },
  { path: '/resubmit/:id', component: field('Supplement'), props: (to) => ({ id: to.params.id, kind: 'resubmit' }), meta: { tab: 'home', writing: true } },
  { path: '/attach/:id', component: field('Supplement'), props: (to) => ({ id: to.params.id, kind: 'attach' }), meta: { tab: 'cases', writing: true } },
  { path: '/cases', component: field('Cases'), meta: { tab: 'cases' } },
  { path: '/cases/:id', component: field('CasePage'), props: true, meta: { tab: 'cases' } },
  { path: '/cases/:id/do/:action', component: field('Evidence'), props: true, meta: { tab: 'tasks', fills: true, writing: true } },
  { path: '/cases/:id/links', component: lead('Links'), props: true, meta: { tab: 'cases', roles: ['leader', 'unit'] } },
  { path: '/tasks', component: field('Tasks'), meta: { tab: 'tasks', roles: ['collector', 'unit'] } },
  { path: '/review', component: lead('Review'), meta: { tab: 'review', fills: true, roles: ['leader'] } },
  { path: '/day', component: office(async () => ({ default: (await import('./lead')).Day })), meta: { tab: 'day', roles: ['leader', 'admin'] } },
  { path: '/phrases', component: lead('PhrasesPage'), meta: { tab: 'me', roles: ['leader'] } },
  { path: '/office', redirect: '/office/people' },
  { path: '/office/people', component: office(() => import('./office/People.vue')), meta: { tab: 'office', fills: true, roles: ['admin'] } },
  { path: '/office/squads', component: office(() => import('./office/Squads.vue')), meta: { tab: 'office', fills: true, roles: ['admin'] } },
  { path: '/office/units', component: office(() => import('./office/Units.vue')), meta: { tab: 'office', fills: true, roles: ['admin'] } },
  { path: '/office/register', component: office(() => import('./office/Register.vue')), meta: { tab: 'office', fills: true, roles: ['admin'] } },
  { path: '/office/areas', component: office(() => import('./office/Areas.vue')), meta: { tab: 'office', fills: true, roles: ['admin'] } },
  { path: '/office/devices', component: office(() => import('./office/Devices.vue')), meta: { tab: 'office', fills: true, roles: ['admin'] } },
  { path: '/office/phrases', component: office(() => import('./office/Phrases.vue')), meta: { tab: 'office', fills: true, roles: ['admin'] } },
  { path: '/office/limits', component: office(() => import('./office/Limits.vue')), meta: { tab: 'office', fills: true, roles: ['admin'] } },
  { path: '/office/calendar', component: office(() => import('./office/Calendar.vue')), meta: { tab: 'office', fills: true, roles: ['admin'] } },
  { path: '/office/webhooks', component: office(() => import('./office/Webhooks.vue')), meta: { tab: 'office', fills: true, roles: ['admin'] } },
  { path: '/office/rescue', component: office(() => import('./office/Rescue.vue')), meta: { tab: 'office', roles: ['admin'] } },
  { path: '/phone', component: field('Phone'), meta: { tab: 'phone' } },
  { path: '/storage', component: field('Storage'), meta: { tab: 'me' } },
  { path: '/homescreen', component: field('Install'), meta: { bare: true } },
  { path: '/lost', component: field('Lost'), meta: { bare: true } },
  { path: '/me', component: field('Me'), meta: { tab: 'me' } },
  { path: '/me/telling', component: field('TellingPage'), meta: { tab: 'me' } },
  { path: '/:rest(.*)*', redirect: '/' },
]

/** Where a role begins its day. */
export function firstScreen(role: Role): string {
  if (role === 'leader') return '/review'
  if (role === 'admin') return '/office/people'
  if (role === 'unit') return '/tasks'
  return role === 'collector' ? '/' : '/cases'
}
