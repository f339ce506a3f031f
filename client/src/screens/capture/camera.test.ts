import { createSSRApp, ref } from 'vue'
import { renderToString } from 'vue/server-renderer'
import { useCamera } from './camera'

/** The camera of a page whose browser answers the question for it like this. */
async function cameraOf(answer: () => Promise<unknown>) {
  vi.stubGlobal('navigator', { mediaDevices: { getUserMedia: answer } })
  let camera: ReturnType<typeof useCamera> | undefined
  await renderToString(createSSRApp({
    setup: () => {
      camera = useCamera(ref(null))
      return () => null
    },
  }))
  return camera!
}

afterEach(() => vi.unstubAllGlobals())

it.each([
  ['NotAllowedError', 'denied'], ['SecurityError', 'denied'], ['NotFoundError', 'missing'], ['OverconstrainedError', 'missing'], ['NotReadableError', 'busy'],
])('L12: a camera that answers %s is said to be %s, and gives no picture', async (name, state) => {
  const camera = await cameraOf(() => Promise.reject(new DOMException('no', name)))
  await camera.start()
  expect(camera.state.value).toBe(state)
  await expect(camera.snap()).rejects.toThrow('not on')
})

it('a browser that has no camera to offer is no crash', async () => {
  const camera = await cameraOf(() => Promise.reject(new TypeError('undefined')))
  await camera.start()
  expect(camera.state.value).toBe('busy')
})

it('a stream that comes after the page was left is let go', async () => {
  const stopped = vi.fn()
  let give: (stream: unknown) => void = () => undefined
  const camera = await cameraOf(() => new Promise((resolve) => (give = resolve)))
  const starting = camera.start()
  camera.stop()
  give({ getTracks: () => [{ stop: stopped }] })
  await starting
  expect([camera.state.value, stopped.mock.calls.length]).toEqual(['off', 1])
})
