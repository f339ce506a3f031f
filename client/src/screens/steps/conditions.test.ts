import type { FilingCondition } from '../../state/contract'
import { conditionOf, limitWords, under } from './conditions'
import { askingOf } from './steps'

const hour = 3_600_000
const one = (id: string, more: Partial<FilingCondition> = {}): FilingCondition => ({ id, words: id, pace: 'working', ms: 4 * hour, ...more })

describe('the condition under which a case is filed', () => {
  it('is asked where the sub-class has more than one, and nothing is asked where it has one or none', () => {
    expect([0, 1, 2].map((n) => askingOf('file', {}, n))).toEqual([[], [], ['condition']])
    expect([1, 2].map((n) => askingOf('dispatch', {}, n))).toEqual([['unit'], ['condition', 'unit']])
    expect(askingOf('reject', {}, 8)).toEqual(['reason'])
  })

  it('is the first until another was chosen, and stays what the case was filed under', () => {
    expect(conditionOf({}, [one('a'), one('b')])).toBe('a')
    expect(conditionOf({ condition: 'b' }, [one('a'), one('b')])).toBe('b')
    expect(conditionOf({ condition: 'of another sub-class' }, [one('a'), one('b')])).toBe('a')
    expect(conditionOf({ condition: 'a' }, [one('a')])).toBe('')
  })

  it('stands in the operation where it was asked, and nowhere else', () => {
    expect(under('b', { unit: 'env' })).toEqual({ unit: 'env', condition: 'b' })
    expect(under('', { unit: 'env' })).toEqual({ unit: 'env' })
  })

  it('tells its limit in the largest unit in which it is whole', () => {
    const said = [one('', { ms: 16 * hour }), one('', { ms: 4 * hour }), one('', { pace: 'urgent', ms: 8 * hour }), one('', { pace: 'urgent', ms: hour / 4 })].map(limitWords)
    expect(said).toEqual(['limit.days', 'limit.hours', 'limit.urgent', 'limit.minutes'])
  })
})
