// What every screen that writes a draft does alike: photos and voice notes on their way into storage, one place for what went wrong.
import { computed, reactive, ref, shallowRef, watch } from 'vue'
import { faultCode } from '@shared/fault'
import type { Voice } from '@shared/types.gen'
import type { Draft, DraftPhoto, ShutterMore } from '../../state/contract'
import { useDraft } from '../../state/draft'
import { describeRecording, type Recording } from '../../state/recording'
import { useSession } from '../../state/session'
import { t } from '../../words/words'
import { told, type Told } from '../tell'
import { confirmSaved } from './confirm'
import { sameWork } from './sight'
import { dropUnsaved, strand, unsaved } from './unsaved'

/** What is typed; '' stands for nothing. */
export interface Fields {
  category: string
  description: string
  address: string
  words: string
}

/** A photo that was taken and is not in durable storage yet. */
export interface Coming {
  readonly part: DraftPhoto['part']
  /** Hash of the photo whose place it takes; '' for none. */
  readonly replaces: string
}

const nothing: Readonly<Fields> = { category: '', description: '', address: '', words: '' }

/** So many may wait for storage at once: each holds its pixels in memory until it is there. */
const mostComing = 6

/** @param initial what the fields show before anything is typed: those of the case that a resubmission is about */
export function useWriting(kind: Draft['kind'], caseId = '', initial: Readonly<Fields> = nothing) {
  const store = useDraft()
  const fields = reactive<Fields>({ ...initial })
  const coming = shallowRef<readonly Coming[]>([])
  /** Voice notes that were recorded and are not in durable storage yet. */
  const telling = ref(0)
  const saving = ref(false)
  const problem = ref<Told | null>(null)
  const adding = new Set<Promise<void>>()
  let beginning: Promise<unknown> | null = null

  /** The draft of this kind (and case, where one is meant) that is open; another's draft is none of this screen's. */
  const draft = computed(() => {
    const open = store.draft.value
    return open && sameWork(open.kind, kind) && (caseId === '' || open.caseId === caseId) ? open : null
  })
  const photos = computed<readonly DraftPhoto[]>(() => draft.value?.photos ?? [])
  const voices = computed<readonly Voice[]>(() => draft.value?.voices ?? [])
  /** Shots that the camera is still encoding: a quick thumb must not get past the bound with them. */
  const exposing = ref(0)
  const { person } = useSession()
  /** Photos of this record that the phone had no room for. */
  const stranded = computed(() => unsaved.value.filter((one) => one.kind === kind && one.caseId === caseId && one.person === person.value?.id))
  const full = computed(() => coming.value.length + exposing.value >= mostComing)

  /** Begins the draft at the first thing that it is to hold: leaving an empty screen leaves nothing behind. */
  async function ensure(): Promise<void> {
    if (draft.value) return
    beginning ??= store.begin(kind, caseId === '' ? undefined : caseId).finally(() => (beginning = null))
    await beginning
  }

  /** Takes a photo in; resolves when it is in durable storage, or was not taken in and `problem` says why. */
  function add(file: Blob, origin: DraftPhoto['origin'], part: DraftPhoto['part'] = 'scene', more: ShutterMore = {}, at?: number): Promise<void> {
    const takenAt = at ?? (file instanceof File && origin === 'gallery' ? file.lastModified : Date.now())
    const mine: Coming = { part, replaces: more.replaces ?? '' }
    problem.value = null
    coming.value = [...coming.value, mine]
    const added = ensure()
      .then(() => store.addPhoto(file, origin, part, takenAt, more))
      .then(() => undefined, (thrown: unknown) => {
        if (faultCode(thrown) === 'storage.full') strand({ person: person.value?.id ?? '', kind, caseId, file, origin, part, takenAt, more })
        problem.value = isNoPhoto(thrown) ? { what: t('capture.noPhoto'), todo: t('capture.noPhotoDo') } : told(thrown)
      })
      .finally(() => {
        adding.delete(added)
        coming.value = coming.value.filter((one) => one !== mine)
      })
    adding.add(added)
    return added
  }

  /** Tries to store once more what found no room. */
  async function again(): Promise<void> {
    const waiting = stranded.value
    dropUnsaved(waiting)
    for (const { file, origin, part, more, takenAt } of waiting) await add(file, origin, part, more, takenAt)
  }

  /** Takes a voice note in; resolves when it is in durable storage, or `problem` says why it is not. */
  function tell(recording: Recording): Promise<void> {
    problem.value = null
    telling.value += 1
    const added = Promise.all([describeRecording(recording), ensure()])
      .then(([recorded]) => store.addVoice(recorded))
      .catch((thrown: unknown) => {
        problem.value = told(thrown)
      })
      .finally(() => {
        adding.delete(added)
        telling.value -= 1
      })
    adding.add(added)
    return added
  }

  /** Does something to the draft's photos or voice notes; what goes wrong is told. */
  async function change(step: () => Promise<void>): Promise<void> {
    problem.value = null
    try {
      await step()
    } catch (thrown) {
      problem.value = told(thrown)
    }
  }

  /** Shows what the open draft holds. */
  function load(): void {
    const { category, description, address, words } = draft.value ?? initial
    Object.assign(fields, { category, description, address, words })
  }

  // Every keystroke is kept: what was typed survives a killed page (L1). It waits for no photo.
  watch(fields, async () => {
    if (same(fields, draft.value ?? initial)) return
    problem.value = null
    await ensure()
    store.change({ ...fields })
  })

  /** Goes on with a draft that was left. */
  async function open(id: string): Promise<void> {
    await store.open(id)
    load()
  }

  async function discard(): Promise<void> {
    await Promise.all(adding)
    if (draft.value) await store.discard()
    load()
  }

  /** Saves, photos that are on their way first; null where it did not go, and `problem` says why. @param as see DraftState.save */
  async function save(as?: Parameters<typeof store.save>[0]): Promise<{ readonly caseId: string; readonly short: string } | null> {
    if (saving.value) return null
    problem.value = null
    saving.value = true
    try {
      await Promise.all(adding)
      await again()
      if (problem.value !== null) return null // a photo that did not arrive is not left out in silence
      await ensure()
      const saved = await store.save(as)
      load()
      confirmSaved()
      return saved
    } catch (thrown) {
      problem.value = told(thrown)
      return null
    } finally {
      saving.value = false
    }
  }

  return {
    store, draft, fields, photos, voices, coming, exposing, telling, full, saving, problem, add, load, open, discard, save, tell,
    untell: (hash: string) => change(() => store.removeVoice(hash)),
    stranded, again,
    letGo: () => dropUnsaved(stranded.value),
    remove: (hash: string) => change(() => store.removePhoto(hash)),
    move: (hash: string, to: number) => change(() => store.movePhoto(hash, to)),
  }
}

export type Writing = ReturnType<typeof useWriting>

/** What cannot be read at all was not taken in: there is nothing to delete afterwards. */
function isNoPhoto(thrown: unknown): boolean {
  return faultCode(thrown) === 'photo.damaged'
}

function same(a: Readonly<Fields>, b: Readonly<Fields>): boolean {
  return a.category === b.category && a.description === b.description && a.address === b.address && a.words === b.words
}
