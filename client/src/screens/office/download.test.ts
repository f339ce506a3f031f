import { csvOf } from './download'

test('a table for Excel begins with its mark and holds no formula', async () => {
  const bytes = new Uint8Array(await csvOf([['行', '要改什么'], [3, '角色“boss”不认识, "改"'], [4, '=1+1']]).arrayBuffer())
  expect([...bytes.slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf])
  expect(new TextDecoder().decode(bytes)).toBe('"行","要改什么"\r\n"3","角色“boss”不认识, ""改"""\r\n"4","\'=1+1"\r\n')
})
