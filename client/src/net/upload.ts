// One photograph or voice note on its way by the tus protocol. tus-js-client waits for ever on a line that fell silent, so a watchdog of
// our own, re-armed by every sign of progress, gives the attempt up; the next one resumes at the stored address (L8).

import { Fault } from '@shared/fault'
import type { DetailedError, HttpStack, UploadOptions } from 'tus-js-client'
import { isKnown } from './request'

export interface Parcel {
  readonly hash: string
  readonly kind: 'original' | 'preview' | 'voice'
  readonly bytes: ArrayBuffer
  readonly replica: string
  /** base64url ES256 over uploadText(hash). */
  readonly proof: string
  /** Where an earlier attempt goes on; '' to begin. */
  readonly url: string
}

export interface Tracking {
  /** The server gave the upload an address: it is stored before the first byte goes. */
  begun(url: string): void
  /** Bytes that left this attempt. */
  progress(sent: number): void
}

/** The server's acknowledgement; it names the hash. */
export interface Receipt {
  readonly hash: string
  readonly state: 'here' | 'damaged'
}

/** @throws Fault; photo.hashMismatch asks to begin anew, every other to try again later */
export type Send = (parcel: Parcel, tracking: Tracking, signal: AbortSignal, stallMs: number) => Promise<Receipt>

const endpoint = '/api/uploads/'

/** @param stack the browser's unless a test gives another */
export function sender(after: (ms: number, ring: () => void) => () => void, stack?: HttpStack): Send {
  return async (parcel, tracking, signal, stallMs) => {
    const { Upload } = await import('tus-js-client')
    return new Promise<Receipt>((resolve, reject) => {
      let disarm: () => void = () => undefined
      const arm = () => {
        disarm()
        disarm = after(stallMs, () => giveUp(new Fault('connection.silent', `upload of ${parcel.hash}`)))
      }
      const giveUp = (why: unknown) => {
        settle()
        void upload.abort().catch(() => undefined)
        reject(why)
      }
      const stopped = () => giveUp(new Fault('offline', 'stopped'))
      const settle = () => {
        disarm()
        signal.removeEventListener('abort', stopped)
      }
      const upload = new Upload(new Blob([parcel.bytes]), {
        ...optionsOf(parcel),
        ...(stack && { httpStack: stack }),
        onBeforeRequest: arm,
        onProgress: (sent) => {
          arm()
          tracking.progress(sent)
        },
        onUploadUrlAvailable: () => tracking.begun(upload.url ?? ''),
        onSuccess: ({ lastResponse }) => {
          settle()
          const receipt = receiptOf(parcel, (name) => lastResponse.getHeader(name))
          if (receipt === null) reject(new Fault('photo.hashMismatch', `no acknowledgement of ${parcel.hash}`))
          else resolve(receipt)
        },
        onError: (error) => {
          settle()
          const receipt = refusedReceipt(parcel, error)
          if (receipt === null) reject(faultOf(error))
          else resolve(receipt)
        },
      })
      if (signal.aborted) return stopped()
      signal.addEventListener('abort', stopped)
      arm()
      upload.start()
    })
  }
}

function optionsOf({ hash, kind, bytes, replica, proof, url }: Parcel): UploadOptions {
  return {
    endpoint,
    uploadUrl: url === '' ? null : url,
    uploadSize: bytes.byteLength,
    metadata: { hash, kind },
    headers: { 'Buxun-Replica': replica, 'Buxun-Proof': proof },
    // A preview goes in one request; an original's first bytes wait until its address is stored.
    uploadDataDuringCreation: kind === 'preview',
    retryDelays: null,
    storeFingerprintForResuming: false,
    fileReader: { openFile: async (file) => sliced(file as Blob) },
  }
}

/** Reads a Blob the same way in the browser and in tests. */
function sliced(file: Blob) {
  return {
    size: file.size,
    slice: async (start: number, end: number) => ({ value: file.slice(start, end), done: end >= file.size }),
    close: () => undefined,
  }
}

/** The acknowledgement in an answer's headers; null where it names no hash, or another. */
function receiptOf({ hash }: Parcel, header: (name: string) => string | undefined | null): Receipt | null {
  if (header('Buxun-Photo') !== hash) return null
  return { hash, state: header('Buxun-Photo-State') === 'damaged' ? 'damaged' : 'here' }
}

/** "Already held" and "these bytes are no image" are acknowledgements too. */
function refusedReceipt(parcel: Parcel, error: Error | DetailedError): Receipt | null {
  const response = 'originalResponse' in error ? error.originalResponse : null
  return response ? receiptOf(parcel, (name) => response.getHeader(name)) : null
}

function faultOf(error: Error | DetailedError): Fault {
  const response = 'originalResponse' in error ? error.originalResponse : null
  if (!response) return new Fault('offline', String(error))
  const code = response.getHeader('Buxun-Fault') ?? codeIn(response.getBody())
  return new Fault(isKnown(code) ? code : 'server.busy', `HTTP ${response.getStatus()}`)
}

function codeIn(text: string): string {
  try {
    const { code } = JSON.parse(text) as { code?: unknown }
    return typeof code === 'string' ? code : ''
  } catch {
    return ''
  }
}
