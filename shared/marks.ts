import { claimedAt } from './operation'
import { clockToleranceMs, coarseMetres, elsewhereMetres, oldFixMs, otherTimeMs } from './types.gen'
import type { Body, Case, Judging, Mark, Move } from './types.gen'
import { opens } from './workflow'

/** What is improbable about an operation, in a fixed order (L11). */
export function marksOf(c: Case | undefined, b: Body, move: Move, ctx: Judging): Mark[] {
  const claimed = claimedAt(b)
  const bound = b.time.bound ?? 0
  const isPerson = b.author.kind === 'person'
  const unmeasured = b.time.offset === undefined || b.time.fresh !== true
  const found: [boolean, Mark][] = [
    [isPerson && unmeasured, 'timeUnmeasured'],
    [b.anchor !== undefined && claimed + bound + clockToleranceMs < b.anchor.at, 'timeBeforeAnchor'],
    [claimed - bound - clockToleranceMs > ctx.now, 'timeAfterArrival'],
    ...placeMarks(b, move),
    ...photoMarks(b, claimed),
    [c !== undefined && !move.evidence && isPerson && missed(c, b.seen), 'decidedOnOlder'],
    [ctx.afterGap === true, 'chainUnproven'],
  ]
  return found.filter(([improbable]) => improbable).map(([, mark]) => mark)
}

/** Whether people did something after the revision that the author saw. What the server notes by itself, such as a number, changes no decision. */
function missed(c: Case, seen: number): boolean {
  let latest = c.revision
  for (let i = c.timeline.length - 1; i >= 0; i--) {
    const entry = c.timeline[i]
    if (entry?.by.kind !== 'server') break
    latest = entry.revision - 1
  }
  return seen < latest
}

function placeMarks(b: Body, move: Move): [boolean, Mark][] {
  const place = b.place
  const found: [boolean, Mark][] = [
    [opens(move) && place === undefined, 'placeMissing'],
    [opens(move) && (b.photos ?? []).length === 0, 'photoMissing'],
  ]
  if (place !== undefined) {
    found.push(
      [place.accuracy > coarseMetres, 'placeCoarse'],
      [b.time.device - place.at > oldFixMs, 'placeOld'],
      [!possible(place.longitude, place.latitude), 'placeImpossible'],
    )
  }
  return found
}

function photoMarks(b: Body, claimed: number): [boolean, Mark][] {
  const photos = b.photos ?? []
  const { place } = b
  const elsewhere = photos.some(
    ({ exif }) =>
      exif?.longitude !== undefined &&
      exif.latitude !== undefined &&
      place !== undefined &&
      metres(exif.longitude, exif.latitude, place.longitude, place.latitude) > elsewhereMetres,
  )
  const otherTime = photos.some(({ exif }) => exif?.at !== undefined && Math.abs(exif.at - claimed) > otherTimeMs)
  return [
    [photos.some((p) => p.origin === 'gallery'), 'photoGallery'],
    [elsewhere, 'photoElsewhere'],
    [otherTime, 'photoOtherTime'],
  ]
}

function possible(longitude: number, latitude: number): boolean {
  return Math.abs(longitude) <= 180 && Math.abs(latitude) <= 90 && (longitude !== 0 || latitude !== 0)
}

/** The distance between two WGS-84 points given in degrees, on a sphere of 6,371,008.8 m. */
export function metres(longitude1: number, latitude1: number, longitude2: number, latitude2: number): number {
  const radius = 6371008.8
  const degree = Math.PI / 180
  const sinLat = Math.sin(((latitude2 - latitude1) * degree) / 2)
  const sinLon = Math.sin(((longitude2 - longitude1) * degree) / 2)
  const h = sinLat * sinLat + Math.cos(latitude1 * degree) * Math.cos(latitude2 * degree) * sinLon * sinLon
  return 2 * radius * Math.asin(Math.min(1, Math.sqrt(h)))
}
