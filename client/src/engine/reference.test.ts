import 'fake-indexeddb/auto'
import { Fault } from '@shared/fault'
import type { PhraseKind } from '@shared/types.gen'
import { openStore } from '../db/store'
import type { Library, SquadPhrases } from '../net/reference'
import { Reference } from './reference'

let count = 0

/** A library that has phrases of one squad and nothing else. */
function shelf(squad: string) {
  const kinds: Partial<Record<PhraseKind, readonly string[]>> = {}
  const state = { reachable: true, edition: 1, kinds, asked: 0 }
  const now = (): SquadPhrases => {
    if (!state.reachable) throw new Fault('offline')
    return { version: `${squad} ${state.edition}`, squad, kinds: { ...kinds } }
  }
  const away = () => Promise.reject(new Fault('offline'))
  const library: Library = {
    taxonomyVersion: away, taxonomy: away, directory: away, limits: away, photo: away, voice: away,
    phrases: async () => {
      state.asked += 1
      return now()
    },
    putPhrases: async (kind, texts, was) => {
      if (String(kinds[kind] ?? []) !== String(was)) throw new Fault('phrases.changed')
      kinds[kind] = texts
      state.edition += 1
      return now()
    },
  }
  return { ...state, state, library }
}

async function opened(squad = 'A', name = `reference ${count++}`) {
  const store = await openStore(name)
  const { state, library } = shelf(squad)
  return { name, store, state, reference: new Reference(store, library) }
}

describe('quick phrases on the phone', () => {
  it('are fetched on line and there without it', async () => {
    const { name, state, reference } = await opened()
    state.kinds.return = ['照片看不清']
    await reference.load('leader')
    expect(reference.phrases.value).toBeNull()
    await reference.refresh('leader')
    expect(reference.phrases.value?.kinds.return).toEqual(['照片看不清'])
    state.reachable = false
    const again = new Reference(await openStore(name), shelf('A').library)
    await again.load('leader')
    expect(again.phrases.value?.kinds.return).toEqual(['照片看不清'])
  })

  it('L10: of one person are not shown to the next one on the phone, not even when they come late', async () => {
    const { state, reference } = await opened()
    state.kinds.return = ['甲队的']
    await reference.load('a-leader')
    await reference.refresh('a-leader')
    state.edition += 1
    const late = reference.refresh('a-leader')
    await reference.load('b-one')
    await late
    expect(reference.phrases.value).toBeNull()
  })

  it('that a leader puts are those of everybody, and kept here at once', async () => {
    const { name, reference } = await opened()
    await reference.load('leader')
    await reference.putPhrases('reject', ['已有人报过'])
    expect(reference.phrases.value?.kinds.reject).toEqual(['已有人报过'])
    const again = new Reference(await openStore(name), shelf('A').library)
    await again.load('leader')
    expect(again.phrases.value?.kinds.reject).toEqual(['已有人报过'])
  })

  it('that somebody else changed meanwhile are shown, not overwritten', async () => {
    const { state, reference } = await opened()
    await reference.load('leader')
    await reference.refresh('leader')
    state.kinds.reject = ['别人的']
    state.edition += 1
    await expect(reference.putPhrases('reject', ['我的'])).rejects.toMatchObject({ code: 'phrases.changed' })
    expect(reference.phrases.value?.kinds.reject).toEqual(['别人的'])
    expect(state.kinds.reject).toEqual(['别人的'])
  })

  it('cannot be put out of reach, and stay as they were', async () => {
    const { state, reference } = await opened()
    await reference.load('leader')
    state.reachable = false
    await expect(reference.putPhrases('reject', ['我的'])).rejects.toMatchObject({ code: 'offline' })
    expect(reference.phrases.value).toBeNull()
  })
})

describe('the limits on the phone', () => {
  const directory = (limits?: string) => ({ version: `with ${limits}`, squads: [], people: [], areas: [], ...(limits !== undefined && { limits }) })

  it('are fetched by version for whoever files, once, and are there without a line', async () => {
    const name = `reference ${count++}`
    const store = await openStore(name)
    let [edition, asked]: [string | undefined, number] = [undefined, 0]
    const library = {
      ...shelf('A').library,
      directory: async () => directory(edition),
      limits: async () => ({ version: `${edition}`, conditions: [{ id: `c${++asked}`, category: 'k', words: 'w', pace: 'working', ms: 1 } as const] }),
    }
    const reference = new Reference(store, library)
    await reference.load('leader')
    await reference.refresh('leader')
    expect([asked, reference.limits.value]).toEqual([0, null])
    edition = 'v1'
    await reference.refresh('leader')
    await reference.refresh('leader')
    expect([asked, reference.limits.value?.version]).toEqual([1, 'v1'])
    edition = 'v2'
    await reference.refresh('leader')
    const again = new Reference(await openStore(name), shelf('A').library)
    await again.load('leader')
    expect(again.limits.value).toMatchObject({ version: 'v2', conditions: [{ id: 'c2' }] })
  })
})
