import { crc32, deflateSync, constants, createDeflate } from 'node:zlib'

// Files of few bytes that cost much to look at; server/bombs_test.go makes the like for the server.

/** A square grey PNG of zeros. Its data are one compressed piece over and over: nobody has to hold it whole. */
export async function zeroPng(edge: number): Promise<Buffer> {
  const size = edge * (1 + edge)
  const piece = 1 << 20
  const [first, again] = await flushed(piece, piece)
  const rest = deflateSync(Buffer.alloc(size % piece), { level: 9 }).subarray(2, -4) // its header and sum are the whole's
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE((size % 65521) * 65536 + 1) // Adler-32 of zeros
  const whole = Math.floor(size / piece)
  const data = whole === 0 ? [Buffer.of(0x78, 0xda), rest, sum] : [first, ...Array.from({ length: whole - 1 }, () => again), rest, sum]
  const header = Buffer.alloc(13)
  header.writeUInt32BE(edge, 0)
  header.writeUInt32BE(edge, 4)
  header[8] = 8
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', header), chunk('IDAT', Buffer.concat(data)), chunk('IEND', Buffer.alloc(0))])
}

/** So many zeros, deflated in pieces that may stand one behind the other. */
async function flushed(...lengths: readonly number[]): Promise<[Buffer, Buffer]> {
  const deflate = createDeflate({ level: 9 })
  const pieces: Buffer[] = []
  for (const length of lengths) {
    const parts: Buffer[] = []
    const take = (part: Buffer) => parts.push(part)
    deflate.on('data', take)
    deflate.write(Buffer.alloc(length))
    await new Promise<void>((done) => deflate.flush(constants.Z_FULL_FLUSH, done))
    deflate.off('data', take)
    pieces.push(Buffer.concat(parts))
  }
  const [first, again] = pieces
  if (first === undefined || again === undefined) throw new Error('two pieces are needed')
  return [first, again]
}

function chunk(kind: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(kind), data])
  const ends = Buffer.alloc(8)
  ends.writeUInt32BE(data.length, 0)
  ends.writeUInt32BE(crc32(named), 4)
  return Buffer.concat([ends.subarray(0, 4), named, ends.subarray(4)])
}

/**
 * A square grey progressive JPEG whose scans each go over all blocks: a few bytes say that nothing changes in 16,384 of
 * them, and yet each is looked at.
 */
export function manyScans(edge: number, scans: number): Buffer {
  const segment = (marker: number, ...payload: readonly number[]) => Buffer.of(0xff, marker, 0, payload.length + 2, ...payload)
  const code = (kind: number, symbol: number) => segment(0xc4, kind << 4, 1, ...new Array<number>(15).fill(0), symbol) // a table of one code, "0"
  const blocks = Math.ceil(edge / 8) ** 2
  const runOf16384 = 0xe0
  const scan = Buffer.concat([segment(0xda, 1, 1, 0, 1, 63, 0x10), Buffer.alloc(Math.ceil((Math.ceil(blocks / 16384) * 15) / 8))])
  return Buffer.concat([
    Buffer.of(0xff, 0xd8),
    segment(0xdb, 0, ...new Array<number>(64).fill(1)),
    segment(0xc2, 8, edge >> 8, edge & 255, edge >> 8, edge & 255, 1, 1, 0x11, 0),
    code(0, 0), code(1, runOf16384),
    segment(0xda, 1, 1, 0, 0, 0, 0x01), Buffer.alloc(Math.ceil(blocks / 8)),
    ...Array.from({ length: scans }, () => scan),
    Buffer.of(0xff, 0xd9),
  ])
}
