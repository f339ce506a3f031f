import { layOut } from './stamplayout'

/** Every character is as wide as it is high. */
const measure = (text: string, size: number) => [...text].length * size

test('the lines stand along the lower edge, within the picture', () => {
  const { size, top, lines, margin } = layOut(3000, 4000, ['一', '二', '三'], measure)
  expect(size).toBe(88)
  expect(lines.map((line) => line.text)).toEqual(['一', '二', '三'])
  expect(lines[0]!.y - size).toBeGreaterThanOrEqual(top)
  expect(lines[2]!.y).toBeLessThanOrEqual(4000 - margin / 2)
  expect(lines[1]!.y - lines[0]!.y).toBe(lines[2]!.y - lines[1]!.y)
})

test('letters are as large on a small photo as on a large one, either way up', () => {
  const share = (width: number, height: number) => layOut(width, height, ['字'], measure).size / Math.min(width, height)
  expect(share(4000, 3000)).toBeCloseTo(share(1000, 2000), 2)
})

test('what is too long for one line goes on in the next, and no letter is lost', () => {
  const text = '清水塘街道华垅社区，建设路东侧 023 号灯杆旁，垃圾桶后面堆了很多东西，一直堆到对面的墙边上去了，再往前走也还有'
  const { lines, size, margin } = layOut(1200, 900, [text], measure)
  expect(lines.length).toBeGreaterThan(1)
  expect(lines.map((line) => line.text).join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''))
  for (const line of lines) expect(measure(line.text, size)).toBeLessThanOrEqual(1200 - 2 * margin)
})

test('empty lines take no room', () => {
  expect(layOut(1000, 1000, ['', '一', ''], measure).lines).toHaveLength(1)
})
