// One run: the phones sign in, the shift passes, everybody goes home, and all is read back and compared.

import { randomUUID } from 'node:crypto'
import type { Album } from './album'
import { check, type Evidence, type View } from './check'
import { Collector } from './collector'
import { closeDevice } from './device'
import { type Figures, figuresOf } from './figures'
import type { Ground } from './ground'
import { Leader } from './leader'
import { Member, type Stage } from './member'
import { Meter } from './meter'
import { planOf, shiftMs } from './plan'
import { casesOf, Reader } from './readback'
import { Shift } from './shift'
import { keyOf, Told } from './told'

export interface RunOptions {
  readonly origin: URL
  readonly ground: Ground
  readonly album: Album
  readonly seed: number
  readonly phones: number
  /** How long the shift of seven hours takes. */
  readonly minutes: number
  readonly records: number
  readonly password: string
  /** Told what is going on, now and then. */
  readonly progress: (state: Progress) => void
}

export interface Progress {
  readonly stage: 'signing in' | 'shift' | 'going home' | 'reading back' | 'quiet round'
  /** ms since the shift began, of shiftMs */
  readonly at: number
  readonly members: readonly Member[]
  readonly told: Told
  readonly uploadMs: number
  /** Photographs read back so far. */
  readonly readBack: number
  readonly violations: number
}

export interface Outcome {
  readonly figures: Figures
  readonly violations: readonly string[]
  /** What was compared, so that a test can spoil it and compare again. */
  readonly evidence: Evidence
}

/** Sign-ins at once: the server works a while on each password. */
const signInsAtOnce = 4
const tickMs = 250
/** How often the lights are looked at, ms of the shift. */
const lightEvery = 3 * 60_000
/** How long it may take until everything is acknowledged once all lines are good, and until all phones show the same. */
const homeMs = 120_000
const sameMs = 30_000

export async function run(options: RunOptions): Promise<Outcome> {
  const { origin, ground, album, seed, password } = options
  const told = new Told()
  const violations: string[] = []
  const failed = (error: unknown) => void violations.push(`a phone failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  const truth = () => performance.timeOrigin + performance.now()
  const shift = new Shift(shiftMs / (options.minutes * 60_000), failed)
  const stage: Stage = { origin, seed, album, told, shift, truth, uploading: new Meter(truth), password, run: randomUUID().slice(0, 8) }
  const members: Member[] = []
  let at: Progress['stage'] = 'signing in'
  let readBack = 0
  const tick = setInterval(() => {
    options.progress({ stage: at, at: at === 'shift' ? shift.now() : 0, members, told, uploadMs: stage.uploading.ms, readBack, violations: violations.length })
  }, tickMs)
  try {
    const plans = planOf(ground, options)
    await inTurn(plans, signInsAtOnce, async (plan) => void members.push(await Member.open(plan, stage)))
    const finds = new Map(plans.flatMap((plan) => plan.finds.map((find) => [find.serial, find] as const)))
    const leaders = members.filter(({ plan }) => plan.role === 'leader').map((member) => new Leader(member, finds, failed))
    at = 'shift'
    shift.begin()
    for (const leader of leaders) leader.begin()
    for (const member of members) if (member.plan.role === 'collector') new Collector(member).begin()
    watchLights(members, stage, violations)
    await new Promise<void>((resolve) => shift.at(shiftMs, resolve))
    at = 'going home'
    await shift.end()
    for (const member of members) member.goHome()
    await until(homeMs, async () => (await Promise.all(members.map((member) => member.summary()))).every(({ allSent }) => allSent))
    for (const leader of leaders) await leader.end()
    const figures = figuresOf(told, members, stage.uploading.ms)
    at = 'reading back'
    const reading = await readAll(members, stage, (done) => (readBack = done))
    at = 'quiet round'
    const quiet = await quietRound(members)
    const lights = await Promise.all(members.map(async (member) => ({ name: member.plan.name, summary: await member.summary() })))
    const evidence = { told, ...reading, lights, quiet }
    return { figures, violations: [...violations, ...check(evidence)], evidence }
  } finally {
    clearInterval(tick)
    await shift.end()
    for (const { device } of members) await closeDevice(device)
  }
}

/** L13: a phone says "all sent" only when it was told so of everything. */
function watchLights(members: readonly Member[], { shift, told }: Stage, violations: string[]): void {
  const look = async () => {
    shift.after(lightEvery, look)
    for (const member of members) {
      const made = [...told.saved.values()].filter(({ phone }) => phone === member.plan.name)
      if (!(await member.summary()).allSent) continue
      const unanswered = made.filter((saved) => !told.answers.has(keyOf(saved)))
      const unreceived = made.flatMap(({ photos }) => photos).filter(({ hash, preview }) => !told.receipts.has(hash) || (preview && !told.receipts.has(preview.hash)))
      if (unanswered.length + unreceived.length > 0) {
        violations.push(`L13: ${member.plan.name} said "all sent" with ${unanswered.length} operations and ${unreceived.length} photographs unacknowledged`)
      }
    }
  }
  shift.after(lightEvery, look)
}

/** Reads everything back, waiting a while until all phones show the same. */
async function readAll(members: readonly Member[], stage: Stage, progress: (done: number) => void): Promise<Pick<Evidence, 'centre' | 'views' | 'served'>> {
  const admin = await Reader.open('admin', stage, 'centre')
  const leaders = members.filter(({ plan }) => plan.role === 'leader')
  const readers = await Promise.all(leaders.map(async ({ plan, person }) => ({ plan, person, reader: await Reader.open(plan.login, stage, 'squad') })))
  try {
    const gather = async () => ({
      centre: await admin.cases(),
      views: [
        ...(await Promise.all(members.map(async ({ plan: { name, squad }, person, device }): Promise<View> => ({ name, person, squad, cases: await casesOf(device) })))),
        ...(await Promise.all(readers.map(async ({ plan, person, reader }): Promise<View> => ({ name: `a fresh phone of ${plan.login}`, person, squad: plan.squad, cases: await reader.cases() })))),
      ],
    })
    let found = await gather()
    await until(sameMs, async () => {
      found = await gather()
      return check({ ...nothing, ...found }).length === 0
    })
    const served = await admin.photos([...stage.told.receipts.keys()], progress)
    return { ...found, served }
  } finally {
    for (const reader of [admin, ...readers.map((one) => one.reader)]) await reader.close()
  }
}

const nothing = { told: new Told(), lights: [], served: new Map<string, string>(), quiet: [] }

/** Every line is cut once more, and nobody does anything. */
async function quietRound(members: readonly Member[]): Promise<Evidence['quiet']> {
  for (const { ear, device } of members) {
    ear.frames.clear()
    device.line.cut()
  }
  const round = ({ ear }: Member) => (ear.frames.get('down cases') ?? 0) > 0
  await until(homeMs, async () => {
    for (const { device } of members) if (device.phone.status.value.link !== 'live') device.phone.wake()
    return members.every(round)
  })
  return members.map(({ plan, ear }) => ({ name: plan.name, frames: new Map(ear.frames) }))
}

/** Waits until it is so; false when the time is up. */
async function until(ms: number, so: () => Promise<boolean>): Promise<boolean> {
  const end = performance.now() + ms
  for (;;) {
    if (await so()) return true
    if (performance.now() > end) return false
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

async function inTurn<T>(list: readonly T[], atOnce: number, work: (one: T) => Promise<void>): Promise<void> {
  const left = [...list]
  const next = async () => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await work(one)
  }
  await Promise.all(Array.from({ length: atOnce }, next))
}
