import { holdOrTap } from './press'

function rig() {
  const state = { on: false, now: 0, starts: 0, stops: 0 }
  const finger = holdOrTap(() => state.on, () => {
    state.on = true
    state.starts += 1
  }, () => {
    state.on = false
    state.stops += 1
  }, () => state.now)
  return { state, finger }
}

test('held: it records until the finger leaves', () => {
  const { state, finger } = rig()
  finger.down()
  state.now = 3000
  finger.up()
  expect(state).toMatchObject({ on: false, starts: 1, stops: 1 })
})

test('tapped: it records until the next tap, however long that one takes', () => {
  const { state, finger } = rig()
  finger.down()
  state.now = 120
  finger.up()
  expect(state.on).toBe(true)
  state.now = 9000
  finger.down()
  state.now = 9900
  finger.up()
  expect(state).toMatchObject({ on: false, starts: 1, stops: 1 })
})

test('by keyboard: each press is a tap', () => {
  const { state, finger } = rig()
  finger.press()
  expect(state.on).toBe(true)
  finger.press()
  expect(state).toMatchObject({ on: false, starts: 1, stops: 1 })
})
