import rows from './faults.json'
import type { FaultRow } from './types.gen'

/** An error with a code of the catalogue. Anything else that goes wrong is internal. */
export class Fault extends Error {
  /** @param detail for the log and for developers; never shown as the only words */
  constructor(
    readonly code: string,
    readonly detail = '',
  ) {
    super(detail === '' ? code : `${code}: ${detail}`)
    this.name = 'Fault'
  }
}

/** The whole catalogue, in its order. */
export const faultRows: readonly FaultRow[] = rows

// Marked so that who only throws faults does not carry the catalogue along.
const byCode = /* @__PURE__ */ new Map(/* @__PURE__ */ faultRows.map((row) => [row.code, row]))

/** The row of a code; an unknown code has the row of "internal". */
export function faultOf(code: string): FaultRow {
  const row = byCode.get(code) ?? byCode.get('internal')
  if (row === undefined) throw new Error('faults.json has no row "internal"')
  return row
}

/** The code of whatever was thrown, "internal" for what is no fault. */
export function faultCode(thrown: unknown): string {
  return thrown instanceof Fault ? thrown.code : 'internal'
}

/** What is wrong and what to do about it, in the reader's language. */
export function words(code: string, language: 'zh' | 'en'): { what: string; todo: string } {
  const row = faultOf(code)
  return language === 'zh' ? { what: row.zh, todo: row.zhDo } : { what: row.en, todo: row.enDo }
}

/** Whether a websocket that was closed with this code may come back. Codes outside 4000 to 4999 are the network's: it may. */
export function comesBack(closeCode: number): boolean {
  return closeCode < 4500 || closeCode > 4999
}
