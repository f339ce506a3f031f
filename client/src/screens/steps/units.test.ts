import type { CaseView } from '../../state/contract'
import { isMeant, unitChoices } from './units'

const units = ['garden', 'road', 'clean', 'old'].map((code) => ({ code, name: `${code} office`, closed: code === 'old' }))
const gone = (category: string, to: readonly string[], more: object = {}) => ({ case: {
  id: category + to.join(), squad: '6', category, unit: to[to.length - 1], units: to.slice(0, -1),
  timeline: to.map((unit) => ({ action: 'dispatch', payload: { unit } })), ...more,
} }) as unknown as CaseView
const c = { id: 'x', squad: '6', category: 'dirt' }

describe('to which unit', () => {
  it('the one that has this kind is suggested, then come the most used, closed ones never', () => {
    const choices = unitChoices(units, [gone('dirt', ['clean']), gone('tree', ['garden']), gone('tree', ['garden']), gone('tree', ['old'])], c)
    expect(choices.map(({ code, used, suggested }) => [code, used, suggested])).toEqual([['clean', 1, true], ['garden', 2, false], ['road', 0, false]])
  })

  it('a unit that gave the case back is not suggested', () => {
    expect(unitChoices(units, [gone('dirt', ['garden', 'clean'])], c).find(({ suggested }) => suggested)?.code).toBe('clean')
    expect(unitChoices(units, [gone('dirt', ['garden'], { unit: undefined, units: ['garden'] })], c).some(({ suggested }) => suggested)).toBe(false)
  })

  it('one case of the squad weighs more than several of another', () => {
    const others = [1, 2, 3].map(() => gone('dirt', ['road'], { squad: '7' }))
    expect(unitChoices(units, [...others, gone('dirt', ['clean'])], c)[0]?.code).toBe('clean')
  })

  it('is found by name and code', () => {
    expect(units.filter((one) => isMeant(one, ' ROAD ')).map(({ code }) => code)).toEqual(['road'])
    expect(units.filter((one) => isMeant(one, '')).length).toBe(4)
  })
})
