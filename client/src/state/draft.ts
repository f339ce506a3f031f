import { shallowRef } from 'vue'
import { Fault } from '@shared/fault'
import { shortId } from '@shared/id'
import type { Body, Fix } from '@shared/types.gen'
import { addToDraft, discardDraft, dropFromDraft, holdInDraft, keepDraft, openDraft, openDrafts } from '../db/drafts'
import { openOperation } from '../db/operations'
import { openFile } from '../db/photos'
import { findOperation } from '../db/summary'
import type { Developed } from '../device/develop'
import type { Develop } from '../device/photo'
import type { Phone } from '../engine/phone'
import type { World } from '../engine/world'
import type { Draft, DraftPhoto, DraftState, Recorded, ShutterMore } from './contract'
import { describe, type DraftFields, draftPhoto, filesOf, holdsSomething, type Open, placed, type Taken, viewOf } from './draftfields'
import { intentOf } from './intent'
import { useState } from './keys'
import type { Ledger } from './ledger'

export function useDraft(): DraftState {
  return useState().draft
}

export interface DraftPorts {
  readonly phone: Phone
  readonly world: World
  readonly ledger: Ledger
  readonly develop: Develop
  readonly fix: () => Fix | null
  readonly taxonomy: () => string
}

const autosaveMs = 300
const kinds: readonly Body['action'][] = ['report', 'selfHandle', 'resubmit', 'attach', 'verifyReal', 'verifyFalse', 'recheckPass', 'recheckFail', 'handle', 'confirm']
const kindOf = (action: Body['action']) => kinds.find((kind) => kind === action) as Draft['kind'] | undefined

