import { anotherThan } from './another'

const picture = (text: string) => new Blob([text])

/** A camera that shows these one after the other, each time it moved. */
function film(...pictures: string[]) {
  let at = 0
  let moves = 0
  const shown = () => picture(pictures[Math.min(at, pictures.length - 1)] ?? '')
  const moved = async () => {
    moves += 1
    at += 1
  }
  return { take: async () => shown(), moved, moves: () => moves }
}

const taken = async (last: Blob | null, camera: ReturnType<typeof film>) => [await (await anotherThan(Promise.resolve(last), camera.take, camera.moved)).text(), camera.moves()]

it('the first picture, and one that differs, is taken at once', async () => {
  expect(await taken(null, film('a'))).toEqual(['a', 0])
  expect(await taken(picture('a'), film('b'))).toEqual(['b', 0])
  expect(await taken(picture('a'), film('abc'))).toEqual(['abc', 0])
})

it('the very picture that was taken last is waited past', async () => {
  expect(await taken(picture('a'), film('a', 'b'))).toEqual(['b', 1])
  expect(await taken(picture('a'), film('a', 'a', 'c'))).toEqual(['c', 2])
})

it('what was made is given where the camera went away while another was waited for', async () => {
  let taken = 0
  const take = () => (taken++ === 0 ? Promise.resolve(picture('a')) : Promise.reject(new Error('the camera is not on')))
  expect(await (await anotherThan(Promise.resolve(picture('a')), take, async () => undefined)).text()).toBe('a')
})

it('is taken at the press, not when the one before is done', async () => {
  let give: (last: Blob) => void = () => undefined
  const pressed: string[] = []
  const made = anotherThan(new Promise<Blob>((resolve) => (give = resolve)), async () => {
    pressed.push('pressed')
    return picture('b')
  }, async () => undefined)
  expect(pressed).toEqual(['pressed'])
  give(picture('a'))
  expect(await (await made).text()).toBe('b')
})

it('a camera that hangs gives what it has: a photo is never refused for that', async () => {
  expect(await taken(picture('a'), film('a'))).toEqual(['a', 5])
})
