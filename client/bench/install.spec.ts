// install_s: the README's first command in a fresh clone, until the first page is there.
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { freePort, root, until } from '../e2e/stand/program'
import { leave } from './figures'

it('runs from a fresh clone', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'buxun-install-'))
  execFileSync('git', ['clone', '--quiet', root, folder])
  const port = await freePort()
  const from = performance.now()
  const log = openSync(path.join(folder, '.make.log'), 'w')
  const make = spawn('make', ['run', `LISTEN=127.0.0.1:${port}`], { cwd: folder, stdio: ['ignore', log, log], detached: true })
  try {
    await until('the first page', async () => (await (await fetch(`http://127.0.0.1:${port}/`)).text()).includes('assets/index'), 280_000)
    const took = (performance.now() - from) / 1000
    leave('install', { install_s: { ours: Math.round(took * 10) / 10, unit: 's', note: 'git clone not counted; registries and build caches warm' } })
  } finally {
    process.kill(-(make.pid ?? 0), 'SIGTERM')
    await new Promise((resolve) => make.once('exit', resolve))
    rmSync(folder, { recursive: true, force: true })
  }
})
