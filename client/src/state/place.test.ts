import { makePlace } from './place'

/** A browser's geolocation that says what the test says. */
function geolocation() {
  let found: PositionCallback = () => undefined
  let failed: PositionErrorCallback = () => undefined
  vi.stubGlobal('navigator', {
    geolocation: {
      watchPosition: (ok: PositionCallback, no: PositionErrorCallback) => {
        found = ok
        failed = no
        return 1
      },
      getCurrentPosition: () => undefined,
      clearWatch: () => undefined,
    },
  })
  return {
    at: (longitude: number) => found({ coords: { longitude, latitude: 27.86, accuracy: 12 }, timestamp: 1 } as GeolocationPosition),
    refuse: (code: number) => failed({ code } as GeolocationPositionError),
  }
}

afterEach(() => vi.unstubAllGlobals())

test('L11: a place that the person refuses is said to be missing, and no earlier one stands in for it', () => {
  const device = geolocation()
  const place = makePlace()
  place.watch()
  device.at(113.07)
  expect([place.fix.value?.longitude, place.problem.value]).toEqual([113.07, null])
  device.refuse(1)
  expect([place.fix.value, place.problem.value]).toEqual([null, 'denied'])
  place.unwatch()
})

test('L11: a place that cannot be found just now keeps the last one, with its age', () => {
  const device = geolocation()
  const place = makePlace()
  place.watch()
  device.at(113.07)
  for (const [code, problem] of [[2, 'unavailable'], [3, 'timeout']] as const) {
    device.refuse(code)
    expect([place.fix.value?.at, place.problem.value]).toEqual([1, problem])
  }
  device.at(113.08)
  expect(place.problem.value).toBeNull()
  place.unwatch()
})

test('a browser without geolocation says so', () => {
  vi.stubGlobal('navigator', {})
  const place = makePlace()
  place.watch()
  expect(place.problem.value).toBe('unavailable')
  place.unwatch()
})
