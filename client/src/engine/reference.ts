// Categories, names and quick phrases: fetched when there is a line, kept sealed for when there is none.

import { faultCode } from '@shared/fault'
import { parseTaxonomy, type TaxonomyIndex } from '@shared/taxonomy'
import type { PhraseKind } from '@shared/types.gen'
import { keepDocument, openDocument } from '../db/documents'
import type { Store } from '../db/store'
import type { Directory, Library, Limits, SquadPhrases } from '../net/reference'
import { Value } from './value'

interface StoredTaxonomy {
  readonly version: string
  readonly text: string
}

export class Reference {
  readonly taxonomy = new Value<TaxonomyIndex | null>(null)
  readonly directory = new Value<Directory | null>(null)
  readonly limits = new Value<Limits | null>(null)
  readonly phrases = new Value<SquadPhrases | null>(null)
  private person = ''

  constructor(
    private readonly store: Store,
    private readonly library: Library,
  ) {}

  /** Reads what is kept for a person. */
  async load(person: string): Promise<void> {
    this.person = person
    const [taxonomy, directory, phrases, limits] = await Promise.all([
      openDocument<StoredTaxonomy>(this.store, person, 'taxonomy'), openDocument<Directory>(this.store, person, 'directory'),
      openDocument<SquadPhrases>(this.store, person, 'phrases'), openDocument<Limits>(this.store, person, 'limits'),
    ])
    if (this.person !== person) return
    this.directory.value = directory
    this.phrases.value = phrases
    this.limits.value = limits
    if (taxonomy !== null && taxonomy.version !== this.taxonomy.value?.version) this.taxonomy.value = parseTaxonomy(taxonomy.text)
  }

  /** Fetches what is newer. Out of reach, what is kept stays. Resolves with whether the centre answered. */
  async refresh(person: string): Promise<boolean> {
    const done = await Promise.allSettled([this.refreshTaxonomy(person), this.refreshDirectory(person), this.refreshPhrases(person)])
    return done.some(({ status }) => status === 'fulfilled')
  }

  /**
   * Replaces the squad's phrases of one kind, as its leader: only on line, so that whoever reads them next has them.
   * @throws Fault phrases.changed, and those of now are here; any other of the server, or `offline`
   */
  async putPhrases(kind: PhraseKind, texts: readonly string[]): Promise<void> {
    const { person } = this
    try {
      await this.takePhrases(person, await this.library.putPhrases(kind, texts, this.phrases.value?.kinds[kind] ?? []))
    } catch (error) {
      if (faultCode(error) === 'phrases.changed') await this.refreshPhrases(person).catch(() => undefined)
      throw error
    }
  }

  private async refreshTaxonomy(person: string): Promise<void> {
    const { version, url } = await this.library.taxonomyVersion()
    if (version === this.taxonomy.value?.version && (await openDocument(this.store, person, 'taxonomy')) !== null) return
    const text = await this.library.taxonomy(url)
    const taxonomy = parseTaxonomy(text)
    await keepDocument(this.store, person, 'taxonomy', { version, text })
    this.taxonomy.value = taxonomy
  }

  private async refreshDirectory(person: string): Promise<void> {
    const directory = await this.library.directory()
    if (this.person !== person) return
    if (directory.version !== this.directory.value?.version) {
      await keepDocument(this.store, person, 'directory', directory)
      this.directory.value = directory
    }
    if (directory.limits === undefined || directory.limits === this.limits.value?.version) return
    const limits = await this.library.limits()
    await keepDocument(this.store, person, 'limits', limits)
    if (this.person === person) this.limits.value = limits
  }

  private async refreshPhrases(person: string): Promise<void> {
    await this.takePhrases(person, await this.library.phrases())
  }

  /** What was fetched for one person never shows to the next (L10). */
  private async takePhrases(person: string, phrases: SquadPhrases): Promise<void> {
    if (this.person !== person || phrases.version === this.phrases.value?.version) return
    await keepDocument(this.store, person, 'phrases', phrases)
    if (this.person === person) this.phrases.value = phrases
  }
}