export function makeDraft(ports: DraftPorts): DraftState & { flush(): Promise<void> } {
  const { phone, world, ledger } = ports
  const { store } = phone
  const draft = shallowRef<Draft | null>(null)
  const left = shallowRef<readonly Draft[]>([])
  const urls = new Map<string, string | null>()
  let open: Open | null = null
  let dirty = false
  /** Takes back the autosave that is due; null while none is. */
  let cancel: (() => void) | null = null
  let saving: Promise<{ caseId: string; short: string }> | null = null
  let line: Promise<unknown> = Promise.resolve()
  /** Photos that are not in storage yet. */
  let coming = 0

  /** Changes that wait for storage go one after the other: none may write over what another just stored. */
  function inLine<T>(work: () => Promise<T>): Promise<T> {
    const done = line.then(work)
    line = done.catch(() => undefined)
    return done
  }

  const me = (): string => {
    const id = phone.person.value?.id
    if (id === undefined) throw new Fault('session.missing')
    return id
  }
  const here = (): Open => {
    if (open === null) throw new Error('no draft is open')
    return open
  }

  function show(next: Open | null): void {
    open = next
    draft.value = next === null ? null : viewOf(next, urls)
    left.value = left.value.filter((one) => one.id !== next?.id)
  }

  function calm(): void {
    cancel?.()
    cancel = null
  }

  /** Shows a draft that is put away among those that are left, where it holds anything. */
  async function putAway(): Promise<void> {
    await flush()
    if (open !== null && holdsSomething(open.fields)) left.value = [viewOf(open, urls), ...left.value]
    open = null
    draft.value = null
  }

  async function flush(): Promise<void> {
    calm()
    if (!dirty || open === null) return
    dirty = false
    try {
      await phone.withRoom(() => keepDraft(store, me(), here()))
    } catch (error) {
      dirty = true
      throw error
    }
  }

  async function showPreviews(fields: DraftFields): Promise<void> {
    for (const { hash, preview } of fields.photos) {
      if (urls.has(hash)) continue
      const file = preview === undefined ? null : await openFile(store, me(), preview.hash)
      urls.set(hash, file === null ? null : URL.createObjectURL(new Blob([file.bytes], { type: file.type })))
    }
  }

  async function begin(kind: Draft['kind'], caseId = ''): Promise<Draft> {
    await putAway()
    const now = phone.clock.now()
    const c = kind === 'resubmit' ? ledger.find(caseId)?.case : undefined
    const { category = '', description = '', address = '', pin = '' } = c ?? {}
    show({ id: phone.newId(), at: now, fields: { kind, caseId, photos: [], voices: [], category, description, address, pin, words: '', startedAt: now } })
    return viewOf(here(), urls)
  }

  async function read(id: string): Promise<void> {
    await putAway()
    const found = await openDraft<DraftFields>(store, me(), id)
    if (found === null) throw new Fault('request.notFound', `draft ${id}`)
    await showPreviews(found.fields)
    show(found)
  }

  async function correct(operation: string): Promise<Draft> {
    const [replica = '', counter = ''] = operation.split('/')
    const row = await findOperation(store, me(), replica, Number(counter))
    const kind = row === null ? undefined : kindOf((JSON.parse(await openOperation(store, row)) as Body).action)
    if (row === null || kind === undefined) throw new Fault('request.notFound', `operation ${operation}`)
    await putAway()
    const { payload, photos = [], voices = [], case: caseId } = JSON.parse(await openOperation(store, row)) as Body
    const { category = '', description = '', address = '', pin = '', words = '' } = payload
    const now = phone.clock.now()
    const fields: DraftFields = {
      kind, caseId, photos, voices, category, description, address, pin, words, startedAt: now, corrects: { replica: row.replica, counter: row.counter, hash: row.hash },
    }
    const made = { id: phone.newId(), at: now, fields }
    await holdInDraft(store, me(), made, [...photos, ...voices].map(({ hash }) => hash))
    await showPreviews(fields)
    show(made)
    return viewOf(made, urls)
  }

  function change(fields: Partial<Pick<Draft, 'category' | 'description' | 'address' | 'pin' | 'words'>>): void {
    const { id, fields: before } = here()
    show({ id, at: phone.clock.now(), fields: { ...before, ...fields } })
    dirty = true
    // Not put off by the next keystroke: who types without a pause is stored as often as who does not (L1).
    cancel ??= world.after(autosaveMs, () => void inLine(flush).catch(() => undefined)) // kept again with the next change; the fault is on the light
  }

  async function addPhoto(file: Blob, origin: DraftPhoto['origin'], part: DraftPhoto['part'] = 'scene', takenAt?: number, { heading = null, replaces }: ShutterMore = {}): Promise<DraftPhoto> {
    const target = here()
    // Where and when it was taken is known now; developing may take its time behind others.
    const taken: Taken = { origin, part, heading, fix: origin === 'gallery' ? null : ports.fix(), takenAt: takenAt ?? phone.clock.now() }
    coming += 1
    try {
      return await takeIn(target, await ports.develop(file), taken, replaces)
    } finally {
      coming -= 1
    }
  }

  function takeIn(target: Open, developed: Developed, taken: Taken, replaces: string | undefined): Promise<DraftPhoto> {
    const photo = describe(developed, taken)
    return inLine(async () => {
      const { id, fields } = await current(target)
      const photos = placed(fields.photos, photo, replaces)
      const dropped = replaces !== undefined && replaces !== photo.hash ? replaces : ''
      await phone.withRoom(() => addToDraft(store, me(), { id, at: phone.clock.now(), fields: { ...fields, photos } }, filesOf(developed), dropped))
      const { preview } = developed
      forget([photo.hash, dropped])
      urls.set(photo.hash, preview === null ? null : URL.createObjectURL(new Blob([preview.bytes], { type: 'image/jpeg' })))
      showAttached(id, { photos })
      return draftPhoto(photo, urls)
    })
  }

  /** Gives back the pictures of photos that are no longer shown: a day's worth must not pile up in memory. */
  function forget(hashes: readonly string[]): void {
    for (const hash of hashes) {
      const url = urls.get(hash)
      if (typeof url === 'string') URL.revokeObjectURL(url)
      urls.delete(hash)
    }
  }

  /** The draft is no more, saved or discarded. */
  function close(): void {
    const gone = here().fields.photos.map((photo) => photo.hash)
    const shownElsewhere = new Set(left.value.flatMap((one) => one.photos.map((photo) => photo.hash)))
    show(null)
    forget(gone.filter((hash) => !shownElsewhere.has(hash)))
  }

  /** The draft as it is now, whether it is still open or was put away meanwhile. */
  async function current(target: Open): Promise<Open> {
    if (open?.id === target.id) return open
    return (await openDraft<DraftFields>(store, me(), target.id)) ?? target
  }

  /** Other photos or voice notes of the open draft; what was typed meanwhile stays. */
  function showAttached(id: string, attached: Partial<Pick<DraftFields, 'photos' | 'voices'>>): void {
    if (open?.id === id) show({ id, at: phone.clock.now(), fields: { ...open.fields, ...attached } })
  }

  function addVoice({ voice, bytes }: Recorded): Promise<void> {
    const target = here()
    const { hash, type } = voice
    coming += 1
    return inLine(async () => {
      const { id, fields } = await current(target)
      const voices = [...(fields.voices ?? []).filter((one) => one.hash !== hash), voice]
      await phone.withRoom(() => addToDraft(store, me(), { id, at: phone.clock.now(), fields: { ...fields, voices } }, [{ hash, kind: 'voice', of: hash, type, bytes }]))
      showAttached(id, { voices })
    }).finally(() => (coming -= 1))
  }

  async function removeVoice(hash: string): Promise<void> {
    const { id, fields } = here()
    const voices = (fields.voices ?? []).filter((one) => one.hash !== hash)
    await dropFromDraft(store, me(), { id, at: phone.clock.now(), fields: { ...fields, voices } }, hash)
    showAttached(id, { voices })
  }

  async function removePhoto(hash: string): Promise<void> {
    const { id, fields } = here()
    const photos = fields.photos.filter((one) => one.hash !== hash)
    await dropFromDraft(store, me(), { id, at: phone.clock.now(), fields: { ...fields, photos } }, hash)
    showAttached(id, { photos })
    forget([hash])
  }

  async function movePhoto(hash: string, to: number): Promise<void> {
    const { id, fields } = here()
    const photo = fields.photos.find((one) => one.hash === hash)
    if (photo === undefined) return
    const photos = fields.photos.filter((one) => one !== photo)
    photos.splice(Math.max(0, Math.min(to, photos.length)), 0, photo)
    showAttached(id, { photos })
    dirty = true
    await flush()
  }

  async function keepOperation(as: Partial<Pick<Draft, 'kind' | 'caseId'>>): Promise<{ caseId: string; short: string }> {
    const { id, fields } = here()
    const intent = intentOf(id, { ...fields, ...as }, ledger, ports)
    const fault = ledger.forecast(intent)
    if (fault !== '') throw new Fault(fault)
    dirty = true // the draft goes to storage first: where saving fails, it is there as it is
    await flush()
    const saved = await phone.save(intent)
    dirty = false
    close()
    return { caseId: saved.caseId, short: shortId(saved.chain.replica, saved.counter) }
  }

  async function discard(): Promise<void> {
    const { id } = here()
    calm()
    dirty = false
    await discardDraft(store, me(), id)
    close()
  }

  async function readLeft(): Promise<void> {
    open = null
    draft.value = null
    forget([...urls.keys()])
    left.value = []
    const person = phone.person.value
    if (person === null) return
    const found = await openDrafts<DraftFields>(store, person.id)
    for (const { fields } of found) await showPreviews(fields)
    if (phone.person.value?.id === person.id) left.value = found.map((one) => viewOf(one, urls))
  }

  let whose = ''
  phone.person.watch((person) => {
    if (whose === (person?.id ?? '')) return
    whose = person?.id ?? ''
    void readLeft()
  })

  return {
    draft, left, change, addPhoto, addVoice,
    begin: (kind, caseId) => inLine(() => begin(kind, caseId)),
    open: (id) => inLine(() => read(id)),
    correct: (operation) => inLine(() => correct(operation)),
    removePhoto: (hash) => inLine(() => removePhoto(hash)),
    removeVoice: (hash) => inLine(() => removeVoice(hash)),
    movePhoto: (hash, to) => inLine(() => movePhoto(hash, to)),
    discard: () => inLine(discard),
    flush: () => inLine(flush),
    settled: () => coming === 0 && !dirty && saving === null,
    save: (as = {}) => {
      saving ??= inLine(() => keepOperation(as)).finally(() => (saving = null))
      return saving
    },
  }
}
