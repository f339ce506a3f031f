// A refused record leaves the phone by other means than the line.

import { openFile } from '../db/photos'
import type { Phone } from '../engine/phone'
import type { Ledger } from './ledger'

/** One JSON file: the exact text, its hash and signature, the server's receipt, and the photographs and voice notes as base64. */
export async function exportRefused({ store, person }: Phone, ledger: Ledger, operation: string): Promise<Blob> {
  const done = ledger.refused.value.find(({ row }) => `${row.replica}/${row.counter}` === operation)
  const id = person.value?.id
  if (done === undefined || id === undefined) throw new Error(`export ${operation}: not among the refused`)
  const { row, text } = done
  const photos = []
  for (const hash of row.photos) {
    const file = await openFile(store, id, hash)
    if (file !== null) photos.push({ hash, type: file.type, base64: base64Of(file.bytes) })
  }
  const { hash, signature, answer } = row
  return new Blob([JSON.stringify({ format: 'buxun refused operation v1', text, hash, signature, answer, photos })], { type: 'application/json' })
}

function base64Of(bytes: ArrayBuffer): string {
  const view = new Uint8Array(bytes)
  let text = ''
  for (let at = 0; at < view.length; at += 0x8000) text += String.fromCharCode(...view.subarray(at, at + 0x8000))
  return btoa(text)
}
