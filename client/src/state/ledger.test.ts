import 'fake-indexeddb/auto'
import { watch } from 'vue'
import { apply } from '@shared/apply'
import { parseBody } from '@shared/body'
import { judge } from '@shared/judge'
import type { Body, Case } from '@shared/types.gen'
import { addToDraft } from '../db/drafts'
import { keepHeld } from '../db/receipts'
import { Centre, Hand, openPage, people } from '../engine/rig'
import { makeDeeds } from './deeds'
import { Ledger } from './ledger'

let count = 0
const id = '01900000-0000-7000-8000-000000000001'
const report = { case: id, action: 'report' as const, payload: { category: 'a|matter|1', description: '垃圾' }, seen: 0, taxonomy: 't1' }

async function page(login = 'c601') {
  const world = new Hand()
  const centre = new Centre(world)
  const phone = await openPage({ name: `ledger ${count++}`, world, centre })
  await phone.start()
  await phone.signIn(login, 'secret')
  const ledger = new Ledger(phone)
  await vi.waitFor(() => expect(phone.status.value).toMatchObject({ link: 'live', pulling: false }))
  await vi.waitFor(() => expect(ledger.ready.value).toBe(true))
  const deeds = makeDeeds({ phone, world, ledger, fix: () => null, taxonomy: () => 't1' })
  return { world, centre, phone, ledger, deeds }
}

/** The case as the server makes it of what it was sent, and of what others did. */
function casesOf(texts: readonly string[], more: Partial<Body>[] = []): Case {
  let c: Case | undefined
  const standing = { role: 'leader' as const, squad: 'squad-6' }
  const bodies = texts.map((text) => parseBody(text))
  const others = more.map((fields, i): Body => ({
    v: 1, replica: '01900000-0000-7000-8000-0000000000ff', counter: i + 1, case: id, author: { kind: 'person', id: 'leader' }, source: 'collector', action: 'comment',
    payload: {}, seen: 1, taxonomy: 't1', time: { device: 1 }, ...fields,
  }))
  for (const b of [...bodies, ...others]) c = apply(c, b, judge(c, b, { now: 5, standingNow: standing, standingThen: standing, categoryKnown: true }))
  return c!
}

const texts = (centre: Centre) => [...centre.kept.values()].flat()

test('a saved report shows at once, and travels: on the phone, going, arrived', async () => {
  const { world, centre, phone, ledger } = await page()
  centre.reachable = false
  centre.cut()
  await phone.save(report)
  await vi.waitFor(() => expect(ledger.find(id)).toMatchObject({ travel: { kind: 'onPhone' }, mine: true, unsent: 1, unread: false }))
  expect(ledger.find(id)?.case).toMatchObject({ state: 'reported', description: '垃圾', short: expect.stringMatching(/-1$/) as string })
  centre.reachable = true
  centre.answering = false
  world.pass(60_000)
  await vi.waitFor(() => expect(ledger.find(id)?.travel).toEqual({ kind: 'going', sent: 0, photos: 0 }))
  await vi.waitFor(() => expect(texts(centre)).toHaveLength(1))
  centre.cases = [casesOf(texts(centre))]
  centre.answer()
  await vi.waitFor(() => expect(ledger.find(id)?.travel).toEqual({ kind: 'arrived' }))
})

test('between the acknowledgement and the feed the case does not vanish, and it is not shown twice after', async () => {
  const { centre, phone, ledger } = await page()
  await phone.save(report)
  await vi.waitFor(async () => expect((await phone.store.db.operations.toArray())[0]?.state).toBe('applied'))
  await vi.waitFor(() => expect(ledger.find(id)).toMatchObject({ unsent: 0, travel: { kind: 'arrived' } }))
  centre.say({ t: 'change', seq: centre.seq, case: casesOf(texts(centre)) })
  await vi.waitFor(async () => expect(await phone.store.db.cases.count()).toBe(1))
  await vi.waitFor(() => expect(ledger.find(id)?.case.arrivedAt).toBe(5))
  expect(ledger.find(id)?.case.timeline).toHaveLength(1)
})

