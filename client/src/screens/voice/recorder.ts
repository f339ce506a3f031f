// The microphone of the page, for one voice note at a time. It holds the microphone only while somebody speaks.
import { onMounted, onUnmounted, readonly, ref } from 'vue'
import { maxVoiceMs } from '@shared/types.gen'
import type { Recording } from '../../state/recording'

/** `denied` to `unable`: no note can be recorded now, and why. */
export type RecorderState = 'off' | 'starting' | 'on' | 'denied' | 'missing' | 'busy' | 'unable'

/** AAC plays on every phone; Opus in WebM is what Chromium records where it cannot write that. */
const types = ['audio/mp4;codecs=mp4a.40.2', 'audio/webm;codecs=opus', 'audio/mp4', 'audio/webm'] as const
const bitsPerSecond = 32_000

/** The first type that this browser records, undefined where it records none. */
export function recordable(supports: (type: string) => boolean = (type) => typeof MediaRecorder !== 'undefined' && MediaRecorder.isTypeSupported(type)): string | undefined {
  return types.find(supports)
}

/** @param done hears of each note that was recorded, also when the screen goes away while somebody speaks */
export function useRecorder(done: (recording: Recording) => void) {
  const state = ref<RecorderState>('off')
  /** Milliseconds recorded so far. */
  const elapsed = ref(0)
  /** How loud it is, 0 to 1. */
  const level = ref(0)
  let recorder: MediaRecorder | null = null
  let ended: Promise<void> = Promise.resolve()
  let turn = 0
  let halt: () => void = () => undefined

  async function start(): Promise<void> {
    if (state.value === 'on' || state.value === 'starting') return
    const mine = ++turn
    const type = recordable()
    if (type === undefined || !('mediaDevices' in navigator)) {
      state.value = 'unable'
      return
    }
    state.value = 'starting'
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, noiseSuppression: true, autoGainControl: true } })
      if (mine !== turn) return release(stream)
      record(stream, type)
    } catch (error) {
      if (mine === turn) state.value = problemOf(error)
    }
  }

  function record(stream: MediaStream, mimeType: string): void {
    const mine = new MediaRecorder(stream, { mimeType, audioBitsPerSecond: bitsPerSecond })
    const takenAt = Date.now()
    const began = performance.now()
    const parts: Blob[] = []
    const hush = listen(stream, (loud) => {
      level.value = loud
      elapsed.value = Math.min(maxVoiceMs, performance.now() - began)
    })
    const limit = window.setTimeout(() => void stop(), maxVoiceMs)
    let lasted = 0
    ended = new Promise((resolve) => {
      mine.ondataavailable = ({ data }) => parts.push(data)
      mine.onstop = () => {
        release(stream)
        done({ sound: new Blob(parts, { type: mine.mimeType || mimeType }), duration: lasted || performance.now() - began, takenAt })
        resolve()
      }
    })
    halt = () => {
      lasted = Math.min(maxVoiceMs, performance.now() - began)
      window.clearTimeout(limit)
      hush()
      if (mine.state !== 'inactive') mine.stop()
    }
    // The microphone was taken away, by a call or by its owner: what was said so far is kept.
    stream.getAudioTracks()[0]?.addEventListener('ended', () => void stop())
    recorder = mine
    elapsed.value = 0
    mine.start()
    state.value = 'on'
  }

  /** Ends the note; resolves when it was handed over. Without one it does nothing. */
  async function stop(): Promise<void> {
    turn += 1
    if (state.value === 'starting') state.value = 'off'
    if (recorder === null) return ended
    recorder = null
    halt()
    state.value = 'off'
    level.value = 0
    return ended
  }

  /** Phones stop what is out of sight: the note ends while it still can. */
  function follow(): void {
    if (document.visibilityState === 'hidden') void stop()
  }

  onMounted(() => document.addEventListener('visibilitychange', follow))
  onUnmounted(() => {
    document.removeEventListener('visibilitychange', follow)
    void stop()
  })
  return { state: readonly(state), elapsed: readonly(elapsed), level: readonly(level), start, stop }
}

function release(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop()
}

/** Tells with every picture how loud it is, until the returned function is called. Without means to measure it is silent. */
function listen(stream: MediaStream, tell: (level: number) => void): () => void {
  let frame = 0
  let measure = () => 0
  let context: AudioContext | null = null
  try {
    context = new AudioContext()
    const analyser = context.createAnalyser()
    analyser.fftSize = 512
    context.createMediaStreamSource(stream).connect(analyser)
    const samples = new Uint8Array(analyser.fftSize)
    measure = () => {
      analyser.getByteTimeDomainData(samples)
      return levelOf(samples)
    }
  } catch {
    // the note is recorded all the same
  }
  const look = () => {
    tell(measure())
    frame = requestAnimationFrame(look)
  }
  look()
  return () => {
    cancelAnimationFrame(frame)
    void context?.close().catch(() => undefined)
  }
}

/** Loudness of samples around 128, as an ear hears it: speech at arm's length is about the middle. */
export function levelOf(samples: Uint8Array): number {
  let sum = 0
  for (const sample of samples) sum += (sample - 128) ** 2
  const decibels = 20 * Math.log10(Math.sqrt(sum / Math.max(1, samples.length)) / 128 + 1e-5)
  return Math.min(1, Math.max(0, (decibels + 50) / 45))
}

function problemOf(error: unknown): RecorderState {
  const name = error instanceof DOMException ? error.name : ''
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied'
  return name === 'NotFoundError' || name === 'OverconstrainedError' ? 'missing' : 'busy'
}
