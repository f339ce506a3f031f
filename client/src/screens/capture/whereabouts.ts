// The words of a place in the trade's order: community, road, side, lamp post, and what else is to be said. The text is what is
// kept; the slots are read from it and written into it, and nothing that was typed is lost between them.

export interface Slots {
  /** Community or other ground, by its name. */
  readonly area: string
  readonly road: string
  /** One of the grammar's sides, or ''. */
  readonly side: string
  /** Number of the lamp post. */
  readonly post: string
  /** Whatever follows. */
  readonly rest: string
}

/** How a language says it: each with its blank written {}. */
export interface Grammar {
  readonly area: string
  readonly side: string
  readonly post: string
  readonly sides: readonly string[]
}

export const noSlots: Slots = { area: '', road: '', side: '', post: '', rest: '' }

/** Endings by which a text alone is known for a road. */
const roadEnding = /(路|街|道|巷|桥|弄|线|广场|road|street|avenue|lane|bridge)$/i
const longestRoad = 24
const lead = /^[,，\s]*/
const punctuation = /[，。；、,.;\n]/

export function compose({ area, road, side, post, rest }: Slots, grammar: Grammar): string {
  const place = join(join(road, side && fill(grammar.side, side)), post && fill(grammar.post, post)) + rest
  return area === '' || place === '' ? area + place : fill(grammar.area, area) + place
}

/** A piece that begins a place begins without what would part it from the one before. */
function join(before: string, piece: string): string {
  return before === '' ? piece.replace(lead, '') : before + piece
}

/** Reads the slots of a text; composed again they are that very text. @param areas names that may stand in front */
export function parse(text: string, areas: readonly string[], grammar: Grammar): Slots {
  const area = areas.find((name) => name !== '' && (text === name || text.startsWith(fill(grammar.area, name)))) ?? ''
  const place = area === '' ? text : text.slice(fill(grammar.area, area).length)
  const found = { ...noSlots, area, ...placeOf(place, grammar) }
  // Spaces that nobody composes, a side without a road: then all of it is free text.
  return compose(found, grammar) === text ? found : { ...noSlots, rest: text }
}

function placeOf(place: string, grammar: Grammar): Partial<Slots> {
  const bySide = split(place, grammar.side, `(${grammar.sides.map(plain).join('|')})`)
  const byPost = split(bySide?.after ?? place, grammar.post, '([0-9A-Za-z-]{1,12})')
  if (bySide !== null && isRoad(bySide.before)) {
    const sided = { road: bySide.before, side: bySide.value }
    return byPost?.before === '' ? { ...sided, post: byPost.value, rest: byPost.after } : { ...sided, rest: bySide.after }
  }
  if (bySide === null && byPost !== null && isRoad(byPost.before)) return { road: byPost.before, post: byPost.value, rest: byPost.after }
  return bySide === null && roadEnding.test(place) && isRoad(place) ? { road: place } : { rest: place }
}

/** What stands before a template, in its blank and behind it; null where it does not stand there. */
function split(text: string, template: string, blank: string): { before: string; value: string; after: string } | null {
  const [start = ''] = lead.exec(template) ?? []
  const [head = '', tail = ''] = template.slice(start.length).split('{}')
  const found = new RegExp(`^(.*?)(?:${plain(start)})?${plain(head)}${blank}${plain(tail)}(.*)$`, 's').exec(text)
  return found === null ? null : { before: found[1] ?? '', value: found[2] ?? '', after: found[3] ?? '' }
}

function isRoad(text: string): boolean {
  return text.length <= longestRoad && !punctuation.test(text)
}

function fill(template: string, value: string): string {
  return template.replace('{}', () => value)
}

function plain(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
