import { ref, type Ref, watch } from 'vue'
import { faultCode } from '@shared/fault'
import type { Phone } from '../engine/phone'
import type { Pictures, Size } from '../engine/pictures'
import type { PhotoState } from './contract'
import { useState } from './keys'
import type { Ledger } from './ledger'
import { shown, whenLeft } from './refs'

export function usePhotos(): PhotoState {
  return useState().photos
}

interface Shown {
  readonly url: Ref<string | null>
  readonly fault: Ref<string>
  lookers: number
  looking: boolean
}

/** Object URLs shared by all that show the same picture; given back when nobody does. */
export function makePhotos(phone: Phone, pictures: Pictures, ledger: Ledger): PhotoState {
  const all = new Map<string, Shown>()

  async function look(hash: string, size: Size, one: Shown): Promise<void> {
    const person = phone.person.value
    // A small picture is never taken out of the large one here: that may be what cannot be opened, and would go over a thin line.
    const wanted = size === 'preview' ? ledger.previewOf(hash) : hash
    if (one.looking || one.url.value !== null || person === null || wanted === undefined) return
    one.looking = true
    one.fault.value = ''
    const picture = await pictures.find(person.id, wanted, size, ledger.hasArrived(wanted)).catch((error: unknown) => {
      one.fault.value = faultCode(error)
      return null
    })
    one.looking = false
    if (picture === null || one.lookers === 0 || phone.person.value?.id !== person.id) return
    one.url.value = URL.createObjectURL(picture)
  }

  function again(): void {
    for (const [key, one] of all) {
      const [hash = '', size = 'preview'] = key.split(' ')
      void look(hash, size as Size, one)
    }
  }

  // A photo that was on its way may have come: with a change of its case, or with the line.
  watch(ledger.views, again)
  phone.status.watch(({ link }) => {
    if (link === 'live') again()
  })

  return {
    look: (hash, size) => {
      const key = `${hash} ${size}`
      const one = all.get(key) ?? { url: ref<string | null>(null), fault: ref(''), lookers: 0, looking: false }
      all.set(key, one)
      one.lookers += 1
      void look(hash, size, one)
      whenLeft(() => {
        one.lookers -= 1
        if (one.lookers > 0) return
        all.delete(key)
        if (one.url.value !== null) URL.revokeObjectURL(one.url.value)
      })
      return { url: shown(one.url), fault: shown(one.fault) }
    },
    glance: (c) => ledger.glance(c),
    original: async (hash) => {
      const person = phone.person.value
      return person === null ? null : pictures.find(person.id, hash, 'original', ledger.hasArrived(hash))
    },
  }
}
