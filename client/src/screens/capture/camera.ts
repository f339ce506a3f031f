// The live camera of the page. Its stream goes away whenever the page is hidden, and comes back with it.
import { onMounted, onUnmounted, readonly, ref, type Ref } from 'vue'
import { isApple } from '../../ui/install'
import { anotherThan } from './another'

/** `asked` waits for a person: on iPhones the phone's own camera is the sure one, and this one opens when it is wanted. */
export type CameraState = 'off' | 'asked' | 'starting' | 'on' | 'denied' | 'missing' | 'busy'

/** Which of the device's cameras: one that looks that way, or one by its id where none says which way it looks. */
type Source = { readonly facingMode: 'environment' | 'user' } | { readonly deviceId: { readonly exact: string } }

/** What this camera offers. */
interface Abilities {
  readonly torch: boolean
  /** Another camera to turn to. */
  readonly others: boolean
}

const size: MediaTrackConstraints = { width: { ideal: 2560 }, height: { ideal: 1920 } }
const quality = 0.92
const none: Abilities = { torch: false, others: false }
const stored = 'buxun.camera'
/** A camera that shows nothing new for so long hangs, or is looked at by a browser that does not tell. */
const stillMs = 200

/** Torches are no part of the standard's types yet. */
type Torch = MediaTrackConstraintSet & { torch?: boolean }

export function useCamera(video: Readonly<Ref<HTMLVideoElement | null>>) {
  const state = ref<CameraState>('off')
  const abilities = ref<Abilities>(none)
  const torch = ref(false)
  const canvas = typeof document === 'undefined' ? null : document.createElement('canvas')
  let source: Source = { facingMode: 'environment' }
  let stream: MediaStream | null = null
  let turn = 0
  let last: Promise<Blob | null> = Promise.resolve(null)

  async function start(): Promise<void> {
    if (state.value === 'on' || state.value === 'starting') return
    const mine = ++turn
    state.value = 'starting'
    try {
      const opened = await navigator.mediaDevices.getUserMedia({ audio: false, video: { ...source, ...size } })
      if (mine !== turn) return release(opened)
      stream = opened
      opened.getVideoTracks()[0]?.addEventListener('ended', () => stop('busy'))
      if (video.value) {
        video.value.srcObject = opened
        await video.value.play()
      }
      if (mine !== turn) return
      state.value = 'on'
      abilities.value = await abilitiesOf(opened)
    } catch (error) {
      if (mine === turn) stop(problemOf(error))
    }
  }

  /** Opens it at once, or waits to be asked where the phone's own camera is the better one (STACK: installed iPhone apps). */
  async function begin(): Promise<void> {
    if (prefersSystemCamera()) state.value = 'asked'
    else await start()
  }

  /** Somebody wants this camera although the phone's own is offered first: remembered. */
  async function ask(): Promise<void> {
    localStorage.setItem(stored, 'live')
    await start()
  }

  function stop(why: CameraState = 'off'): void {
    turn += 1
    if (stream) release(stream)
    stream = null
    if (video.value) video.value.srcObject = null
    torch.value = false
    abilities.value = none
    state.value = why
  }

  /** The picture on screen as a JPEG, never the last one again. Rejects while the camera is not on. */
  async function snap(): Promise<Blob> {
    // Each is compared with the one that was pressed before it, done or not.
    const before = last
    const made = anotherThan(before, picture, () => moved(video.value))
    last = made.catch(() => before)
    return made
  }

  async function picture(): Promise<Blob> {
    const from = video.value
    if (state.value !== 'on' || !from || !canvas || from.videoWidth === 0) throw new Error('the camera is not on')
    // One canvas for all: what is encoded is copied first, and twenty photos need the memory of one.
    canvas.width = from.videoWidth
    canvas.height = from.videoHeight
    canvas.getContext('2d')?.drawImage(from, 0, 0)
    const made = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', quality))
    if (!made) throw new Error('the camera gave no picture')
    return made
  }

  async function switchTorch(): Promise<void> {
    const wanted = !torch.value
    await stream?.getVideoTracks()[0]?.applyConstraints({ advanced: [{ torch: wanted } as Torch] })
    torch.value = wanted
  }

  /** Turns to the next camera: the other way round where they say how they look, else by the device's list. */
  async function switchCamera(): Promise<void> {
    const { facingMode, deviceId } = stream?.getVideoTracks()[0]?.getSettings() ?? {}
    source = facingMode === 'environment' || facingMode === 'user' ? { facingMode: facingMode === 'user' ? 'environment' : 'user' } : await nextOf(deviceId)
    stop()
    await start()
  }

  function follow(): void {
    if (document.visibilityState === 'hidden') {
      if (state.value !== 'asked') stop()
    } else if (state.value !== 'asked') void start()
  }

  onMounted(() => document.addEventListener('visibilitychange', follow))
  onUnmounted(() => {
    document.removeEventListener('visibilitychange', follow)
    stop()
  })
  return { state: readonly(state), abilities: readonly(abilities), torch: readonly(torch), begin, ask, start, stop, snap, switchTorch, switchCamera }
}

/** When the video shows its next picture. */
function moved(video: HTMLVideoElement | null): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, stillMs)
    video?.requestVideoFrameCallback?.(() => resolve())
  })
}

/** iPhones and iPads, unless the person chose the page's camera before: installed there, it has known failures. */
function prefersSystemCamera(): boolean {
  return isApple() && localStorage.getItem(stored) !== 'live'
}

async function abilitiesOf(stream: MediaStream): Promise<Abilities> {
  const [track] = stream.getVideoTracks()
  const offered = track?.getCapabilities?.() as { torch?: boolean } | undefined
  const cameras = await videoInputs()
  return { torch: offered?.torch === true, others: cameras.length > 1 }
}

async function nextOf(deviceId: string | undefined): Promise<Source> {
  const cameras = await videoInputs()
  const at = cameras.findIndex((camera) => camera.deviceId === deviceId)
  const next = cameras[(at + 1) % cameras.length]
  return next === undefined ? { facingMode: 'environment' } : { deviceId: { exact: next.deviceId } }
}

async function videoInputs(): Promise<MediaDeviceInfo[]> {
  const devices = await navigator.mediaDevices.enumerateDevices().catch(() => [])
  return devices.filter((device) => device.kind === 'videoinput')
}

function release(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop()
}

function problemOf(error: unknown): CameraState {
  const name = error instanceof DOMException ? error.name : ''
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied'
  return name === 'NotFoundError' || name === 'OverconstrainedError' ? 'missing' : 'busy'
}
