// What every screen that writes a draft does alike: photos in one after the other, one place for what went wrong.
import { computed, reactive, ref, watch } from 'vue'
import { faultCode } from '@shared/fault'
import type { Draft, DraftPhoto } from '../../state/contract'
import { useDraft } from '../../state/draft'
import { t } from '../../words/words'
import { told, type Told } from '../tell'

/** What is typed; '' stands for nothing. */
export interface Fields {
  category: string
  description: string
  address: string
  words: string
}

const nothing: Readonly<Fields> = { category: '', description: '', address: '', words: '' }

/** @param initial what the fields show before anything is typed: those of the case that a resubmission is about */
export function useWriting(kind: Draft['kind'], caseId = '', initial: Readonly<Fields> = nothing) {
  const store = useDraft()
  const fields = reactive<Fields>({ ...initial })
  const coming = ref(0)
  const saving = ref(false)
  const problem = ref<Told | null>(null)
  let line: Promise<unknown> = Promise.resolve()

  /** The draft of this kind (and case, where one is meant) that is open; another's draft is none of this screen's. */
  const draft = computed(() => {
    const open = store.draft.value
    return open?.kind === kind && (caseId === '' || open.caseId === caseId) ? open : null
  })
  const photos = computed<readonly DraftPhoto[]>(() => draft.value?.photos ?? [])

  /** Begins the draft at the first thing that it is to hold: leaving an empty screen leaves nothing behind. */
  async function ensure(): Promise<void> {
    if (!draft.value) await store.begin(kind, caseId === '' ? undefined : caseId)
  }

  /** One after the other: two photos at once would race for memory, and their order is what people chose. */
  function inLine<T>(step: () => Promise<T>): Promise<T> {
    const next = line.then(step)
    line = next.catch(() => undefined)
    return next
  }

  async function add(file: Blob, origin: DraftPhoto['origin'], part: DraftPhoto['part'] = 'scene'): Promise<void> {
    const takenAt = file instanceof File && origin === 'gallery' ? file.lastModified : Date.now()
    problem.value = null
    coming.value += 1
    try {
      await inLine(async () => {
        await ensure()
        await store.addPhoto(file, origin, part, takenAt)
      })
    } catch (thrown) {
      problem.value = isNoPhoto(thrown) ? { what: t('capture.noPhoto'), todo: t('capture.noPhotoDo') } : told(thrown)
    } finally {
      coming.value -= 1
    }
  }

  async function remove(hash: string): Promise<void> {
    problem.value = null
    await inLine(() => store.removePhoto(hash))
  }

  /** Shows what the open draft holds. */
  function load(): void {
    const { category, description, address, words } = draft.value ?? initial
    Object.assign(fields, { category, description, address, words })
  }

  // Every keystroke is kept: what was typed survives a killed page (L1).
  watch(fields, async () => {
    if (same(fields, draft.value ?? initial)) return
    problem.value = null
    await inLine(ensure)
    store.change({ ...fields })
  })

  /** Goes on with a draft that was left. */
  async function open(id: string): Promise<void> {
    await inLine(() => store.open(id))
    load()
  }

  async function discard(): Promise<void> {
    await inLine(() => store.discard())
    load()
  }

  /** Saves; null where it did not go, and `problem` says why. */
  async function save(): Promise<{ readonly caseId: string; readonly short: string } | null> {
    if (saving.value) return null
    problem.value = null
    saving.value = true
    try {
      const saved = await inLine(async () => {
        await ensure()
        return store.save()
      })
      load()
      navigator.vibrate?.(60)
      return saved
    } catch (thrown) {
      problem.value = told(thrown)
      return null
    } finally {
      saving.value = false
    }
  }

  return { store, draft, fields, photos, coming, saving, problem, add, remove, load, open, discard, save }
}

/** What cannot be read at all was not taken in: there is nothing to delete afterwards. */
function isNoPhoto(thrown: unknown): boolean {
  return faultCode(thrown) === 'photo.damaged'
}

function same(a: Readonly<Fields>, b: Readonly<Fields>): boolean {
  return a.category === b.category && a.description === b.description && a.address === b.address && a.words === b.words
}
