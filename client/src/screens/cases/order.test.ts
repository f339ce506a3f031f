import { expect, it } from 'vitest'
import { mendOf } from './order'

it.each([
  ['照片看不清，请补一张近照', 'photo'],
  ['缺全景照片，请补一张', 'photo'],
  ['看不清灯杆号，请补一张近照', 'photo'],
  ['位置写得不清楚，请写明路和灯杆号', 'address'],
  ['类别不对，请改一下', 'category'],
  ['描述太简单，写清有几处', 'description'],
  ['再核实一下', null],
  ['', null],
])('%s: the first to mend is %s', (reason, mend) => {
  expect(mendOf(reason)).toBe(mend)
})
