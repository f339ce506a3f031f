// Receipts: what the centre signs of one author's doings on one case, and what both ends hash to compare operations.

import { isHash, isUuid } from './id'
import { list, shape, text, whole } from './shape'
import { receiptVersion } from './types.gen'
import type { FieldRule } from './shape'
import type { Receipt, Receipted } from './types.gen'

const texts: FieldRule = {
  read: (value, at) => {
    if (!Array.isArray(value)) throw new Error(`${at} is not a list`)
    return value.map((one: unknown, i) => text().read(one, `${at}[${i}]`))
  },
  keep: 'notZero',
  zero: () => [],
  names: [],
}

const receiptedShape = shape<Receipted>({ replica: text(), counter: whole(), hash: text(), outcome: text(), photos: texts })
const receiptShape = shape<Receipt>({ v: whole(), key: text(), epoch: text(), case: text(), at: whole(), operations: list(receiptedShape) })
const outcomes: readonly string[] = ['applied', 'late', 'refused']

/**
 * Reads a receipt's exact text. It does not check who signed it.
 * @throws Error where it is none
 */
export function parseReceipt(exact: string): Receipt {
  const receipt = receiptShape.read(JSON.parse(exact), '')
  const { v, key, epoch, case: id, at, operations = [] } = receipt
  if (v !== receiptVersion) throw new Error(`the receipt is of format ${v}, this app reads ${receiptVersion}`)
  if (!isHash(key) || !isUuid(id) || at < 1 || epoch === '' || operations.length === 0) throw new Error('the receipt names no key, case, time, life or operation')
  operations.forEach((one, i) => {
    const wrong = wrongReceipted(one)
    if (wrong !== '') throw new Error(`operation ${i + 1} of the receipt: ${wrong}`)
  })
  return receipt
}

function wrongReceipted({ replica, counter, hash, outcome, photos = [] }: Receipted): string {
  if (!isUuid(replica) || counter < 1 || !isHash(hash)) return 'replica, counter or hash is none'
  if (!outcomes.includes(outcome)) return 'no such outcome'
  return photos.every((photo, i) => isHash(photo) && (photos[i - 1] ?? '') < photo) ? '' : 'photos are no hashes in order'
}

/** What the server signs with ES256 when it gives a receipt; hash is that of its exact text. */
export function signedReceiptText(hash: string): string {
  return `buxun receipt v1 ${hash}`
}

/** What both ends hash to compare operations: a line each. */
export function reckonText(operations: readonly Receipted[]): string {
  return operations.map(({ replica, counter, hash, outcome, photos = [] }) => `${replica} ${counter} ${hash} ${outcome} ${photos.join(',')}\n`).join('')
}
