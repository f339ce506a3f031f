import { describe, expect, it } from 'vitest'
import { strokeOf } from './keys'

const press = (key: string, more: Partial<KeyboardEvent> = {}) =>
  strokeOf({ key, ctrlKey: false, metaKey: false, altKey: false, isComposing: false, target: null, ...more } as KeyboardEvent)

describe('keys of the review page', () => {
  it.each([['j', 'down'], ['K', 'up'], ['f', 'file'], ['R', 'return'], ['x', 'reject'], ['u', 'undo'], ['d', 'dispatch'], ['C', 'finish'], ['m', 'merge'], ['v', 'verify'], ['/', 'search'], ['ArrowLeft', 'left'], ['ArrowRight', 'right'], ['?', 'help'], ['？', 'help'], [' ', 'zoom'], ['p', 'play'], ['1', 'condition'], ['8', 'condition'], ['9', undefined], ['s', 'pick'], ['Escape', 'clear']])('%s: %s', (key, stroke) => {
    expect(press(key)).toBe(stroke)
  })

  it('with shift the way through the queue picks what it passes', () => {
    expect(['ArrowDown', 'ArrowUp', 'J', 'K'].map((key) => press(key, { shiftKey: true }))).toEqual(['pickDown', 'pickUp', 'pickDown', 'pickUp'])
    expect([press('ArrowLeft', { shiftKey: true }), press('?', { shiftKey: true })]).toEqual(['left', 'help'])
    expect(press('J', { shiftKey: true, repeat: true })).toBe('pickDown')
  })

  it('leaves keys to what has the focus: all of them to a field or a dialog, space to a button', () => {
    const inside = (...tags: string[]) => ({ target: { closest: (wanted: string) => (tags.some((tag) => wanted.includes(tag)) ? {} : null) } as unknown as Element })
    for (const key of ['f', 'x', 'j', ' ']) expect(press(key, inside('textarea'))).toBeUndefined()
    expect(press('f', inside('dialog'))).toBeUndefined()
    expect(press(' ', inside('button'))).toBeUndefined()
    expect(press('f', inside('button'))).toBe('file')
  })

  it('a key held down moves on, and never decides the case that comes next', () => {
    for (const key of ['f', 'r', 'x', 'd', 'c', 'm', 'v', ' ', '?']) expect(press(key, { repeat: true })).toBeUndefined()
    for (const key of ['j', 'k']) expect(press(key, { repeat: true })).toBeDefined()
  })

  it('leaves the browser\'s own keys and unfinished pinyin alone', () => {
    expect(press('f', { ctrlKey: true })).toBeUndefined()
    expect(press('r', { metaKey: true })).toBeUndefined()
    expect(press('x', { isComposing: true })).toBeUndefined()
    expect(press('q')).toBeUndefined()
  })
})
