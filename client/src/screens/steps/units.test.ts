import type { Area, CaseView, Duty } from '../../state/contract'
import { isMeant, type Known, unitChoices } from './units'

const day = 24 * 3_600_000
const now = 100 * day
const units = ['garden', 'road', 'clean', 'old'].map((code) => ({ code, name: `${code} office`, closed: code === 'old' }))
const square = (x: number): [number, number][] => [[x, 0], [x + 1, 0], [x + 1, 1], [x, 1], [x, 0]]
const areas: Area[] = [{ code: 'west', name: 'West', squad: '6', kind: 'community', ring: square(0) }, { code: 'east', name: 'East', squad: '6', kind: 'community', ring: square(1) }]
const fix = (longitude: number) => ({ longitude, latitude: 0.5, accuracy: 5, at: 0, source: 'device' })
const gone = (category: string, to: readonly string[], more: object = {}) => ({ case: {
  id: category + to.join(), squad: '6', category, unit: to[to.length - 1], units: to.slice(0, -1),
  timeline: to.map((unit) => ({ action: 'dispatch', payload: { unit }, received: now - day })), ...more,
} }) as unknown as CaseView
const c = { id: 'x', squad: '6', category: 'std|matter|06010', fix: fix(0.5) }
const known = (more: Partial<Known>): Known => ({ units, register: [], areas, views: [], now, ...more })
const duty = (unit: string, category: string, area?: string): Duty => ({ unit, category, ...(area !== undefined && { area }) })
const suggested = (more: Partial<Known>, of = c) => unitChoices(known(more), of).filter(({ why }) => why !== undefined).map(({ code }) => code)

describe('to which unit', () => {
  it('without anything known the plain list is given, closed units never', () => {
    expect(unitChoices(known({}), c).map(({ code, why }) => [code, why])).toEqual([['garden', undefined], ['road', undefined], ['clean', undefined]])
  })

  it('who answers for the class on this ground is suggested by that line, and nobody who answers elsewhere or for something else', () => {
    const register = [duty('clean', 'std|matter|06', '6'), duty('road', 'std|matter|06', '7'), duty('garden', 'std|matter|02')]
    const [first] = unitChoices(known({ register }), c)
    expect(first).toMatchObject({ code: 'clean', why: { duty: register[0], kin: 0 } })
    expect(suggested({ register })).toEqual(['clean'])
  })

  it('the sub-class goes before its class, and the narrower ground before the wider', () => {
    expect(suggested({ register: [duty('garden', 'std|matter|06', 'west'), duty('road', 'std|matter|06010')] })).toEqual(['road', 'garden'])
    expect(suggested({ register: [duty('garden', 'std|matter|06'), duty('road', 'std|matter|06', '6'), duty('clean', 'std|matter|06', 'west')] })).toEqual(['clean', 'road', 'garden'])
    expect(suggested({ register: [duty('clean', 'std|matter|06', 'east')] })).toEqual([])
  })

  it('what went to a unit lately speaks for it, with how many, on this ground where there were any', () => {
    const views = [gone(c.category, ['clean'], { fix: fix(0.2) }), gone(c.category, ['clean'], { fix: fix(1.2) }), gone(c.category, ['road'], { fix: fix(1.2) }), gone('std|matter|09', ['garden'])]
    const choices = unitChoices(known({ views }), c)
    expect(choices.map(({ code, why }) => [code, why?.kin, why?.ground])).toEqual([['clean', 1, 'west'], ['road', 1, ''], ['garden', undefined, undefined]])
  })

  it('what is older than phones hold, of another squad, or was given back says nothing', () => {
    const old = gone(c.category, ['clean'])
    old.case.timeline.forEach((entry) => (entry.received = now - 31 * day))
    expect(suggested({ views: [old, gone(c.category, ['road'], { squad: '7' }), gone(c.category, ['garden'], { unit: undefined, units: ['garden'] })] })).toEqual([])
  })

  it('the register goes before what was done, and a unit that gave this case back is not suggested again', () => {
    const views = [1, 2, 3].map(() => gone(c.category, ['road']))
    const register = [duty('clean', 'std|matter|06')]
    expect(suggested({ views, register })).toEqual(['clean', 'road'])
    expect(unitChoices(known({ views, register }), { ...c, units: ['clean'] }).map(({ code, why }) => [code, why !== undefined])).toEqual([['road', true], ['garden', false], ['clean', false]])
  })

  it('is found by name and code', () => {
    expect(units.filter((one) => isMeant(one, ' ROAD ')).map(({ code }) => code)).toEqual(['road'])
    expect(units.filter((one) => isMeant(one, '')).length).toBe(4)
  })
})
