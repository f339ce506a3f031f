import { Fault } from './fault'
import { isHash, isUuid } from './id'
import { ambiguity } from './plain'
import { decimal, flag, list, object, shape, text, whole } from './shape'
import { fields, maxBodyBytes, maxChanges, maxPhotoBytes, maxPhotos, maxPreviewBytes, maxVoiceBytes, maxVoiceMs, maxVoices, maxWords, version } from './types.gen'
import type { Anchor, Author, Body, Change, DeviceTime, Exif, Fix, Payload, Photo, Preview, Reference, Voice } from './types.gen'

const fixShape = shape<Fix>({
  longitude: decimal(),
  latitude: decimal(),
  accuracy: decimal(),
  at: whole(),
  source: text(),
  heading: decimal('present'),
  speed: decimal('present'),
})

const photoShape = shape<Photo>({
  hash: text(),
  size: whole(),
  type: text(),
  width: whole('notZero'),
  height: whole('notZero'),
  preview: object(shape<Preview>({ hash: text(), size: whole() })),
  origin: text(),
  part: text(),
  takenAt: whole(),
  fix: object(fixShape),
  heading: decimal('present'),
  exif: object(shape<Exif>({ at: whole('present'), longitude: decimal('present'), latitude: decimal('present') })),
  working: flag(),
})

const voiceShape = shape<Voice>({ hash: text(), size: whole(), type: text(), duration: whole(), takenAt: whole() })

const payloadShape = shape<Payload>({
  category: text('notZero'),
  description: text('notZero'),
  address: text('notZero'),
  pin: text('notZero'),
  words: text('notZero'),
  reason: text('notZero'),
  changes: list(shape<Change>({ field: text(), from: text(), to: text() })),
  number: text('notZero'),
  squad: text('notZero'),
  condition: text('notZero'),
  unit: text('notZero'),
  assignee: text('notZero'),
  how: text('notZero'),
  until: whole('notZero'),
  into: text('notZero'),
  duplicate: text('notZero'),
  phase: text('notZero'),
  contractor: text('notZero'),
  link: text('notZero'),
})

const timeShape = shape<DeviceTime>({ device: whole(), offset: whole('present'), bound: whole('notZero'), fresh: flag() })
const referenceShape = shape<Reference>({ replica: text(), counter: whole(), hash: text() })

const bodyShape = shape<Body>({
  v: whole(),
  replica: text(),
  counter: whole(),
  prev: text('notZero'),
  case: text(),
  author: object(shape<Author>({ kind: text(), id: text() }), 'always'),
  source: text(),
  action: text(),
  payload: object(payloadShape, 'always'),
  seen: whole(),
  taxonomy: text(),
  area: text('notZero'),
  time: object(timeShape, 'always'),
  anchor: object(shape<Anchor>({ token: text(), at: whole() })),
  place: object(fixShape),
  photos: list(photoShape),
  voices: list(voiceShape),
  was: object(referenceShape),
  corrects: object(referenceShape),
})

const bodyNames = new Set(bodyShape.names)
const versionShape = shape<Pick<Body, 'v'>>({ v: whole() })

/**
 * Reads an operation's exact text and checks its shape: version, ids, counter, sizes. It does not judge.
 * @throws Fault operation.malformed or operation.versionUnknown
 */
export function parseBody(exact: string): Body {
  if (toWellFormed(exact) !== exact || !wellFormed(exact)) throw malformed('not well-formed Unicode')
  const bytes = utf8Length(exact)
  if (bytes > maxBodyBytes) throw malformed(`${bytes} bytes, at most ${maxBodyBytes}`)
  const value = parseJson(exact)
  const unclear = ambiguity(exact, bodyNames)
  if (unclear !== '') throw malformed(unclear)
  const { v } = versionShape.read(value, '')
  if (v !== version) throw new Fault('operation.versionUnknown', `v is ${v}, this app reads ${version}`)
  const body = bodyShape.read(value, '')
  const wrong = wrongField(body)
  if (wrong !== '') throw malformed(wrong)
  return body
}

function parseJson(exact: string): unknown {
  try {
    return JSON.parse(exact)
  } catch (error) {
    throw malformed(String(error))
  }
}

function malformed(detail: string): Fault {
  return new Fault('operation.malformed', detail)
}