test('photos that are still on the way are counted after the record arrived (L9)', async () => {
  const { phone, ledger } = await page()
  const file = { hash: 'ab'.repeat(32), kind: 'original' as const, of: 'ab'.repeat(32), type: 'image/jpeg', bytes: new ArrayBuffer(4) }
  await addToDraft(phone.store, people.first.id, { id: 'draft', at: 1, fields: {} }, [file])
  const photo = { hash: file.hash, size: 4, type: 'image/jpeg', origin: 'camera' as const, part: 'scene' as const, takenAt: 1 }
  await phone.save({ ...report, photos: [photo], draft: 'draft' })
  await vi.waitFor(() => expect(ledger.find(id)?.travel).toEqual({ kind: 'photosOnTheWay', left: 1 }))
  await keepHeld(phone.store, people.first.id, [file.hash], [])
  await vi.waitFor(() => expect(ledger.find(id)?.travel).toEqual({ kind: 'arrived' }))
})

test('a voice note on the way is counted as one, and one that the centre lost goes again (L13, R44)', async () => {
  const { centre, phone, ledger } = await page()
  const hash = 'cd'.repeat(32)
  await addToDraft(phone.store, people.first.id, { id: 'draft', at: 1, fields: {} }, [{ hash, kind: 'voice', of: hash, type: 'audio/webm', bytes: new ArrayBuffer(4) }])
  const voice = { hash, size: 4, type: 'audio/webm', duration: 900, takenAt: 1 }
  await phone.save({ ...report, voices: [voice], draft: 'draft' })
  await vi.waitFor(() => expect(ledger.find(id)?.travel).toEqual({ kind: 'photosOnTheWay', left: 1, voices: 1 }))
  await keepHeld(phone.store, people.first.id, [hash], [])
  await vi.waitFor(() => expect(ledger.find(id)?.travel).toEqual({ kind: 'arrived' }))
  const shows = (here: string) => ({ ...ledger.find(id)!.case, voices: [{ ...voice, by: { kind: 'person', id: people.first.id }, revision: 1, here }] }) as Case
  centre.say({ t: 'change', seq: ++centre.seq, case: shows('here') })
  await vi.waitFor(() => expect(ledger.hasArrived(hash)).toBe(true))
  centre.say({ t: 'change', seq: ++centre.seq, case: shows('lost') })
  await vi.waitFor(() => expect(ledger.find(id)?.travel).toEqual({ kind: 'photosOnTheWay', left: 1, voices: 1 }))
})

test('L5, L6: who lost a field is told until the case was looked at; a late deed says so', async () => {
  const { centre, phone, ledger, deeds } = await page()
  await phone.save(report)
  await vi.waitFor(() => expect(texts(centre)).toHaveLength(1))
  const other = { field: 'description' as const, from: '别的', to: '一堆垃圾' }
  const c = casesOf(texts(centre), [{ action: 'amend', payload: { changes: [other] } }])
  centre.say({ t: 'change', seq: centre.seq, case: { ...c, conflicts: c.conflicts?.map((one) => ({ ...one, lostBy: { kind: 'person', id: people.first.id } })) ?? [] } })
  await vi.waitFor(() => expect(ledger.find(id)).toMatchObject({ lost: true, unread: true }))
  deeds.seen(id)
  expect(ledger.find(id)).toMatchObject({ lost: false, unread: false })
  await vi.waitFor(() => expect(centre.frames).toContainEqual({ t: 'seen', cases: [{ case: id, revision: 2 }] }))
})

test('what was seen is remembered', async () => {
  const { world, centre, phone, ledger, deeds } = await page()
  await phone.save(report)
  await vi.waitFor(() => expect(texts(centre)).toHaveLength(1))
  centre.say({ t: 'change', seq: centre.seq, case: casesOf(texts(centre), [{ payload: { words: '看一下' } }]) })
  await vi.waitFor(() => expect(ledger.find(id)?.unread).toBe(true))
  deeds.seen(id)
  world.pass(500)
  await vi.waitFor(async () => expect(await phone.store.db.documents.get([people.first.id, 'seen'])).toBeDefined())
  const later = new Ledger(phone)
  makeDeeds({ phone, world, ledger: later, fix: () => null, taxonomy: () => 't1' })
  await vi.waitFor(() => expect(later.find(id)?.unread).toBe(false))
})

