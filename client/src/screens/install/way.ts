/** How this browser puts a page on the home screen: each has words of its own. */
export type Way = 'safariNew' | 'safari' | 'safariPad' | 'notSafari' | 'android' | 'desk'

const others = /CriOS|FxiOS|EdgiOS|OPiOS|MQQBrowser|UCBrowser|baidu|Quark|DingTalk|Lark|MicroMessenger/i

/**
 * @param agent what the browser calls itself; since Safari 26 only its own version is true in it, the system's is not
 * @param apple whether it is an iPhone or an iPad, which may call itself a Mac
 */
export function wayOf(agent: string, apple: boolean): Way {
  if (!apple) return /Android/.test(agent) ? 'android' : 'desk'
  const version = Number(/Version\/(\d+)/.exec(agent)?.[1] ?? 0)
  if (version === 0 || others.test(agent)) return 'notSafari'
  if (!/iPhone|iPod/.test(agent)) return 'safariPad'
  return version >= 26 ? 'safariNew' : 'safari'
}
