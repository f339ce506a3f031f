import 'fake-indexeddb/auto'
import { readFileSync } from 'node:fs'
import { handoverText, signedText, uploadText } from '@shared/body'
import { handoverChunkBytes, handoverInfo, handoverMagic, type Handover } from '@sync/wire/types.gen'
import { keepMeta } from '../db/documents'
import { addToDraft } from '../db/drafts'
import { handedOver, noteHanded } from '../db/handovers'
import { saveOperation } from '../db/operations'
import { keepAnswers, keepHeld } from '../db/receipts'
import { addReplica, findReplica, noteEnrolled } from '../db/replicas'
import { openStore, type Store } from '../db/store'
import { type Made, makeHandover } from './handover'
import { hashOf, signOperation } from './operation'
import { type Bytes, headFor, hex, join, Sealing } from './sealing'
import { newIdentity } from './signature'

interface Vector {
  readonly centre: { readonly private: string; readonly public: string }
  readonly own: { readonly private: string; readonly x: string; readonly y: string }
  readonly contents: string
  readonly signature: string
  readonly photo: string
  readonly file: string
}

const vector = JSON.parse(readFileSync(new URL('../../../sync/vectors/handover.json', import.meta.url), 'utf8')) as Vector
const bytesOf = (base64url: string): Bytes => new Uint8Array(Buffer.from(base64url, 'base64url'))
const utf8 = (text: string): Bytes => new Uint8Array(new TextEncoder().encode(text))
const curve = { name: 'ECDH', namedCurve: 'P-256' }

test('the vector that Go opens is sealed byte for byte', async () => {
  const { own, centre, contents, signature, photo, file } = vector
  const jwk = { kty: 'EC', crv: 'P-256', x: own.x, y: own.y }
  const pair = Promise.all([
    crypto.subtle.importKey('jwk', { ...jwk, d: own.private }, curve, true, ['deriveBits']), crypto.subtle.importKey('jwk', jwk, curve, true, []),
  ]).then(([privateKey, publicKey]) => ({ privateKey, publicKey }))
  const { head, key } = await headFor(bytesOf(centre.public), pair)
  const sealing = new Sealing(head, key)
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, utf8(contents).length)
  for (const part of [length, utf8(contents), utf8(signature), bytesOf(photo)]) await sealing.add(part)
  expect(Buffer.from(await (await sealing.end()).arrayBuffer()).toString('base64url')).toBe(file)
})

/** The centre's pair, as the server has it, with what opens a file again. */
async function centre() {
  const pair = await crypto.subtle.generateKey(curve, true, ['deriveBits'])
  const point = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))
  const open = async (file: Blob): Promise<{ head: Bytes; contents: string; signature: string; files: Bytes }> => {
    const all = new Uint8Array(await file.arrayBuffer())
    const head = all.slice(0, 81)
    expect(new TextDecoder().decode(head.slice(0, 8))).toBe(handoverMagic)
    const theirs = await crypto.subtle.importKey('raw', head.slice(16), curve, false, [])
    const secret = await crypto.subtle.importKey('raw', await crypto.subtle.deriveBits({ name: 'ECDH', public: theirs }, pair.privateKey, 256), 'HKDF', false, ['deriveKey'])
    const derived = { name: 'HKDF', hash: 'SHA-256', salt: head, info: join([utf8(handoverInfo), point]) }
    const key = await crypto.subtle.deriveKey(derived, secret, { name: 'AES-GCM', length: 256 }, false, ['decrypt'])
    const opened: Bytes[] = []
    for (let at = 81, number = 0; at < all.length; number++, at += handoverChunkBytes + 16) {
      const iv = new Uint8Array(12)
      new DataView(iv.buffer).setUint32(7, number)
      iv[11] = at + handoverChunkBytes + 16 >= all.length ? 1 : 0
      opened.push(new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, all.slice(at, at + handoverChunkBytes + 16))))
    }
    const plain = join(opened)
    const end = 4 + new DataView(plain.buffer).getUint32(0)
    return { head, contents: new TextDecoder().decode(plain.slice(4, end)), signature: new TextDecoder().decode(plain.slice(end, end + 86)), files: plain.slice(end + 86) }
  }
  return { key: Buffer.from(point).toString('base64url'), open }
}

let phones = 0
const hashes = (n: string) => n.repeat(64)
const photoOf = (size: number, fill: number) => new Uint8Array(size).fill(fill)

async function phone() {
  const store = await openStore(`handover ${phones++}`)
  const to = await centre()
  await keepMeta(store, 'handover', to.key)
  const replica = await addReplica(store, 'ann', await newIdentity(1), 1)
  await noteEnrolled(store, replica.id)
  return { store, to, replica: replica.id }
}

/** Saves an operation, with an original and its preview where a hash is given. */
async function save(store: Store, person: string, text: string, photo = '', size = 10): Promise<void> {
  const draft = photo === '' ? '' : `draft ${photo}`
  if (photo !== '') {
    const original = { hash: hashes(photo), kind: 'original' as const, of: hashes(photo), type: 'image/jpeg', bytes: photoOf(size, 7).buffer }
    const preview = { ...original, hash: hashes(photo).replace(/^../, '00'), kind: 'preview' as const, bytes: photoOf(5, 8).buffer }
    await addToDraft(store, person, { id: draft, at: 1, fields: {} }, [original, preview])
  }
  const saving = { person, caseId: 'case', now: 1, photos: photo === '' ? [] : [hashes(photo)], draft }
  await saveOperation(store, saving, async (_link, keys) => ({ text, hash: hashOf(text), signature: await signOperation(keys, hashOf(text)) }))
}

