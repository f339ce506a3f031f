import type { Clock } from '@shared/types.gen'
import { clockNow, isOver, long } from './clock'

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

  it('reads in minutes below an hour, in hours below two days, then in days', () => {
    const said = [59_000, 25 * 60_000, 3 * hour, 47.9 * hour, 49 * hour].map(long)
    expect(said.map((one) => one.replace(/long\.(\w+)/, '$1'))).toEqual(said.map((_, i) => ['minutes', 'minutes', 'hours', 'hours', 'days'][i]))
  })
})
