import { readFileSync } from 'node:fs'
import { choosesByItself, meantBy } from './digits'

const source = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8')

describe('keys on a list of choices', () => {
  it('where a choice stays the keys are on it: whoever arrows to the third unit has chosen it', () => {
    let [focus, chosen] = [0, 0]
    for (let i = 0; i < 2; i++) {
      const meant = meantBy('ArrowDown', 4, focus, true)
      focus = meant?.focus ?? -1
      chosen = meant?.choose ?? -1
    }
    expect([focus, chosen]).toEqual([2, 2])
    expect(meantBy('ArrowUp', 4, 2, true)).toEqual({ focus: 1, choose: 1 })
    expect(meantBy('4', 4, 0, true)).toEqual({ focus: 3, choose: 3 })
    expect([meantBy('ArrowUp', 4, 0, true), meantBy('ArrowDown', 4, 3, true)]).toEqual([{ focus: 0, choose: 0 }, { focus: 3, choose: 3 }])
  })

  it('where a choice acts at once the arrows only lead there, and a digit acts', () => {
    expect(meantBy('ArrowDown', 4, 0, false)).toEqual({ focus: 1 })
    expect(meantBy('2', 4, 0, false)).toEqual({ choose: 1 })
  })

  it('what is no key of the list is left to others', () => {
    expect([meantBy('5', 4, 0, true), meantBy('0', 4, 0, true), meantBy('Enter', 4, 0, true), meantBy('ArrowDown', 0, -1, true)]).toEqual([null, null, null, null])
  })

  it('Enter on a choice that is not chosen chooses it and does nothing of the many', () => {
    const button = (pressed: string | null) => ({ getAttribute: () => pressed })
    expect([button('false'), button('true'), button(null), null].map(choosesByItself)).toEqual([true, false, false, false])
    expect(source('BulkSheet.vue')).toMatch(/choosesByItself\(event\.target/)
  })
})
