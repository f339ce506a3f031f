import fc from 'fast-check'
import { compose, noSlots, parse, type Grammar, type Slots } from './whereabouts'

const zh: Grammar = { area: '{}，', side: '{}侧', post: ' {} 号灯杆旁', sides: ['东', '西', '南', '北'] }
const en: Grammar = { area: '{}, ', side: ', {} side', post: ', lamp post {}', sides: ['east', 'west', 'south', 'north'] }
const areas = ['华垅社区', '井勘社区']
const slots = (some: Partial<Slots>): Slots => ({ ...noSlots, ...some })

test.each<[string, Partial<Slots>]>([
  ['华垅社区，建设路东侧 023 号灯杆旁', { area: '华垅社区', road: '建设路', side: '东', post: '023' }],
  ['华垅社区，建设路东侧 023 号灯杆旁，垃圾桶后面', { area: '华垅社区', road: '建设路', side: '东', post: '023', rest: '，垃圾桶后面' }],
  ['华垅社区', { area: '华垅社区' }],
  ['建设路西侧', { road: '建设路', side: '西' }],
  ['时代大道东辅道 038 号灯杆旁', { road: '时代大道东辅道', post: '038' }],
  ['时代大道', { road: '时代大道' }],
  ['东侧', { side: '东' }],
  ['023 号灯杆旁', { post: '023' }],
  ['华垅社区，023 号灯杆旁', { area: '华垅社区', post: '023' }],
  ['路西 023 号灯杆旁有一堆垃圾', { road: '路西', post: '023', rest: '有一堆垃圾' }],
  ['', {}],
])('%s is composed of its slots, and read back', (text, some) => {
  expect(compose(slots(some), zh)).toBe(text)
  expect(parse(text, areas, zh)).toEqual(slots(some))
})

test('English has its own order', () => {
  const some = slots({ area: '华垅社区', road: 'Jianshe Road', side: 'east', post: '023' })
  expect(compose(some, en)).toBe('华垅社区, Jianshe Road, east side, lamp post 023')
  expect(parse('华垅社区, Jianshe Road, east side, lamp post 023', areas, en)).toEqual(some)
  expect(compose(slots({ side: 'east', post: '7' }), en)).toBe('east side, lamp post 7')
  expect(parse('east side, lamp post 7', areas, en)).toEqual(slots({ side: 'east', post: '7' }))
})

test('free words stay free words', () => {
  for (const text of ['中国银行门口', '路口，红绿灯下东侧', '别的社区，建设路']) {
    expect(parse(text, areas, zh)).toMatchObject({ rest: text })
  }
})

test('whatever is typed, reading it into slots and composing it again changes nothing', () => {
  const pieces = fc.constantFrom('华垅社区', '，', '建设路', '东', '侧', '西侧', ' ', '023', ' 023 号灯杆旁', '号灯杆旁', '旁边', '\n', '{}', '$&')
  fc.assert(fc.property(fc.array(pieces, { maxLength: 8 }), (parts) => {
    const text = parts.join('')
    expect(compose(parse(text, areas, zh), zh)).toBe(text)
  }), { seed: 3, numRuns: 3000 })
})
