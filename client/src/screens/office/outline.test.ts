import { drawingOf } from './outline'

test('an outline keeps its shape and lies in its box, north up', () => {
  const drawing = drawingOf([[113, 27.8], [113.02, 27.8], [113.02, 27.81], [113, 27.81], [113, 27.8]])
  expect(drawing.width).toBeCloseTo(100)
  expect(drawing.metresWide / drawing.metresHigh).toBeCloseTo(2 * Math.cos((27.805 * Math.PI) / 180), 3)
  expect(drawing.height).toBeCloseTo((100 * drawing.metresHigh) / drawing.metresWide)
  expect(drawing.points.split(' ')[3]).toBe('0.00,0.00')
})
