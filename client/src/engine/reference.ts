// Categories and names: fetched when there is a line, kept sealed for when there is none.

import { parseTaxonomy, type TaxonomyIndex } from '@shared/taxonomy'
import { keepDocument, openDocument } from '../db/documents'
import type { Store } from '../db/store'
import type { Directory, Library } from '../net/reference'
import { Value } from './value'

interface StoredTaxonomy {
  readonly version: string
  readonly text: string
}

export class Reference {
  readonly taxonomy = new Value<TaxonomyIndex | null>(null)
  readonly directory = new Value<Directory | null>(null)

  constructor(
    private readonly store: Store,
    private readonly library: Library,
  ) {}

  /** Reads what is kept for a person. */
  async load(person: string): Promise<void> {
    const [taxonomy, directory] = await Promise.all([
      openDocument<StoredTaxonomy>(this.store, person, 'taxonomy'), openDocument<Directory>(this.store, person, 'directory'),
    ])
    this.directory.value = directory
    if (taxonomy !== null && taxonomy.version !== this.taxonomy.value?.version) this.taxonomy.value = parseTaxonomy(taxonomy.text)
  }

  /** Fetches what is newer. Out of reach, what is kept stays. */
  async refresh(person: string): Promise<void> {
    await Promise.allSettled([this.refreshTaxonomy(person), this.refreshDirectory(person)])
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
    if (directory.version === this.directory.value?.version) return
    await keepDocument(this.store, person, 'directory', directory)
    this.directory.value = directory
  }
}
