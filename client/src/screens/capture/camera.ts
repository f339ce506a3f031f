// The live camera of the page. Its stream goes away whenever the page is hidden, and comes back with it.
import { onMounted, onUnmounted, readonly, ref, type Ref } from 'vue'

export type CameraState = 'off' | 'starting' | 'on' | 'denied' | 'missing' | 'busy'

const wanted: MediaStreamConstraints = {
  audio: false,
  video: { facingMode: 'environment', width: { ideal: 2560 }, height: { ideal: 1920 } },
}
const quality = 0.92

export function useCamera(video: Readonly<Ref<HTMLVideoElement | null>>) {
  const state = ref<CameraState>('off')
  let stream: MediaStream | null = null
  let turn = 0

  async function start(): Promise<void> {
    if (state.value === 'on' || state.value === 'starting') return
    const mine = ++turn
    state.value = 'starting'
    try {
      const opened = await navigator.mediaDevices.getUserMedia(wanted)
      if (mine !== turn) return release(opened)
      stream = opened
      opened.getVideoTracks()[0]?.addEventListener('ended', () => stop('busy'))
      if (video.value) {
        video.value.srcObject = opened
        await video.value.play()
      }
      if (mine === turn) state.value = 'on'
    } catch (error) {
      if (mine === turn) stop(problemOf(error))
    }
  }

  function stop(why: CameraState = 'off'): void {
    turn += 1
    if (stream) release(stream)
    stream = null
    if (video.value) video.value.srcObject = null
    state.value = why
  }

  /** The picture on screen as the first JPEG of the stream. Rejects while the camera is not on. */
  async function snap(): Promise<Blob> {
    const from = video.value
    if (state.value !== 'on' || !from || from.videoWidth === 0) throw new Error('the camera is not on')
    const canvas = document.createElement('canvas')
    canvas.width = from.videoWidth
    canvas.height = from.videoHeight
    canvas.getContext('2d')?.drawImage(from, 0, 0)
    const made = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', quality))
    if (!made) throw new Error('the camera gave no picture')
    return made
  }

  function follow(): void {
    if (document.visibilityState === 'hidden') stop()
    else void start()
  }

  onMounted(() => document.addEventListener('visibilitychange', follow))
  onUnmounted(() => {
    document.removeEventListener('visibilitychange', follow)
    stop()
  })
  return { state: readonly(state), start, stop, snap }
}

function release(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop()
}

function problemOf(error: unknown): CameraState {
  const name = error instanceof DOMException ? error.name : ''
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied'
  return name === 'NotFoundError' || name === 'OverconstrainedError' ? 'missing' : 'busy'
}
