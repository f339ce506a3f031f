import { agreement, dhash, height, width } from './dhash'

const picture = (bright: (x: number, y: number) => number) =>
  Array.from({ length: width * height }, (_, i) => bright(i % width, Math.floor(i / width))).flatMap((v) => [v, v, v, 255])
const street = (x: number, y: number) => 120 + 60 * Math.sin(x * 1.3 + y) + 5 * y

describe('how alike two photos are', () => {
  it('ask 19: the same view in other light is the same, another view is not', () => {
    const day = dhash(picture(street))
    expect(agreement(day, dhash(picture((x, y) => street(x, y) * 0.6 + 20)))).toBe(1)
    expect(agreement(day, dhash(picture((x, y) => street(width - x, y + 3))))).toBeLessThan(0.7)
  })
})
