import { describe, expect, it } from 'vitest'
import type { ContractorLink } from '../../state/office/links'
import { namesOf, pictureOf, spans } from './links'

const link = (contractor: string): ContractorLink => ({ id: contractor, contractor, state: 'used', madeAt: 0, expiresAt: 0 })

describe('links to a case', () => {
  it('offer the last three contractors, each once', () => {
    expect(namesOf(['甲', '乙', '甲', '丙', '丁'].map(link))).toEqual(['甲', '乙', '丙'])
    expect(namesOf([])).toEqual([])
  })

  it('live as long as the centre allows', () => {
    expect(spans({ days: 3, maxDays: 14 })).toEqual([1, 3, 7, 14])
    expect(spans({ days: 1, maxDays: 5 })).toEqual([1, 5])
  })

  it('have a code that a page may show', () => {
    expect(pictureOf('<svg a="b#c"/>')).toBe('data:image/svg+xml,%3Csvg%20a%3D%22b%23c%22%2F%3E')
  })
})
