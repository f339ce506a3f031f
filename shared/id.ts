const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/**
 * What people say aloud: five Crockford characters from the last 25 bits of the replica's UUID, a hyphen, and the counter,
 * for example "7ZK0Q-12". It is final the moment a case is saved. A malformed replica gives "00000".
 */
export function shortId(replica: string, counter: number): string {
  const digits = replica.replaceAll('-', '').slice(-7)
  let bits = /^[0-9a-fA-F]+$/.test(digits) ? parseInt(digits, 16) : 0
  let text = ''
  for (let i = 0; i < 5; i++) {
    text = crockford.charAt(bits & 31) + text
    bits >>>= 5
  }
  return `${text}-${counter}`
}

/** Whether text is a lower-case hyphenated UUID. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(text)
}

/** Whether text is a lower-case hex SHA-256. */
export function isHash(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text)
}
