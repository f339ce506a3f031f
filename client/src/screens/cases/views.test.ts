import { expect, it } from 'vitest'
import { wantedOf } from './find'
import { linkOf, nameFault, raised, renamed, restored, wantedIn } from './views'

const wanted = wantedOf({ state: 'dispatched', limit: 'over', q: '井盖 & 路灯', unit: 'env' }, 'squad')

it('what is looked for is kept and comes back the same', () => {
  expect(wantedIn(linkOf(wanted), 'mine')).toEqual(wanted)
})

it('the same filters are the same view in whatever order they were chosen', () => {
  expect(linkOf(wantedOf({ unit: 'env', q: '井盖 & 路灯', limit: 'over', state: 'dispatched' }, 'squad'))).toBe(linkOf(wanted))
})

it('what another version wrote and this one does not know narrows nothing', () => {
  expect(wantedIn('state=melted&colour=red&limit=soon', 'squad')).toEqual(wantedOf({ limit: 'soon' }, 'squad'))
})

it('a view needs a name of its own that fits a button', () => {
  const views = [{ name: '超期', link: 'limit=over' }]
  expect(nameFault('  ', views)).toBe('empty')
  expect(nameFault('长'.repeat(21), views)).toBe('long')
  expect(nameFault(' 超期 ', views)).toBe('twice')
  expect(nameFault('超期的', views)).toBeUndefined()
})

it('one is moved up past the one before it', () => {
  const names = (at: number) => raised(['a', 'b', 'c'].map((name) => ({ name, link: name })), at).map(({ name }) => name).join('')
  expect([names(0), names(1), names(2)]).toEqual(['abc', 'bac', 'acb'])
})

it('one gets another name and keeps its place and what it looks for; the name it has is not taken', () => {
  const views = ['a', 'b'].map((name) => ({ name, link: `q=${name}` }))
  expect(renamed(views, 'b', '  环卫  超期 ')).toEqual([{ name: 'a', link: 'q=a' }, { name: '环卫 超期', link: 'q=b' }])
  expect([nameFault('b', views, 'b'), nameFault('a', views, 'b')]).toEqual([undefined, 'twice'])
})

it('one that was deleted comes back where it was, unless its name is given away by now', () => {
  const a = { name: 'a', link: 'q=a' }
  const b = { name: 'b', link: 'q=b' }
  expect(restored([b], a, 0)).toEqual([a, b])
  expect(restored([a], b, 5)).toEqual([a, b])
  expect(restored([{ ...b, name: 'a' }], a, 0)).toEqual([{ ...b, name: 'a' }])
})
