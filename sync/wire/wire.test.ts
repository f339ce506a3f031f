import { Fault, faultCode } from '@shared/fault'
import frames from '../vectors/frames.json'
import type { Column } from './types.gen'
import { decode, receiptText, rows } from './wire'

interface Vector {
  readonly name: string
  readonly text: string
  readonly fault?: string
  readonly skipped?: boolean
}

describe('R3 R4: a frame from the server is read, skipped or refused', () => {
  it.each((frames.toPhone as Vector[]).map((v) => [v.name, v] as const))('%s', (_name, { text, fault, skipped }) => {
    let read: unknown
    try {
      read = decode(text)
    } catch (thrown) {
      expect(thrown).toBeInstanceOf(Fault)
      expect(faultCode(thrown)).toBe(fault)
      return
    }
    expect(fault).toBeUndefined()
    expect(read).toEqual(skipped ? null : JSON.parse(text))
  })
})

describe('R1: columns are cases again', () => {
  it.each(frames.columns.map((v) => [v.name, v] as const))('%s', (_name, v) => {
    expect(rows(v.columns as Record<string, Column>)).toEqual(v.rows)
  })

  it.each(frames.badColumns.filter((v) => v.name !== 'a timeline that is none').map((v) => [v.name, v.columns] as const))('%s', (_name, columns) => {
    expect(() => rows(columns as Record<string, Column>)).toThrow('frame.malformed')
  })
})

it('a receipt covers replica, number, hash, place, epoch, outcome and fault', () => {
  const answer = { counter: 2, hash: 'h', seq: 3, epoch: 'e', outcome: 'refused', fault: 'f', mac: '' } as const
  expect(receiptText('r', answer)).toBe('buxun receipt v1 r 2 h 3 e refused f')
  expect(receiptText('r', { ...answer, fault: undefined } as never)).toBe('buxun receipt v1 r 2 h 3 e refused ')
  expect(receiptText('r', { ...answer, received: 4 } as never)).toBe('buxun receipt v2 r 2 h 3 e refused f 4')
})