test.each([
  ['return', { action: 'return' as const, payload: { reason: '照片看不清' } }, { state: 'returned' as const }],
  ['task', { action: 'sendVerify' as const, payload: {} }, { state: 'verifying' as const, task: { kind: 'verify' as const, assignee: people.first.id, how: 'pick' as const, since: 1, revision: 2 } }],
])('R38: a %s that was looked at without the centre hearing of it is told by the next page, once', async (_, deed, after) => {
  const { world, centre, phone, ledger, deeds } = await page()
  await phone.save(report)
  await vi.waitFor(() => expect(texts(centre)).toHaveLength(1))
  const back = { ...casesOf(texts(centre), [deed]), ...after }
  centre.say({ t: 'change', seq: centre.seq, case: back })
  await vi.waitFor(() => expect(ledger.find(id)?.case.state).toBe(after.state))
  const told = () => centre.frames.filter(({ t }) => t === 'seen').length
  expect(told()).toBe(0)
  deeds.seen(id)
  await vi.waitFor(() => expect(told()).toBe(1))
  world.pass(500)
  await vi.waitFor(async () => expect(await phone.store.db.documents.get([people.first.id, 'seen'])).toBeDefined())
  const later = new Ledger(phone)
  makeDeeds({ phone, world, ledger: later, fix: () => null, taxonomy: () => 't1' })
  await vi.waitFor(() => expect(told()).toBe(2))
  centre.say({ t: 'change', seq: centre.seq + 1, case: { ...back, timeline: back.timeline.map((entry) => (entry.action === deed.action ? { ...entry, delivered: 7, seen: 7 } : entry)) } })
  await vi.waitFor(() => expect(later.find(id)?.case.timeline.at(-1)?.seen).toBe(7))
  const third = new Ledger(phone)
  makeDeeds({ phone, world, ledger: third, fix: () => null, taxonomy: () => 't1' })
  await vi.waitFor(() => expect(third.find(id)?.unread).toBe(false))
  expect(told()).toBe(2)
})

test('a deed is offered only where the workflow lets this person do it, and its second tap is told', async () => {
  const { centre, phone, ledger, deeds } = await page()
  await phone.save(report)
  await vi.waitFor(() => expect(texts(centre)).toHaveLength(1))
  await vi.waitFor(() => expect(ledger.find(id)).toBeDefined())
  const view = ledger.find(id)!
  expect(['comment', 'amend', 'attach'].map((action) => deeds.may(view, action as 'comment'))).toEqual([true, true, true])
  expect(['file', 'return', 'resubmit', 'report'].map((action) => deeds.may(view, action as 'file'))).toEqual([false, false, false, false])
  await expect(deeds.decide(id, 'file')).rejects.toMatchObject({ code: 'operation.notPermitted' })
  await expect(deeds.comment(id, '  ')).rejects.toMatchObject({ code: 'operation.needs.words' })
  await deeds.comment(id, '路口')
  await vi.waitFor(() => expect(ledger.find(id)?.case.timeline).toHaveLength(2))
})

test('L10: signing out empties the screen, and the next person sees nothing of the first', async () => {
  const { centre, phone, ledger } = await page()
  await phone.save(report)
  await vi.waitFor(() => expect(texts(centre)).toHaveLength(1))
  centre.say({ t: 'change', seq: centre.seq, case: casesOf(texts(centre)) })
  await vi.waitFor(async () => expect(await phone.store.db.cases.count()).toBe(1))
  await phone.signOut()
  expect(ledger.views.value).toEqual([])
  await phone.signIn('c501', 'secret')
  await vi.waitFor(() => expect(ledger.ready.value).toBe(true))
  expect(ledger.views.value).toEqual([])
  expect(ledger.refused.value).toEqual([])
})

test('L10: what was not sent leaves the screen with its person', async () => {
  const { centre, phone, ledger } = await page()
  centre.answering = false
  await phone.save(report)
  await vi.waitFor(() => expect(ledger.views.value).toHaveLength(1))
  const shown: number[] = []
  phone.person.watch(() => shown.push(ledger.views.value.length))
  await phone.signOut()
  await phone.signIn('c501', 'secret')
  await vi.waitFor(() => expect(ledger.ready.value).toBe(true))
  expect([shown.length > 1, Math.max(...shown.slice(1)), ledger.views.value]).toEqual([true, 0, []])
})

/** A case that a collector reported and the leader's phone has. */
async function leading() {
  const one = await page('l6')
  const body: Body = {
    v: 1, replica: '01900000-0000-7000-8000-0000000000fe', counter: 1, case: id, author: { kind: 'person', id: people.first.id }, source: 'collector', action: 'report',
    payload: { category: 'a|matter|1', description: '垃圾' }, seen: 0, taxonomy: 't1', time: { device: 1 },
  }
  const reported = casesOf([JSON.stringify(body)])
  const changed = (more: Partial<Body>[]) => ({ ...casesOf([JSON.stringify(body)], more), squad: 'squad-6' })
  one.centre.say({ t: 'change', seq: ++one.centre.seq, case: { ...reported, squad: 'squad-6' } })
  await vi.waitFor(() => expect(one.ledger.find(id)?.case.state).toBe('reported'))
  return { ...one, changed }
}

