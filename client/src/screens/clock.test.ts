import type { Clock } from '@shared/types.gen'
import { skew } from '../ui/now'
import { clockNow, clockWords, isOver, long } from './clock'

const hour = 3_600_000
const clock = (more: Partial<Clock>): Clock => ({ phase: 'handle', pace: 'urgent', limit: 4 * hour, since: 0, data: 'd', ...more })

describe('the time that is left', () => {
  it('the limit that runs out first counts; what is done counts no more', () => {
    const clocks = [clock({ phase: 'accept', due: 1, done: 1 }), clock({ due: 9 * hour }), clock({ phase: 'recheck', due: 5 * hour })]
    expect(clockNow({ clocks })?.phase).toBe('recheck')
    expect(clockNow({ clocks: [clock({ left: hour })] })?.left).toBe(hour)
    expect(clockNow({ clocks: [clock({ due: 1, done: 1 })] })).toBeUndefined()
    expect(clockNow({})).toBeUndefined()
  })

  it('is over when the time is there, when the centre marked it, or when it stood still below nothing', () => {
    expect(isOver(clock({ due: 2 * hour }), hour)).toBe(false)
    expect(isOver(clock({ due: 2 * hour }), 2 * hour)).toBe(true)
    expect(isOver(clock({ due: 9 * hour, overdue: hour }), 2 * hour)).toBe(true)
    expect([isOver(clock({ left: 1 }), 0), isOver(clock({ left: -1 }), 0)]).toEqual([false, true])
  })

  it('runs by the centre, whatever the phone shows', () => {
    const one = clock({ due: 3 * hour })
    // It is 2 o'clock at the centre, and the phone is three hours ahead.
    skew.value = -3 * hour
    expect([isOver(one, 5 * hour), clockWords(one, 5 * hour)]).toEqual([false, 'clock.left'])
    // It is 4 o'clock at the centre, and the phone is two hours behind.
    skew.value = 2 * hour
    expect([isOver(one, 2 * hour), clockWords(one, 2 * hour)]).toEqual([true, 'clock.over'])
    skew.value = 0
  })

  it('reads in minutes below an hour, in hours below two days, then in days', () => {
    const said = [59_000, 25 * 60_000, 3 * hour, 47.9 * hour, 49 * hour].map(long)
    expect(said.map((one) => one.replace(/long\.(\w+)/, '$1'))).toEqual(said.map((_, i) => ['minutes', 'minutes', 'hours', 'hours', 'days'][i]))
  })
})
