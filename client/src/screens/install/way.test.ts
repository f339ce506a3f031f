import { wayOf } from './way'

const iPhone = (system: string, rest: string) => `Mozilla/5.0 (iPhone; CPU iPhone OS ${system} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) ${rest}`

test.each([
  ['iOS 16', iPhone('16_4', 'Version/16.4 Mobile/15E148 Safari/604.1'), true, 'safari'],
  ['iOS 18', iPhone('18_6', 'Version/18.6 Mobile/15E148 Safari/604.1'), true, 'safari'],
  ['iOS 26, which says that it is 18', iPhone('18_6', 'Version/26.0 Mobile/15E148 Safari/604.1'), true, 'safariNew'],
  ['an iPad that says so', 'Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1', true, 'safariPad'],
  ['an iPad as a Mac', 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15', true, 'safariPad'],
  ['Chrome on an iPhone', iPhone('18_5', 'CriOS/138.0.7204.119 Mobile/15E148 Safari/604.1'), true, 'notSafari'],
  ['QQ on an iPhone', iPhone('17_5', 'Version/17.5 MQQBrowser/15.1 Mobile/15E148 Safari/604.1'), true, 'notSafari'],
  ['a page inside an app', iPhone('17_5', 'Mobile/15E148'), true, 'notSafari'],
  ['Android', 'Mozilla/5.0 (Linux; Android 14; V2309A) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Mobile Safari/537.36', false, 'android'],
  ['a desk', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36', false, 'desk'],
] as const)('%s', (_, agent, apple, way) => {
  expect(wayOf(agent, apple)).toBe(way)
})