/** The first field that breaks the format, or ''. */
function wrongField(b: Body): string {
  if (!isUuid(b.replica)) return 'replica is no UUID'
  if (b.counter < 1) return 'counter is out of range'
  if (b.counter === 1 ? b.prev !== undefined : !isHash(b.prev ?? '')) return 'prev does not fit the counter'
  if (!isUuid(b.case)) return 'case is no UUID'
  if (b.author.id === '' || utf8Length(b.author.id) > 64) return 'author is missing'
  if (b.seen < 0) return 'seen is negative'
  if ((b.photos ?? []).length > maxPhotos) return 'too many photos'
  if ((b.voices ?? []).length > maxVoices) return 'too many voice notes'
  const changes = b.payload.changes ?? []
  if (changes.length > maxChanges) return 'too many changes'
  const { description, address, words, reason } = b.payload
  if ([description, address, words, reason].some(tooLong)) return 'words are too long'
  const { condition, unit, assignee, how, phase, into, duplicate } = b.payload
  if ([condition, unit, assignee, how, phase].some((code = '') => utf8Length(code) > 64)) return 'a code is too long'
  if ([into, duplicate].some((other = '') => other !== '' && !isUuid(other))) return 'the other case is no UUID'
  if (changes.some((ch) => !fields.includes(ch.field) || tooLong(ch.to))) return 'a change names an unknown field or is too long'
  if (b.place !== undefined && b.place.accuracy < 0) return 'accuracy is negative'
  return wrongPhoto(b.photos ?? []) || wrongVoice(b.voices ?? [])
}

function wrongPhoto(photos: Photo[]): string {
  for (const { hash, size, preview } of photos) {
    if (!isHash(hash) || (preview && !isHash(preview.hash))) return "a photo's hash is no SHA-256"
    if (outside(size, maxPhotoBytes) || (preview && outside(preview.size, maxPreviewBytes))) return "a photo's size is out of range"
  }
  return ''
}

function wrongVoice(voices: Voice[]): string {
  for (const { hash, size, duration } of voices) {
    if (!isHash(hash)) return "a voice note's hash is no SHA-256"
    if (outside(size, maxVoiceBytes)) return "a voice note's size is out of range"
    if (outside(duration, maxVoiceMs)) return "a voice note's duration is out of range"
  }
  return ''
}

function outside(size: number, most: number): boolean {
  return size < 1 || size > most
}

/** Words are counted in code points, as Go counts runes. */
function tooLong(words = ''): boolean {
  return words.length > maxWords && [...words].length > maxWords
}

function utf8Length(s: string): number {
  let bytes = 0
  for (const c of s) {
    const code = c.codePointAt(0) ?? 0
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
  }
  return bytes
}

/**
 * Replaces every lone surrogate by U+FFFD, so that the text has one UTF-8 form and one hash. Text that a person typed or
 * pasted goes through here before it enters a body. (String.prototype.toWellFormed is younger than the browsers we serve.)
 */
export function toWellFormed(s: string): string {
  return s.replace(/[\uD800-\uDFFF]/gu, '\uFFFD')
}

/** Whether every \u escape of a surrogate in JSON text is one of a pair; see body.go. */
export function wellFormed(json: string): boolean {
  let high = false // the escape just before was a high surrogate
  let end = 0
  for (const match of json.matchAll(/\\(?:u([0-9a-fA-F]{4})|[^])/g)) {
    const unit = match[1] === undefined ? 0 : parseInt(match[1], 16)
    const low = unit >= 0xdc00 && unit <= 0xdfff
    const paired = high && match.index === end
    if (high !== low || low !== paired) return false
    high = unit >= 0xd800 && unit <= 0xdbff
    end = match.index + match[0].length
  }
  return !high
}

/** What a replica signs with ES256 when it saves an operation. */
export function signedText(hash: string): string {
  return `buxun operation v1 ${hash}`
}

/** What a replica signs with ES256 under a hand-over file that it made: the SHA-256 of the file's head and of its contents. */
export function handoverText(head: string, contents: string): string {
  return `buxun handover v1 ${head} ${contents}`
}

/** What a replica signs with ES256 to show that it is the one whose operation names the photo. */
export function uploadText(hash: string): string {
  return `buxun upload v1 ${hash}`
}

/** What a forked replica signs with ES256 to enrol its successor: the new replica's id and public key (base64url SPKI). */
export function succeedText(replica: string, key: string): string {
  return `buxun succeed v1 ${replica} ${key}`
}

/** What a revoked replica signs with ES256 when its phone has forgotten what it held. */
export function wipedText(replica: string): string {
  return `buxun wiped v1 ${replica}`
}

/** Names a category: code alone is not a key (DOMAIN 0.1). The separator is a vertical bar. */
export function categoryKey(standard: string, kind: string, code: string): string {
  return `${standard}|${kind}|${code}`
}