const make = (store: Store, most?: number) => makeHandover(store, 'ann', 99, () => undefined, most)
const note = (store: Store, made: Made) => noteHanded(store, made.at, made.operations, made.photos)

async function holds(store: Store, text: string, signature: string, replica: string): Promise<boolean> {
  const { keys } = (await findReplica(store, replica))!
  return crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, keys.publicKey, bytesOf(signature), utf8(text))
}

test('R46: everything unsent of all people leaves in one file, signed, with the proofs of its photos', async () => {
  const { store, to, replica } = await phone()
  await save(store, 'ann', 'one', 'a', 300_000)
  await save(store, 'ann', 'two')
  const ben = await addReplica(store, 'ben', await newIdentity(2), 2)
  await save(store, 'ben', 'three', 'b', 20)
  const made = await make(store)
  const { head, contents, signature, files } = await to.open(made.file)
  const said = JSON.parse(contents) as Handover
  expect(said.pushes.map(({ first, operations }) => `${first} ${operations.join()}`).sort()).toEqual(['1 one', '1 three', '2 two'])
  expect(said.files.map(({ hash, size, preview }) => `${hash.slice(0, 3)} ${size} ${preview === true}`).sort()).toEqual(['00a 5 true', '00b 5 true', 'aaa 300000 false', 'bbb 20 false'])
  expect(said.files.slice(0, 2).every(({ preview }) => preview)).toBe(true)
  expect(files.length).toBe(300_030)
  expect(said.replica).toBe(replica)
  expect(await holds(store, handoverText(hex(head), hex(utf8(contents))), signature, replica)).toBe(true)
  for (const push of said.pushes) expect(await holds(store, signedText(hashOf(push.operations[0] ?? '')), push.signature, push.replica)).toBe(true)
  for (const file of said.files) expect(await holds(store, uploadText(file.hash), file.proof, file.replica)).toBe(true)
  expect(made.left).toBe(0)

  expect(await handedOver(store, 'ann')).toBeNull()
  await note(store, made)
  expect([await handedOver(store, 'ann'), await handedOver(store, 'ben')]).toEqual([99, 99])
  expect(ben.person).toBe('ben')
})

test('what was acknowledged does not leave, and what is recorded afterwards is not covered', async () => {
  const { store, to, replica } = await phone()
  await save(store, 'ann', 'one', 'a')
  const answer = { counter: 1, hash: hashOf('one'), seq: 1, epoch: 'e', outcome: 'applied' as const, mac: 'm' }
  await keepAnswers(store, replica, [answer])
  const hash = hashes('a').replace(/^../, '00')
  await keepHeld(store, 'ann', [hash], [])
  await save(store, 'ann', 'two')
  const made = await make(store)
  const said = JSON.parse((await to.open(made.file)).contents) as Handover
  expect(said.pushes.map(({ first, operations }) => `${first} ${operations.join()}`)).toEqual(['2 two'])
  expect(said.files.map((file) => file.hash)).toEqual([hashes('a')]) // its record is there, it is not
  await note(store, made)
  expect(await handedOver(store, 'ann')).toBe(99)
  await save(store, 'ann', 'three')
  expect(await handedOver(store, 'ann')).toBeNull()
})

test('what one file has no room for goes in the next; together they cover all', async () => {
  const { store } = await phone()
  await save(store, 'ann', 'one', 'a', 100)
  await save(store, 'ann', 'two', 'b', 100)
  const first = await make(store, 150)
  expect(first.left).toBe(1)
  await note(store, first)
  expect(await handedOver(store, 'ann')).toBeNull()
  const rest = await make(store, 1000)
  await note(store, rest)
  expect(await handedOver(store, 'ann')).toBe(99)
})

test('a phone that never heard the key of the centre, or that the centre never heard of, says so', async () => {
  const { store } = await phone()
  await keepMeta(store, 'handover', null)
  await expect(make(store)).rejects.toMatchObject({ code: 'handover.noKey' })
  const other = await phone()
  await other.store.db.replicas.update(other.replica, { enrolled: false })
  await expect(make(other.store)).rejects.toMatchObject({ code: 'handover.unknownPhone' })
})

test('a chunk is marked as the last one only when nothing follows', async () => {
  const to = await centre()
  for (const length of [handoverChunkBytes - 1, handoverChunkBytes, handoverChunkBytes + 1, 2 * handoverChunkBytes]) {
    const { head, key } = await headFor(bytesOf(to.key))
    const sealing = new Sealing(head, key)
    const plain = photoOf(length, 0)
    await sealing.add(plain.subarray(0, 1000))
    await sealing.add(plain.subarray(1000))
    const opened = await to.open(await sealing.end())
    expect(opened.files.length + 4 + 86).toBe(length)
  }
})
