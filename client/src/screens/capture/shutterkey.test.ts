import { isShutterKey } from './shutterkey'

const page = { closest: () => null } as unknown as EventTarget
const button = { closest: (selector: string) => (selector.includes('button') ? {} : null) } as unknown as EventTarget
const press = (key: string, target: EventTarget | null = page, more = {}) =>
  isShutterKey({ key, target, repeat: false, isComposing: false, ctrlKey: false, altKey: false, metaKey: false, ...more })

test('space, enter and the volume keys take a photo', () => {
  expect([' ', 'Enter', 'AudioVolumeUp', 'VolumeDown', 'Camera'].map((key) => press(key))).toEqual([true, true, true, true, true])
  expect(['a', 'Escape', 'Tab'].map((key) => press(key))).toEqual([false, false, false])
})

test('what has the focus keeps its own keys, but the hardware ones are the shutter\'s everywhere', () => {
  expect([press(' ', button), press('Enter', button), press('AudioVolumeUp', button)]).toEqual([false, false, true])
  expect(press(' ', null)).toBe(true)
})

test('a key that is held takes one photo; shortcuts and a word being composed take none', () => {
  expect([press(' ', page, { repeat: true }), press('Enter', page, { ctrlKey: true }), press('Enter', page, { isComposing: true })]).toEqual([false, false, false])
})
