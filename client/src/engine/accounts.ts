// Settles accounts with the centre: receipts for what is wholly there (R50), and whether both ends hold the same (R51).

import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { parseReceipt, reckonText, signedReceiptText } from '@shared/receipt'
import { maxReckoned } from '@shared/types.gen'
import type { Receipt, SignedReceipt } from '@shared/types.gen'
import { type Acknowledged, acknowledged, keepReceipt, receiptsWanted, sendAgain, stillAway } from '../db/accounts'
import { keepDocument, keepMeta, meta, openDocument } from '../db/documents'
import type { Store } from '../db/store'
import { type Accountant, accountant, type Stretch } from '../net/accounts'
import { hashOf } from './operation'

/** A key of the centre that this phone believes, since when. */
export interface CentreKey {
  readonly key: string
  readonly since: number
}

/** One thing that was acknowledged and is not at the centre. */
export interface Difference {
  readonly replica: string
  readonly counter: number
  readonly caseId: string
  /** Hash of the photo or voice note; '' where it is the record itself. */
  readonly photo: string
  /** It is still here and goes again by itself. */
  readonly again: boolean
}

/** What the last comparison found; `at` is the server's clock. */
export interface Reckoning {
  readonly at: number
  readonly records: number
  readonly photos: number
  readonly differences: readonly Difference[]
}

const runsAtOnce = 400
const casesAtOnce = 20
/** A request stays well below what the server reads. */
const mostCharacters = 50_000
const document = 'reckoning'

/** The centre answered with another key than those that this phone believes. */
export class OtherKey extends Error {}

export async function centreKeys(store: Store): Promise<readonly CentreKey[]> {
  return (await meta<readonly CentreKey[]>(store, 'centreKeys')) ?? []
}

/** The key that the centre answered with and that nobody took yet; null where there is none. */
export function otherKey(store: Store): Promise<CentreKey | null> {
  return meta<CentreKey>(store, 'otherCentreKey')
}

/** The person compared the fingerprint with the office: the other key is the centre's from now on. */
export async function takeKey(store: Store): Promise<void> {
  const other = await otherKey(store)
  if (other === null) return
  await keepMeta(store, 'centreKeys', [...(await centreKeys(store)), other])
  await keepMeta(store, 'otherCentreKey', null)
}

/** The first key that is met is the centre's; another one is not, until the person takes it. @throws OtherKey */
async function believe(store: Store, key: string, now: number): Promise<void> {
  const keys = await centreKeys(store)
  if (keys.length === 0) return keepMeta(store, 'centreKeys', [{ key, since: now }])
  if (keys[keys.length - 1]?.key === key) return
  if ((await otherKey(store))?.key !== key) await keepMeta(store, 'otherCentreKey', { key, since: now })
  throw new OtherKey(fingerprint(key))
}

/** How people compare a key by eye: its SHA-256 in groups of eight. */
export function fingerprint(key: string): string {
  return (keyId(key).match(/.{8}/g) ?? []).join('-')
}

function keyId(key: string): string {
  return bytesToHex(sha256(bytesOf(key)))
}

/** Whether a receipt is one that this key signed. */
export async function holds({ text, signature }: SignedReceipt, key: string): Promise<Receipt | null> {
  try {
    const receipt = parseReceipt(text)
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
    const imported = await crypto.subtle.importKey('spki', bytesOf(key), algorithm, false, ['verify'])
    const right = await crypto.subtle.verify(algorithm, imported, bytesOf(signature), new TextEncoder().encode(signedReceiptText(hashOf(text))))
    return right && receipt.key === keyId(key) ? receipt : null
  } catch {
    return null
  }
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0))
}

/** Fetches the receipts that are wanted; gives how many were kept. One that does not hold is none. @throws Fault, OtherKey */
export async function fetchReceipts(store: Store, person: string, now: number, ask: Accountant = accountant): Promise<number> {
  const wanted = await receiptsWanted(store, person)
  let kept = 0
  for (let at = 0; at < wanted.length; at += casesAtOnce) {
    const cases = wanted.slice(at, at + casesAtOnce)
    const { key, receipts } = await ask.receipts(cases)
    await believe(store, key, now)
    for (const signed of receipts) {
      const receipt = await holds(signed, key)
      if (receipt === null || !cases.includes(receipt.case)) continue
      if (await keepReceipt(store, person, receipt, signed, key)) kept++
    }
  }
  return kept
}

export function lastReckoning(store: Store, person: string): Promise<Reckoning | null> {
  return openDocument<Reckoning>(store, person, document)
}

/** Compares all that is held as acknowledged, and keeps what was found. Photos that are still here go again. @throws Fault, OtherKey */
export async function reckon(store: Store, person: string, now: number, ask: Accountant = accountant): Promise<Reckoning> {
  const differences: Difference[] = []
  let [at, records, photos] = [now, 0, 0]
  for (const [replica, list] of await acknowledged(store, person)) {
    const hashes = new Set(list.flatMap((one) => one.photos ?? []))
    records += list.length
    photos += hashes.size
    const unequal: Stretch[] = []
    const runs = runsOf(list)
    for (let i = 0; i < runs.length; i += runsAtOnce) {
      const part = runs.slice(i, i + runsAtOnce).map((run) => ({ ...ends(run), hash: hashOf(reckonText(run)) }))
      const answer = await ask.reckon({ replica, runs: part, ...(i === 0 && { records: list.length, photos: hashes.size }) })
      await believe(store, answer.key, now)
      at = answer.serverTime
      unequal.push(...answer.unequal)
    }
    const claims = list.filter(({ counter }) => unequal.some(({ from, to }) => from <= counter && counter <= to))
    for (const run of runsOf(claims)) {
      const { different } = await ask.reckon({ replica, runs: [{ ...ends(run), claims: run }] })
      differences.push(...different.map(({ counter, case: caseId, photo = '' }) => ({ replica, counter, caseId, photo, again: false })))
    }
  }
  await sendAgain(store, person, differences.map(({ photo }) => photo).filter((photo) => photo !== ''))
  // What was found before is told until it is back: it is claimed no more, and would seem to be well.
  const known = new Set(differences.map(({ photo }) => photo))
  differences.push(...((await lastReckoning(store, person))?.differences ?? []).filter(({ photo }) => photo !== '' && !known.has(photo)))
  const away = await stillAway(store, person, differences.map(({ photo }) => photo))
  const found = { at, records, photos, differences: differences.filter(({ photo }) => photo === '' || away.has(photo)).map((one) => ({ ...one, again: away.get(one.photo) === true })) }
  await keepDocument(store, person, document, found)
  return found
}

/** Operations without a hole between them, few enough for one request. */
function runsOf(list: readonly Acknowledged[]): Acknowledged[][] {
  const runs: Acknowledged[][] = []
  let size = 0
  for (const one of list) {
    const run = runs[runs.length - 1]
    const before = run?.[run.length - 1]
    const grown = size + JSON.stringify(one).length
    const joins = before !== undefined && before.counter + 1 === one.counter && Math.floor((before.counter - 1) / maxReckoned) === Math.floor((one.counter - 1) / maxReckoned)
    if (run !== undefined && joins && grown < mostCharacters) {
      run.push(one)
      size = grown
    } else {
      runs.push([one])
      size = grown - size
    }
  }
  return runs
}

function ends(run: readonly Acknowledged[]): Stretch {
  return { from: run[0]?.counter ?? 0, to: run[run.length - 1]?.counter ?? 0 }
}
