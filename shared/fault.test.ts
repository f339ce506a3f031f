import { comesBack, Fault, faultCode, faultOf, faultRows, words } from './fault'
import file from './vectors/faults.json'

test.each(file.codes)('$code', ({ code, http, close, retry }) => {
  expect(faultOf(code)).toMatchObject({ code, http, close, retry })
})

test.each(file.closeCodes)('close code $close: $name', ({ close, comesBack: back }) => {
  expect(comesBack(close)).toBe(back)
})

test('L12: every fault says what is wrong and what to do, in both languages', () => {
  for (const row of faultRows) {
    for (const language of ['zh', 'en'] as const) {
      const { what, todo } = words(row.code, language)
      expect([row.code, /\p{Script=Han}/u.test(what), /\p{Script=Han}/u.test(todo)]).toEqual([row.code, language === 'zh', language === 'zh'])
    }
  }
})

test('an unknown code is internal', () => {
  expect(faultOf(file.unknownCode.code).code).toBe(file.unknownCode.becomes)
})

test('what is thrown has a code', () => {
  expect(faultCode(new Fault('storage.full', '3 bytes left'))).toBe('storage.full')
  expect(faultCode(new TypeError('x'))).toBe('internal')
  expect(new Fault('storage.full', '3 bytes left').message).toBe('storage.full: 3 bytes left')
  expect(new Fault('storage.full').message).toBe('storage.full')
})
