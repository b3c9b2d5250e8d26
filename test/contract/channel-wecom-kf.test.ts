import { type WecomKfConfig, wecomKfConfigSchema } from '../../channels/wecom-kf/config.ts'
import { announcement, sealed } from '../../channels/wecom-kf/emulator/callbacks.ts'
import { newKfAccount, startKfEmulator } from '../../channels/wecom-kf/emulator/index.ts'
import { wecomKfChannel } from '../../channels/wecom-kf/index.ts'
import type { ProviderCall, RawRequest } from '../../src/contract/channel.ts'
import { channelContract } from './channel.ts'
import type { ChannelSubject, Mood } from './channel-subject.ts'

const startMs = Date.parse('2026-11-20T02:00:00Z')
const user = 'wm0kf000000000000000000000001'
const bytes = (value: object) => new TextEncoder().encode(JSON.stringify(value))

type Trouble = Parameters<Awaited<ReturnType<typeof startKfEmulator>>['server']['trouble']>[1]
const troubles: Readonly<Record<Mood, Trouble>> = {
  busy: { errcode: 45009, errmsg: 'api freq out of limit' },
  broken: { status: 502 },
  silent: 'silent',
  refusing: { errcode: 40096, errmsg: 'invalid external userid' },
  expired: { expired: 42001 },
}

/** The row that a body stands for; null for bodies that are none, which are then sealed as they are. */
function rowIn(body: Uint8Array): { msgid: string } | null {
  try {
    const row = JSON.parse(Buffer.from(body).toString())
    return typeof row?.msgid === 'string' && typeof row.msgtype === 'string' ? row : null
  } catch {
    return null
  }
}

channelContract('wecom-kf', async (): Promise<ChannelSubject<WecomKfConfig>> => {
  const account = newKfAccount()
  const { openKfId, corpId, keys } = account
  let nowMs = startMs
  // Two rows to a page: three messages take two pages.
  const emulator = await startKfEmulator({ now: () => nowMs, account, pageSize: 2 })
  const config = wecomKfConfigSchema.parse({
    corpId,
    secret: account.secret,
    token: keys.token,
    aesKey: keys.aesKey,
    baseUrl: emulator.url,
  })
  const row = (id: string, msgtype: string, content: object, origin = 3) =>
    bytes({
      msgid: id,
      send_time: startMs / 1000,
      origin,
      msgtype,
      open_kfid: openKfId,
      external_userid: user,
      [msgtype]: content,
    })
  const callback = (body: Uint8Array, by: typeof keys, atMs: number): RawRequest => {
    const xml = rowIn(body)
      ? announcement(corpId, openKfId, emulator.queue.token(), atMs)
      : Buffer.from(body).toString()
    const { query, body: said } = sealed(xml, atMs, by, 'nonce1')
    return {
      method: 'POST',
      path: '/channels/wecom-kf/a1',
      query,
      headers: {},
      body: new TextEncoder().encode(said),
      remoteAddress: '127.0.0.1',
      receivedAtMs: atMs,
    }
  }
  emulator.server.media.set('the-image', {
    content: Buffer.from('picture'),
    contentType: 'image/jpeg',
    name: 'a.jpg',
  })
  return {
    channel: wecomKfChannel,
    config,
    secretMembers: ['secret', 'token', 'aesKey'],
    startMs,
    sign(body, _id, atMs) {
      nowMs = atMs
      const made = rowIn(body)
      // Whatever is announced again is there again: WeCom gives rows more than once.
      if (made) emulator.add(made)
      return callback(body, keys, atMs)
    },
    text: (text, id) => row(id, 'text', { content: text }),
    unknown: row('m-9', 'hologram', { content: 'x' }),
    echo: row('m-8', 'text', { content: '您好' }, 5),
    media: {
      body: row('m-7', 'image', { media_id: 'the-image' }),
      content: new TextEncoder().encode('picture'),
    },
    unsigned: (r) => ({ ...r, query: { timestamp: r.query.timestamp!, nonce: r.query.nonce! } }),
    forged: (r) => callback(row('m-1', 'text', {}), { ...keys, token: 'another' }, r.receivedAtMs),
    tampered: (r) => {
      const said = Buffer.from(r.body).toString()
      const changed = said.replace(
        /<Encrypt><!\[CDATA\[(.)/,
        (_, c) => `<Encrypt><![CDATA[${c === 'A' ? 'B' : 'A'}`,
      )
      return { ...r, body: new TextEncoder().encode(changed) }
    },
    toleranceMs: 600_000,
    accepts: (response) => response.status === 200 && response.body === '',
    receiver: { to: user, thread: { openKfId } },
    wordsOf: (call: ProviderCall) => {
      const said = call.body.message as { text?: { content: string }; msgmenu?: { head_content: string } }
      return said.text?.content ?? said.msgmenu?.head_content ?? ''
    },
    async vendor() {
      return {
        config,
        waitMs: 60_000,
        mood: (mood) => {
          emulator.server.trouble('/cgi-bin/kf/send_msg', troubles[mood])
          return undefined
        },
        received: () => emulator.sessions.shown().map(({ words }) => ({ words, reference: words })),
        refusedByWindow: () => emulator.sessions.refusedByWindow,
        customerWrote: (atMs) => emulator.sessions.wrote(user, atMs),
        close: async () => {},
      }
    },
    pulled: { config },
    close: emulator.close,
  }
})
