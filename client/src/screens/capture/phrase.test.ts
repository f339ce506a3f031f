import { withPhrase } from './phrase'

test('phrases are parted from what stands before them', () => {
  expect(withPhrase('', 0, '占了人行道', '，')).toEqual({ text: '占了人行道', cursor: 5 })
  expect(withPhrase('约 1 平方米', 7, '占了人行道', '，')).toEqual({ text: '约 1 平方米，占了人行道', cursor: 13 })
  expect(withPhrase('垃圾，', 3, '占了人行道', '，').text).toBe('垃圾，占了人行道')
  expect(withPhrase('rubbish', 7, 'a hazard', ', ').text).toBe('rubbish, a hazard')
})

test('the cursor goes where the phrase has its blank, and what stands behind stays', () => {
  expect(withPhrase('甲乙', 1, '＿门口', '，')).toEqual({ text: '甲，门口乙', cursor: 2 })
})
