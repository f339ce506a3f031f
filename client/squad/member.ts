// One person with a phone: what both a collector and a leader have and do.

import type { Case, Fix, Photo } from '@shared/types.gen'
import { Random } from '@sync/sim/random'
import { openCases } from '../src/db/cases'
import { summarize, type Summary } from '../src/db/summary'
import type { Intent } from '../src/engine/phone'
import type { World } from '../src/engine/world'
import type { Album } from './album'
import { photograph, type Shot } from './capture'
import { type Device, openDevice } from './device'
import { Ear } from './ear'
import type { Find, PhonePlan, Turn } from './plan'
import type { Meter } from './meter'
import { Presence } from './presence'
import type { Shift } from './shift'
import type { Told } from './told'

/** What all members share. */
export interface Stage {
  readonly origin: URL
  readonly seed: number
  readonly album: Album
  readonly told: Told
  readonly uploading: Meter
  readonly shift: Shift
  /** The true time, ms since 1970 UTC, as the server has it. */
  readonly truth: () => number
  /** Everybody's in the demo. */
  readonly password: string
  /** Sets the storages of runs in one process apart. */
  readonly run: string
}

export class Member {
  readonly ear: Ear
  readonly presence: Presence
  private taxonomy = ''
  private skew: number

  private constructor(
    readonly plan: PhonePlan,
    readonly stage: Stage,
    private readonly parts: { device: Device | null },
  ) {
    this.skew = plan.skew
    this.ear = new Ear(stage.told, stage.truth, stage.uploading)
    this.presence = new Presence(stage.truth)
  }

  /** Opens the phone and signs its person in. @throws Fault */
  static async open(plan: PhonePlan, stage: Stage): Promise<Member> {
    const parts: { device: Device | null } = { device: null }
    const member = new Member(plan, stage, parts)
    const { ear } = member
    parts.device = await openDevice({
      name: `${stage.run} ${plan.name}`, origin: stage.origin, world: member.world(), wrapSocket: ear.wrapSocket, wrapSend: ear.wrapSend,
    })
    const { phone, site } = parts.device
    site.mishap = ear.mishap
    await phone.signIn(plan.login, stage.password)
    phone.status.watch(({ link }) => member.presence.conversation(link === 'live'))
    member.taxonomy = (await site.askJson<{ version: string }>('/api/taxonomy')).version
    return member
  }

  get device(): Device {
    if (this.parts.device === null) throw new Error(`${this.plan.name} has no phone yet`)
    return this.parts.device
  }

  get person(): string {
    const id = this.device.phone.person.value?.id
    if (id === undefined) throw new Error(`nobody is signed in on ${this.plan.name}`)
    return id
  }

  /** A clock that is wrong, and chance of its own; timers are the real ones. */
  private world(): World {
    return {
      wall: () => this.stage.truth() + this.skew,
      steady: () => performance.now(),
      random: new Random(this.stage.seed, this.plan.name, 'engine').next,
      after: (ms, ring) => {
        const timer = setTimeout(ring, ms)
        return () => clearTimeout(timer)
      },
    }
  }

  turn(turn: Turn): void {
    const { line, phone } = this.device
    if (turn.type === 'mishap') return this.ear.arm(turn.mishap)
    if (turn.type === 'clock') {
      this.skew += turn.by
      return
    }
    const { off, silent } = turn.weather
    this.presence.line(!off && !silent)
    line.become(turn.weather)
    if (off) line.cut()
    // The browser says "on line", mostly; where it does not, the back-off finds out.
    if (turn.told && !off && !silent) phone.wake()
  }

  /** The end of the shift: every line is good, and every phone knows. */
  goHome(): void {
    this.ear.disarm()
    this.turn({ at: 0, type: 'weather', weather: {}, told: true })
  }

  /** Saves an operation and writes it down. @throws Fault where the phone would not */
  async save(find: Pick<Find, 'serial' | 'accuracy'>, intent: Omit<Intent, 'taxonomy'>): Promise<void> {
    const { phone } = this.device
    const fix = this.fix(find.accuracy)
    const place = intent.action === 'report' || intent.action === 'selfHandle' ? fix : null
    const at = this.stage.truth()
    const saved = await phone.save({ ...intent, taxonomy: this.taxonomy, ...(place && { place }) })
    this.stage.told.save({
      phone: this.plan.name, person: this.person, serial: find.serial, caseId: saved.caseId, replica: saved.chain.replica, counter: saved.counter,
      action: intent.action, payload: intent.payload, photos: intent.photos ?? [], at, ...(place && { place }),
    })
  }

  /** Takes pictures into a draft; each is like no other. */
  async shoot(draft: string, find: Find, pictures: readonly string[], partOf: (nth: number) => Photo['part']): Promise<Photo[]> {
    const { album, told, truth } = this.stage
    const shots: Shot[] = []
    for (const [nth, picture] of pictures.entries()) {
      const developed = await album.take(picture, `演示 ${this.stage.run} ${find.serial} ${draft} ${nth}`)
      const { clock } = this.device.phone
      shots.push({ developed, part: partOf(nth), origin: find.origin, takenAt: clock.now(), fix: find.origin === 'gallery' ? null : this.fix(find.accuracy) })
    }
    const photos = await photograph(this.device, draft, shots)
    for (const { hash, size, preview } of photos) {
      const taken = { phone: this.plan.name, at: truth() }
      told.taken.set(hash, { ...taken, hash, kind: 'original', bytes: size })
      if (preview !== undefined) told.taken.set(preview.hash, { ...taken, hash: preview.hash, kind: 'preview', bytes: preview.size })
    }
    return photos
  }

  /** Where the phone believes to be; null where it has no fix. */
  private fix(accuracy: number | null): Fix | null {
    if (accuracy === null) return null
    const { longitude, latitude } = this.plan.walk(this.stage.shift.now())
    const micro = (degrees: number) => Math.round(degrees * 1e6) / 1e6
    return { longitude: micro(longitude), latitude: micro(latitude), accuracy, at: Math.round(this.device.phone.clock.now()) - 2_000, source: 'device' }
  }

  summary(): Promise<Summary> {
    return summarize(this.device.store, this.person)
  }

  cases(ids: readonly string[]): Promise<Map<string, Case>> {
    return openCases(this.device.store, this.person, ids)
  }
}
