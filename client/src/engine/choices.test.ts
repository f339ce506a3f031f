import 'fake-indexeddb/auto'
import { Fault } from '@shared/fault'
import type { View } from '@shared/types.gen'
import { openStore } from '../db/store'
import type { Choices, Chooser } from '../net/choices'
import { choose, fetchChoices, keptChoices } from './choices'

let count = 0
const opened = () => openStore(`choices ${count++}`)

/** The centre's store of one person's choices. */
function centre() {
  const state = { reachable: true, kept: {} as Choices }
  const reach = () => {
    if (!state.reachable) throw new Fault('offline')
  }
  const chooser: Chooser = {
    choices: async () => {
      reach()
      return state.kept
    },
    choose: async (key, value, was) => {
      reach()
      if ((state.kept[key]?.version ?? 0) !== was) throw new Fault('row.changed')
      const next = { version: was + 1, value }
      state.kept = { ...state.kept, [key]: next }
      return next
    },
  }
  return { state, chooser }
}

const view = (name: string): View => ({ name, link: `q=${name}` })

it('what was chosen is there without a line, and cannot be changed without one', async () => {
  const store = await opened()
  const { state, chooser } = centre()
  await choose(store, 'p', 'views', [view('超期')], chooser)
  state.reachable = false
  await expect(choose(store, 'p', 'views', [], chooser)).rejects.toMatchObject({ code: 'offline' })
  expect((await keptChoices(store, 'p')).views).toEqual({ version: 1, value: [view('超期')] })
})

it('another key stays as it was', async () => {
  const store = await opened()
  const { chooser } = centre()
  await choose(store, 'p', 'telling', { kinds: [{ kind: 'task', ways: [] }] }, chooser)
  await choose(store, 'p', 'views', [view('超期')], chooser)
  const kept = await keptChoices(store, 'p')
  expect([kept.telling?.version, kept.views?.version]).toEqual([1, 1])
})

it('what another device chose meanwhile is not overwritten, and is here afterwards', async () => {
  const [here, there] = [await opened(), await opened()]
  const { chooser } = centre()
  await choose(here, 'p', 'views', [view('甲')], chooser)
  await fetchChoices(there, 'p', chooser)
  await choose(there, 'p', 'views', [view('乙')], chooser)
  await expect(choose(here, 'p', 'views', [view('丙')], chooser)).rejects.toMatchObject({ code: 'row.changed' })
  expect((await keptChoices(here, 'p')).views?.value).toEqual([view('乙')])
  await choose(here, 'p', 'views', [view('乙'), view('丙')], chooser)
  expect((await keptChoices(here, 'p')).views?.version).toBe(3)
})

it('L10: of one person is nothing shown to the next one on the phone', async () => {
  const store = await opened()
  const { chooser } = centre()
  await choose(store, 'p', 'views', [view('甲')], chooser)
  expect(await keptChoices(store, 'q')).toEqual({})
})
