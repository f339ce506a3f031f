// Where the words of a stamped copy stand.

export interface Layout {
  /** Pixels of the letters. */
  readonly size: number
  readonly margin: number
  /** Top of the band behind the words. */
  readonly top: number
  /** Each line with its baseline. */
  readonly lines: readonly { readonly text: string; readonly y: number }[]
}

/** Letters as large on a small photograph as on a large one, along the lower edge; what is too long for one line goes on in the next. */
export function layOut(width: number, height: number, texts: readonly string[], measure: (text: string, size: number) => number): Layout {
  const size = Math.max(12, Math.round(Math.min(width, height) / 34))
  const margin = Math.round(size * 0.7)
  const room = Math.max(size, width - 2 * margin)
  const wrapped = texts.filter((text) => text !== '').flatMap((text) => wrap(text, (part) => measure(part, size) <= room))
  const step = Math.round(size * 1.4)
  const top = height - margin - step * wrapped.length
  return { size, margin, top: top - Math.round(margin / 2), lines: wrapped.map((text, i) => ({ text, y: top + step * i + size })) }
}

function wrap(text: string, fits: (part: string) => boolean): string[] {
  const lines: string[] = []
  let line = ''
  for (const character of text) {
    if (line !== '' && !fits(line + character)) {
      lines.push(line.trimEnd())
      line = character.trimStart()
    } else line += character
  }
  return [...lines, line]
}
