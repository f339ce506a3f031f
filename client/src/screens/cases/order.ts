import type { CaseView } from '../../state/contract'

/** Came back to the person who reported it. */
export function isReturned(view: CaseView): boolean {
  return view.mine && view.case.state === 'returned'
}

export const mends = ['photo', 'category', 'address', 'description'] as const
export type Mend = (typeof mends)[number]

const signs: readonly (readonly [Mend, RegExp])[] = [
  ['category', /类别|类型|分类|category/i],
  ['photo', /照片|照|图|拍|photo|picture/i],
  ['address', /位置|地址|地点|灯杆|门牌|路名|哪条路|address|place|lamp/i],
  ['description', /描述|写清|写明|说明|description|words/i],
]

/** What a leader's reason asks to mend first, as far as its words tell; null where they do not. */
export function mendOf(reason: string): Mend | null {
  return signs.find(([, sign]) => sign.test(reason))?.[0] ?? null
}
