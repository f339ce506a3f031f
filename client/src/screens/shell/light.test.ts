import { describe, expect, it } from 'vitest'
import { lightOf, type Seen } from './light'

const quiet: Seen = { allSent: true, records: 0, photos: 0, voices: 0, others: { records: 0, photos: 0, voices: 0 }, needs: 0, link: 'live' }

describe('the sync light', () => {
  it('L13: is green only when everything was acknowledged', () => {
    expect(lightOf(quiet)).toEqual({ tone: 'green', icon: 'check', text: '全部已到中心', link: '' })
    const others: Seen[] = [
      { ...quiet, allSent: false },
      { ...quiet, records: 1 },
      { ...quiet, photos: 1 },
      { ...quiet, needs: 1 },
      { ...quiet, allSent: false, photos: 2, link: 'waiting' },
    ]
    for (const seen of others) expect(lightOf(seen).text).not.toContain('全部已到中心')
  })

  it('L13: does not call all sent what the phone still holds for somebody else', () => {
    expect(lightOf({ ...quiet, others: { records: 2, photos: 3, voices: 0 } }).text).toBe('你的全部已到中心，替别人存着 2 条记录、3 张照片')
    expect(lightOf({ ...quiet, others: { records: 0, photos: 1, voices: 0 } }).text).toBe('你的全部已到中心，替别人存着 1 张照片')
  })

  it('L13: does not claim to send while there is no connection', () => {
    const waits = { ...quiet, allSent: false, records: 4, photos: 5 }
    expect(lightOf({ ...waits, link: 'waiting' }).text).toBe('待传：4 条记录、5 张照片')
    expect(lightOf({ ...waits, link: 'greeting' }).text).toBe('待传：4 条记录、5 张照片')
    expect(lightOf({ ...waits, link: 'live' }).text).toBe('正在传：4 条记录、5 张照片')
  })

  it('L13: says that all is sent even out of reach, and that it is out of reach', () => {
    const light = lightOf({ ...quiet, link: 'stopped' })
    expect([light.tone, light.link]).toEqual(['green', '没连上'])
  })

  it('names what needs a person first, and what waits besides', () => {
    expect(lightOf({ ...quiet, needs: 2 }).text).toBe('需要你看一下：2 处')
    expect(lightOf({ ...quiet, needs: 2, records: 1 }).text).toBe('需要你看一下：2 处，另有 1 条记录待传')
  })

  it('counts photos alone once their record has arrived', () => {
    expect(lightOf({ ...quiet, allSent: false, photos: 1 }).text).toBe('正在传：1 张照片')
  })

  it('L13: counts voice notes as what they are', () => {
    expect(lightOf({ ...quiet, allSent: false, voices: 2 }).text).toBe('正在传：2 段录音')
    expect(lightOf({ ...quiet, allSent: false, records: 1, photos: 3, voices: 1 }).text).toBe('正在传：1 条记录、3 张照片、1 段录音')
    expect(lightOf({ ...quiet, others: { records: 0, photos: 0, voices: 1 } }).text).toBe('你的全部已到中心，替别人存着 1 段录音')
  })

  it('claims nothing before it knows', () => {
    expect(lightOf({ ...quiet, allSent: false }).tone).toBe('grey')
  })
})
