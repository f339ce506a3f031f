import { ask, askJson } from './request'

const answer = (status: number, body: string, type = 'application/json') => vi.stubGlobal('fetch', async () => new Response(body, { status, headers: { 'Content-Type': type } }))

afterEach(() => vi.unstubAllGlobals())

test('L12: a problem document is the fault that it names', async () => {
  answer(401, JSON.stringify({ code: 'session.wrongPassword', status: 401 }), 'application/problem+json')
  await expect(askJson('/api/session')).rejects.toMatchObject({ code: 'session.wrongPassword' })
})

test('a code that the catalogue does not know is not passed on', async () => {
  answer(500, JSON.stringify({ code: 'something.new' }))
  await expect(askJson('/api/session')).rejects.toMatchObject({ code: 'server.busy' })
})

test('what stands between the phone and the server is "offline", not an answer', async () => {
  answer(200, '<html>Sign in to the hotel', 'text/html')
  await expect(askJson('/api/session')).rejects.toMatchObject({ code: 'offline', message: expect.stringMatching(/^offline/) as string })
  answer(403, '<html>forbidden')
  await expect(ask('/api/session', {}, (response) => response.text())).rejects.toMatchObject({ code: 'offline' })
})

test('a server that cannot be reached, or does not answer in time, is "offline"', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('network')))
  await expect(askJson('/api/session')).rejects.toMatchObject({ code: 'offline' })
  vi.useFakeTimers()
  vi.stubGlobal('fetch', (_: string, { signal }: RequestInit) => new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted')))))
  const asked = askJson('/api/session', { patienceMs: 1000 })
  const refused = expect(asked).rejects.toMatchObject({ code: 'offline' })
  await vi.advanceTimersByTimeAsync(1000)
  await refused
  vi.useRealTimers()
})
