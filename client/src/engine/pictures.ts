// Pictures to look at and voice notes to hear: the phone's own, what was looked at before, else the server's.

import { faultCode } from '@shared/fault'
import { openFile } from '../db/photos'
import { keepView, openView } from '../db/documents'
import type { Store } from '../db/store'
import type { Library } from '../net/reference'
import type { Clock } from './clock'

export type Size = 'preview' | 'screen' | 'original' | 'voice'

/** What will be no other when it is asked for again. */
const refusals: ReadonlySet<string> = new Set(['photo.damaged', 'photo.onlyOriginal', 'voice.damaged'])

/** What pictures kept for looking at again out of reach may take on the phone. */
const viewBytes = 96 * 1024 * 1024

export class Pictures {
  constructor(
    private readonly store: Store,
    private readonly library: Library,
    private readonly clock: Clock,
  ) {}

  /**
   * null while the picture is neither here nor to be had from the server.
   * @param hash of the preview for a preview, else of the original
   * @param arrived whether the server has it, as far as the phone knows; where it has not it is not asked
   * @throws Fault photo.damaged, photo.onlyOriginal or voice.damaged where the server will not show it
   */
  async find(person: string, hash: string, size: Size, arrived: boolean): Promise<Blob | null> {
    const own = await openFile(this.store, person, hash)
    if (own !== null) return new Blob([own.bytes], { type: own.type })
    const name = size === 'screen' ? `${hash} screen` : hash
    const kept = await openView(this.store, person, name)
    if (kept !== null || !arrived) return kept
    try {
      const picture = size === 'voice' ? await this.library.voice(hash) : await this.library.photo(hash, size)
      // Originals are large and rarely looked at twice.
      if (size !== 'original') await keepView(this.store, person, name, picture, this.clock.now(), viewBytes).catch(() => undefined)
      return picture
    } catch (error) {
      if (refusals.has(faultCode(error))) throw error
      return null
    }
  }
}
