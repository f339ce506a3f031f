/** One field of a form. */
export interface Field {
  readonly name: string
  readonly label: string
  readonly hint?: string
  /** shown and not changed */
  readonly fixed?: boolean
  readonly options?: readonly Option[]
  readonly long?: boolean
  /** one of many, found by typing */
  readonly find?: (typed: string) => Promise<readonly Option[]>
  /** of find: what the value is called that stands there at first, and what may be typed */
  readonly called?: string
  readonly finds?: string
  /** several may be chosen, of what there is by what the others say; the value has spaces between them */
  readonly several?: (said: Readonly<Record<string, string>>) => readonly Option[]
  /** whether it is asked, by what the others say; what is not asked is empty */
  readonly when?: (said: Readonly<Record<string, string>>) => boolean
  /** characters at most */
  readonly most?: number
}

export interface Option {
  readonly value: string
  readonly label: string
  /** what it is found by too */
  readonly also?: string
}
