// A short shift of five phones against the real server: clean as it is, and found out where anything of it is spoilt.
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { openAlbum } from './album'
import { check } from './check'
import { readGround } from './ground'
import { plants } from './plants'
import { Reader } from './readback'
import { type Outcome, run } from './run'
import { OwnServer } from './server'

const root = fileURLToPath(new URL('../../', import.meta.url))
const password = 'buxun-demo-2026'
const seed = Number(process.env.SEED || 1)

describe(`a short shift of five phones, seed ${seed}`, () => {
  const server = new OwnServer(root)
  let origin: URL
  let outcome: Outcome

  beforeAll(async () => {
    origin = await server.start()
    outcome = await run({ origin, seed, password, ground: readGround(root), album: openAlbum(root), phones: 5, minutes: 1 / 3, records: 6, progress: () => undefined })
  })
  afterAll(() => server.remove())

  it.each([
    'L2: what was acknowledged is there', 'L3: each operation once, as it was said', 'L4: two phones of a scope show the same', 'L5: a case shows what its operations say',
    'L6: nothing that was seen in the field was refused', 'L7: photographs are served as the bytes that were taken', 'L10: nobody shows what is not theirs',
    'L11: times are right or marked', 'L13: every light is green, and none was too early', 'R19: a repeat gets the same answer', 'R39: a quiet round sends nothing',
  ])('%s', (promise) => {
    const [law] = promise.split(':')
    expect(outcome.violations.filter((violation) => violation.startsWith(`${law}:`))).toEqual([])
  })

  it('and nothing else went wrong, though lines failed', () => {
    expect(outcome.violations).toEqual([])
    const { figures } = outcome
    expect(figures.operations.acknowledged).toBe(figures.operations.saved)
    expect(figures.photographs.acknowledged).toBe(figures.photographs.taken)
    expect(figures.operations.saved).toBeGreaterThan(40)
    expect(figures.reconnects).toBeGreaterThan(0)
    expect(figures.acknowledgedToSeenByLeader.n).toBeGreaterThan(0)
  })

  it.each(Object.entries(plants))('finds %s', (_name, { law, spoil }) => {
    const found = check(spoil(outcome.evidence))
    expect(found.map((violation) => violation.split(':')[0])).toContain(law)
  })

  it('finds a photograph that was altered on the server\'s disk', async () => {
    const [hash = ''] = [...outcome.evidence.told.taken.values()].flatMap((taken) => (taken.kind === 'original' ? [taken.hash] : []))
    const file = path.join(server.data, 'photos/originals', hash.slice(0, 2), hash)
    const bytes = readFileSync(file)
    bytes[bytes.length - 100] = (bytes[bytes.length - 100] ?? 0) ^ 1
    writeFileSync(file, bytes)
    const reader = await Reader.open('admin', { origin, password, run: 'altered' }, 'disk')
    const served = new Map([...outcome.evidence.served, ...(await reader.photos([hash], () => undefined))])
    await reader.close()
    const found = check({ ...outcome.evidence, served })
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(new RegExp(`^L7: original ${hash} of \\S+ was altered`))
  })
})
