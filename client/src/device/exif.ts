// What a photograph says of itself, read before anything is done with it: when and where it was taken.

import type { Exif } from '@shared/types.gen'
import ExifReader from 'exifreader'

/** Absent where the file says nothing; never an error: a photograph with broken EXIF is a photograph. */
export function readExif(bytes: ArrayBuffer): Exif | undefined {
  let groups: ReturnType<typeof ExifReader.load> & { exif?: Record<string, { value?: unknown; description?: string }>; gps?: { Latitude?: number; Longitude?: number } }
  try {
    groups = ExifReader.load(bytes, { expanded: true, includeTags: { exif: ['DateTimeOriginal', 'OffsetTimeOriginal'], gps: true } }) as unknown as typeof groups
  } catch {
    return undefined
  }
  const { exif = {}, gps = {} } = groups
  const at = timeOf(exif.DateTimeOriginal?.description, exif.OffsetTimeOriginal?.description)
  const { Longitude: longitude, Latitude: latitude } = gps
  const placed = longitude !== undefined && latitude !== undefined && isPlace(longitude, latitude)
  if (at === undefined && !placed) return undefined
  return { ...(at !== undefined && { at }), ...(placed && { longitude, latitude }) }
}

/**
 * "2026:07:01 08:30:00" and "+08:00" as milliseconds since 1970 UTC; without an offset the phone's own zone is meant.
 * undefined for what is no time.
 */
export function timeOf(text = '', offset = ''): number | undefined {
  const parts = /^(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)/.exec(text)
  if (parts === null) return undefined
  const zone = /^[+-]\d\d:\d\d$/.test(offset) ? offset : ''
  const at = Date.parse(`${parts[1]}-${parts[2]}-${parts[3]}T${parts[4]}:${parts[5]}:${parts[6]}${zone}`)
  return Number.isNaN(at) || at <= 0 ? undefined : at
}

function isPlace(longitude: number, latitude: number): boolean {
  const inRange = Math.abs(longitude) <= 180 && Math.abs(latitude) <= 90
  return inRange && (longitude !== 0 || latitude !== 0)
}