test('a decision shows at once, is named as undoable, and taking it back brings the case back as it was', async () => {
  const { ledger, deeds, world } = await leading()
  await deeds.decideWithReason(id, 'return', '照片看不清')
  await vi.waitFor(() => expect(ledger.find(id)).toMatchObject({ case: { state: 'returned' }, unsent: 1, travel: { kind: 'onPhone' } }))
  expect(deeds.undoable.value).toMatchObject([{ caseId: id, action: 'return', until: world.wall() + 5_000 }])
  await expect(deeds.decide(id, 'file')).rejects.toMatchObject({ code: 'case.stateChanged' })
  expect(await deeds.undo(deeds.undoable.value[0]!.decision)).toBe(true)
  await vi.waitFor(() => expect(ledger.find(id)).toMatchObject({ case: { state: 'reported' }, unsent: 0, travel: { kind: 'arrived' } }))
  expect(deeds.undoable.value).toEqual([])
})

test('many are taken back from storage, whatever is known of them here', async () => {
  const { ledger, deeds, world } = await leading()
  const { until, faults } = deeds.many('file', [{ caseId: id, payload: {} }, { caseId: 'not here', payload: {} }])
  expect([...(await faults)]).toEqual([['not here', 'case.notInScope']])
  expect(until).toBe(world.wall() + 10_200)
  expect(await deeds.undoTogether(until)).toEqual([id])
  expect(await deeds.undoTogether(until)).toEqual([])
  await vi.waitFor(() => expect([ledger.find(id)?.case.state, deeds.undoable.value]).toEqual(['reported', []]))
})

test('a decided case never comes back into sight while its decision becomes an operation and is answered', async () => {
  const { ledger, deeds, world, phone, centre, changed } = await leading()
  await deeds.decide(id, 'file')
  await vi.waitFor(() => expect(ledger.find(id)?.case.state).toBe('filed'))
  const seen = new Set<string>()
  const show = watch(ledger.views, () => seen.add(ledger.find(id)?.case.state ?? 'gone'), { flush: 'sync' })
  world.pass(5_000)
  await vi.waitFor(async () => expect((await phone.store.db.operations.toArray())[0]?.state).toBe('applied'))
  await vi.waitFor(() => expect([deeds.undoable.value, ledger.find(id)?.unsent]).toEqual([[], 0]))
  // The server's case comes, and with it the place in the feed from which on the operation is no longer laid over it.
  const entry = parseBody(texts(centre)[0]!)
  centre.say({ t: 'change', seq: centre.seq, case: changed([{ ...entry, payload: {} }]) })
  await vi.waitFor(() => expect(ledger.find(id)?.case.timeline.map((one) => one.received)).toEqual([5, 5]))
  show()
  expect([...seen].filter((state) => state !== 'filed')).toEqual([])
})

test('L5: what somebody else does to the case meanwhile is shown; the decision stays the word of its author on what was seen', async () => {
  const { ledger, deeds, world, centre, changed } = await leading()
  await deeds.decide(id, 'file')
  await vi.waitFor(() => expect(deeds.undoable.value).toHaveLength(1))
  const rejected = changed([{ action: 'reject', payload: { reason: '已有人报过' }, author: { kind: 'person', id: 'another leader' } }])
  centre.say({ t: 'change', seq: ++centre.seq, case: rejected })
  await vi.waitFor(() => expect(ledger.find(id)?.case.state).toBe('rejected'))
  expect(ledger.find(id)).toMatchObject({ unsent: 1 })
  world.pass(5_000)
  await vi.waitFor(() => expect(texts(centre).map((text) => parseBody(text))).toMatchObject([{ action: 'file', seen: 1 }]))
})

test('L10: decisions leave the screen with their person', async () => {
  const { ledger, deeds, phone } = await leading()
  await deeds.decide(id, 'file')
  await vi.waitFor(() => expect(ledger.decided.value).toHaveLength(1))
  await phone.signOut()
  expect([ledger.decided.value, deeds.undoable.value]).toEqual([[], []])
})
