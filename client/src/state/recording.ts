// What a recorder gave, made into what a draft keeps.

import { Fault } from '@shared/fault'
import { maxVoiceBytes, maxVoiceMs } from '@shared/types.gen'
import type { Recorded } from './contract'

/** What a recorder gave: the bytes, how long they last in milliseconds, when it began by the device's clock. */
export interface Recording {
  readonly sound: Blob
  readonly duration: number
  readonly takenAt: number
}

/** @throws Fault voice.damaged where nothing was recorded, voice.tooLarge */
export async function describeRecording({ sound, duration, takenAt }: Recording): Promise<Recorded> {
  const bytes = await sound.arrayBuffer()
  if (bytes.byteLength === 0) throw new Fault('voice.damaged', 'nothing was recorded')
  if (bytes.byteLength > maxVoiceBytes) throw new Fault('voice.tooLarge', `${bytes.byteLength} bytes`)
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  const hash = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
  const type = sound.type.split(';')[0]?.trim() ?? ''
  return { voice: { hash, size: bytes.byteLength, type, duration: Math.max(1, Math.min(maxVoiceMs, Math.round(duration))), takenAt }, bytes }
}
