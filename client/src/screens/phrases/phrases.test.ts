import { describe, expect, it } from 'vitest'
import { maxPhraseLen } from '@shared/types.gen'
import { moved, over, tidy } from './phrases'

describe('a quick phrase', () => {
  it('is one line without spaces around it', () => {
    expect(tidy('  照片\n看不清\t ')).toBe('照片 看不清')
    expect(tidy(' \u3000\n')).toBe('')
  })

  it('is measured in characters as people count them', () => {
    expect(over('📷'.repeat(maxPhraseLen))).toBe(0)
    expect(over(` ${'照'.repeat(maxPhraseLen + 2)} `)).toBe(2)
  })

  it('moves up and down and stays at the ends', () => {
    const list = ['甲', '乙', '丙']
    expect(moved(list, 1, -1)).toEqual(['乙', '甲', '丙'])
    expect(moved(list, 1, 1)).toEqual(['甲', '丙', '乙'])
    expect(moved(list, 0, -1)).toEqual(list)
    expect(moved(list, 2, 1)).toEqual(list)
    expect(moved(list, 7, 1)).toEqual(list)
    expect(list).toEqual(['甲', '乙', '丙'])
  })
})
