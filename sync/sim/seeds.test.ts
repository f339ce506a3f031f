import { fileURLToPath } from 'node:url'
import { run, tell } from './run'
import { Steps } from './steps'

const steps = new Steps(fileURLToPath(new URL('../../bin/steps', import.meta.url)))
afterAll(() => steps.close())

it('seeds', () => {
  const n = Number(process.env.SEEDS || 20)
  const one = process.env.SEED
  const bad: string[] = []
  const t = Date.now()
  for (let i = 0; i < (one ? 1 : n); i++) {
    const seed = one || String(i)
    const v = run(seed, steps)
    if (v.length) { bad.push(seed); if (bad.length <= 3) console.log(tell(seed, steps)) }
  }
  console.log(bad.length, 'bad', bad.slice(0, 30).join(' '), Date.now() - t, 'ms', steps.calls, 'calls')
  expect(bad).toEqual([])
})
