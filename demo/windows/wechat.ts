import type { Callback, CourierOptions, Posted } from '../../channels/_kit/emulator/courier.ts'
import { startOaEmulator } from '../../channels/wechat-oa/emulator/index.ts'
import { startKfEmulator } from '../../channels/wecom-kf/emulator/index.ts'
import type { Line, Person, Vendor } from './window.ts'

/** What the customers of one window typed; the emulators keep only what they were sent. */
function typed() {
  const lines = new Map<string, { at: number; line: Line }[]>()
  const of = (id: string) => lines.get(id) ?? []
  return {
    add(id: string, shownBefore: number, line: Line) {
      lines.set(id, [...of(id), { at: shownBefore, line }])
    },
    /** What was typed and what was shown, in the order in which it happened. */
    mixed(id: string, shown: readonly Line[]): readonly Line[] {
      const all: Line[] = []
      const own = [...of(id)]
      for (let i = 0; i <= shown.length; i++) {
        while (own[0] && own[0].at <= i) all.push(own.shift()!.line)
        if (i < shown.length) all.push(shown[i]!)
      }
      return all
    },
  }
}

/** How WeChat reaches the hub, on a line that can lose an answer. The pause before a repeat is one second instead of five. */
class Wire implements CourierOptions {
  readonly redeliverMs = 1000
  url = ''
  private losing = 0

  lose(): void {
    this.losing++
  }

  readonly post = async ({ query, body }: Callback): Promise<Posted | null> => {
    const answer = await fetch(`${this.url}?${new URLSearchParams({ ...query })}`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'text/xml' },
      signal: AbortSignal.timeout(5000),
    })
      .then(async (response) => ({ status: response.status, body: await response.text() }))
      .catch(() => null)
    if (this.losing === 0) return answer
    this.losing--
    return null
  }
}

/** What the windows of WeChat's two kinds of emulator have in common. */
interface Emulator {
  screen(id: string): readonly { readonly words: string }[]
  say(id: string, text: string): Promise<unknown>
  sendImage(id: string, content: Buffer): Promise<unknown>
  close(): Promise<void>
}

/** A vendor with one customer who writes from WeChat. */
function fromWeChat(
  emulator: Emulator,
  customer: Person,
  names: Pick<Vendor, 'kind' | 'accountName' | 'config'> & { readonly zh: string; readonly en: string },
  wire: Wire,
): Vendor {
  const { kind, accountName, config, zh, en } = names
  const own = typed()
  const shown = (id: string): Line[] => emulator.screen(id).map(({ words }) => ({ by: 'hub', text: words }))
  return {
    kind,
    accountName,
    config,
    connect: (url) => {
      wire.url = url
    },
    window: {
      vendor: kind,
      zh,
      en,
      people: [customer],
      screen: (id) => own.mixed(id, shown(id)),
      say: (id, text) => {
        own.add(id, shown(id).length, { by: 'person', text })
        return emulator.say(id, text)
      },
      loseAnswer: () => wire.lose(),
      sendImage: (id, content) => {
        own.add(id, shown(id).length, { by: 'person', text: '', picture: true })
        return emulator.sendImage(id, content)
      },
    },
    stop: () => emulator.close(),
  }
}

/** WeChat's official account: a follower writes. */
export async function wechatOa(): Promise<Vendor> {
  const wire = new Wire()
  const emulator = await startOaEmulator(wire)
  const { appId, appSecret, keys } = emulator.account
  const config = { appId, appSecret, token: keys.token, aesKey: keys.aesKey, baseUrl: emulator.url }
  const follower: Person = { id: emulator.newFollower(), name: '李女士', role: 'customer' }
  const names = {
    kind: 'wechat-oa',
    accountName: '模拟公众号',
    zh: '微信公众号',
    en: 'WeChat official account',
  }
  return fromWeChat(emulator, follower, { ...names, config }, wire)
}

/** WeCom's customer service: a WeChat user writes in the chat with the company. */
export async function wecomKf(): Promise<Vendor> {
  const wire = new Wire()
  const emulator = await startKfEmulator(wire)
  const { corpId, secret, keys } = emulator.account
  const config = { corpId, secret, token: keys.token, aesKey: keys.aesKey, baseUrl: emulator.url }
  const customer: Person = { id: emulator.newCustomer(), name: '周先生', role: 'customer' }
  const names = {
    kind: 'wecom-kf',
    accountName: '模拟微信客服',
    zh: '微信客服',
    en: 'WeCom customer service',
  }
  return fromWeChat(emulator, customer, { ...names, config }, wire)
}
