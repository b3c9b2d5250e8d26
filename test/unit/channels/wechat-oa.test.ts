import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { signSealed, unseal } from '../../../channels/_kit/emulator/msg-crypt.ts'
import { cdata } from '../../../channels/_kit/wechat-xml.ts'
import { wechatOaConfigSchema } from '../../../channels/wechat-oa/config.ts'
import { type Mode, signed, xmlOf } from '../../../channels/wechat-oa/emulator/callbacks.ts'
import { newOaAccount, startOaEmulator } from '../../../channels/wechat-oa/emulator/index.ts'
import { wechatOaChannel as channel } from '../../../channels/wechat-oa/index.ts'
import type { Outbound, RawRequest, Verified } from '../../../src/contract/channel.ts'
import type { MessageEnvelope } from '../../../src/contract/message.ts'
import { sample, samplesAreHere } from './samples.ts'

const nowMs = Date.parse('2026-11-20T02:00:00Z')
const account = newOaAccount()
const config = wechatOaConfigSchema.parse({
  appId: account.appId,
  appSecret: account.appSecret,
  token: account.keys.token,
  aesKey: account.keys.aesKey,
})
const plain = { ...config, aesKey: null }
const xml = (fields: object) =>
  xmlOf({ ToUserName: 'gh_1', FromUserName: 'oA1', CreateTime: 1795140000, ...fields })

function request(body: string, query: RawRequest['query'], method = 'POST'): RawRequest {
  const at = { path: '/channels/wechat-oa/a1', headers: {}, remoteAddress: '127.0.0.1', receivedAtMs: nowMs }
  return { method, query, body: new TextEncoder().encode(body), ...at }
}

function posted(said: string, mode: Mode = 'secure', keys = account.keys, atMs = nowMs): RawRequest {
  const { body, query } = signed(said, atMs, keys, mode)
  return request(body, query)
}

const believed = (message: string): Verified => ({ request: request('', {}), claims: { message } })
const read = (message: string) => channel.parse(believed(message), config)
const event = (fields: object) => read(xml({ MsgType: 'event', ...fields }))

describe('a callback of an official account', () => {
  const cases = JSON.parse(
    readFileSync(new URL('../../../channels/wechat-oa/fixtures/callbacks.json', import.meta.url), 'utf8'),
  ) as { name: string; xml: string; kind: string; text?: string; mediaId?: string; contentType?: string }[]
  it.each(cases)('is read when it is $name', ({ xml: said, kind, text, mediaId, contentType }) => {
    const [envelope] = read(said) as MessageEnvelope[]
    expect(envelope).toMatchObject({ kind: 'message', senderKey: 'oA1', threadKey: 'oA1', message: { kind } })
    if (text !== undefined) expect(envelope!.message.text).toBe(text)
    const [file] = envelope!.message.attachments
    if (mediaId) expect(file).toMatchObject({ contentType, source: { kind: 'fetch', ref: { mediaId } } })
    expect(envelope!.message.sentAtMs).toBe(1795140000_000)
  })

  it('names a place in the coordinates of WeChat’s maps', () => {
    const [place] = read(
      xml({ MsgType: 'location', Location_X: '30.27', Location_Y: '120.15', Label: '某路', MsgId: '1' }),
    )
    expect(place).toMatchObject({
      message: { location: { lat: 30.27, lng: 120.15, crs: 'gcj02', label: '某路' } },
    })
    const [nowhere] = read(
      xml({ MsgType: 'location', Location_X: 'x', Location_Y: '999', Label: '某路', MsgId: '1' }),
    )
    expect(nowhere).toMatchObject({ message: { text: '某路' } })
    expect((nowhere as MessageEnvelope).message.location).toBeUndefined()
  })

  it('has a key of its own for each sender: message ids were seen to repeat between senders', () => {
    const keyOf = (FromUserName: string) =>
      read(xml({ FromUserName, MsgType: 'text', Content: 'x', MsgId: '7' }))[0]!.dedupeKey
    expect(keyOf('oA1')).not.toBe(keyOf('oA2'))
  })

  it('keeps a type that nobody knows, and every other event, as a placeholder', () => {
    expect(read(xml({ MsgType: 'constructor', MsgId: '1' }))).toMatchObject([
      { message: { kind: 'unsupported', unsupported: 'constructor' } },
    ])
    expect(event({ Event: 'hologram' })).toMatchObject([
      { message: { unsupported: 'event:hologram', automatic: 'auto-reply' } },
    ])
  })
})

describe('a scanned code', () => {
  const token = 'A'.repeat(63)
  it.each([
    ['by a follower', { Event: 'SCAN', EventKey: token }],
    ['by somebody who follows by it', { Event: 'subscribe', EventKey: `qrscene_${token}` }],
    [
      'in the menu, a printed sticker',
      {
        Event: 'scancode_waitmsg',
        EventKey: 'k',
        ScanCodeInfo: { ScanType: 'qrcode', ScanResult: `https://hub.example/c/r/${token}` },
      },
    ],
  ])(
    '%s hands over the token of its device, three answers in a minute, and no words of ours as the customer’s',
    (_, fields) => {
      const [envelope] = event(fields) as MessageEnvelope[]
      expect(envelope!.message).toMatchObject({
        kind: 'event',
        text: '',
        recordLink: token,
        replyWindow: { windowMs: 60_000, messages: 3 },
      })
      expect(envelope!.message.automatic).toBeUndefined()
    },
  )

  it.each(['123', `${token}x`, `http://evil/${token}`])('that says %s names no device', (scene) => {
    const [envelope] = event({ Event: 'SCAN', EventKey: scene }) as MessageEnvelope[]
    expect(envelope!.message.recordLink).toBeUndefined()
    expect(envelope!.message.fullText).toContain(scene)
  })
})

describe('an event', () => {
  it('is one event however often it is delivered, and another one when key or time differ', () => {
    const keys = [
      event({ Event: 'CLICK', EventKey: 'A' }),
      event({ Event: 'CLICK', EventKey: 'A' }),
      event({ Event: 'CLICK', EventKey: 'B' }),
      event({ Event: 'CLICK', EventKey: 'A', CreateTime: 1795140001 }),
    ].map(([envelope]) => envelope!.dedupeKey)
    expect(keys[0]).toBe(keys[1])
    expect(new Set(keys).size).toBe(3)
  })

  it.each(['VIEW', 'LOCATION', 'view_miniprogram', 'pic_weixin'])('%s starts no conversation', (Event) => {
    expect(event({ Event, EventKey: 'x' })).toEqual([])
  })

  it('that somebody followed or left is shown and opens nothing', () => {
    expect(event({ Event: 'subscribe', EventKey: '' })).toMatchObject([
      { message: { automatic: 'auto-reply', fullText: '关注了公众号' } },
    ])
    expect(event({ Event: 'unsubscribe' })).toMatchObject([
      { message: { automatic: 'auto-reply', replyWindow: null } },
    ])
  })

  it('that a template message ended is a receipt', () => {
    expect(event({ Event: 'TEMPLATESENDJOBFINISH', MsgID: '9', Status: 'success' })).toMatchObject([
      { kind: 'receipt', providerMessageId: '9', status: 'delivered' },
    ])
    expect(event({ Event: 'TEMPLATESENDJOBFINISH', MsgID: '9', Status: 'failed:user block' })).toMatchObject([
      { kind: 'receipt', status: 'failed', detail: 'failed:user block' },
    ])
  })
})

describe('a receipt text', () => {
  it.each(['plain', 'compatible', 'secure'] as const)(
    'is shown to the follower as the passive reply of the same callback (%s mode), and never answers an event',
    async (mode) => {
      const settings = {
        ...config,
        receiptText: '已收到，稍后回复',
        aesKey: mode === 'plain' ? null : config.aesKey,
      }
      const replies: string[] = []
      const emulator = await startOaEmulator({
        account,
        mode,
        now: () => nowMs,
        async post({ query, body }) {
          const verified = channel.verify(request(body, query), settings, nowMs)
          if (!verified.ok) return { status: 401, body: verified.refusal.code }
          const answer = channel.ack(verified.value, [], settings)
          replies.push(String(answer.body))
          return { status: answer.status, body: String(answer.body) }
        },
      })
      const user = emulator.newFollower()
      expect(await emulator.say(user, '空调不制冷')).toBe(1)
      expect(emulator.screen(user)).toMatchObject([{ by: 'passive', words: '已收到，稍后回复' }])
      expect(await emulator.click(user, 'menu')).toBe(1)
      expect(emulator.screen(user)).toHaveLength(1)
      // Signed and for the asker, as WeChat checks before it shows anything.
      const element = (name: string, from: string) =>
        new RegExp(`<${name}>(?:<!\\[CDATA\\[)?([^\\]<]+)`).exec(from)?.[1] ?? ''
      const [reply = ''] = replies
      const encrypted = element('Encrypt', reply)
      if (mode !== 'plain') {
        const [time, nonce] = [element('TimeStamp', reply), element('Nonce', reply)]
        const wanted = signSealed(account.keys.token, time, nonce, encrypted)
        expect(element('MsgSignature', reply)).toBe(wanted)
        expect(unseal(account.keys, encrypted).receiverId).toBe(account.appId)
      }
      const opened = mode === 'plain' ? reply : unseal(account.keys, encrypted).text
      expect([element('ToUserName', opened), element('FromUserName', opened)]).toEqual([
        user,
        'gh_emulated00001',
      ])
      await emulator.close()
    },
  )
})

describe('the proof of a callback', () => {
  const said = xml({ MsgType: 'text', Content: '你好', MsgId: '1' })
  const code = (r: RawRequest, by = config, at = nowMs) => {
    const verified = channel.verify(r, by, at)
    return verified.ok ? 'believed' : verified.refusal.code
  }

  it('holds in all three modes', () => {
    expect(code(posted(said, 'secure'))).toBe('believed')
    expect(code(posted(said, 'compatible'))).toBe('believed')
    expect(code(posted(said, 'plain'), plain)).toBe('believed')
  })

  it('is not the plain signature when the account has a key: that one covers no content', () => {
    expect(code(posted(said, 'plain'))).toBe('signature.missing')
  })

  it.each(['plain', 'compatible', 'secure'] as const)(
    'of a text of 4,000 characters fits into what is read, in the %s mode',
    (mode) => {
      const long = xml({ MsgType: 'text', Content: '空'.repeat(4000), MsgId: '1' })
      expect(posted(long, mode).body.byteLength).toBeLessThan(channel.capabilities.maxRequestBytes! / 2)
    },
  )

  it('reads the encrypted message in the compatible mode, whatever stands beside it', () => {
    const { body, query } = signed(said, nowMs, account.keys, 'compatible')
    const verified = channel.verify(request(body.replace(cdata('你好'), cdata('假的')), query), config, nowMs)
    expect(verified.ok && channel.parse(verified.value, config)).toMatchObject([
      { message: { text: '你好' } },
    ])
  })

  it('fails for another account, another token, a wrong nonce, a cut body and a GET', () => {
    const good = posted(said)
    expect(code(posted(said, 'secure', { ...account.keys, receiverId: 'wx0000000000000000' }))).toBe(
      'signature.invalid',
    )
    expect(code(posted(said, 'secure', { ...account.keys, token: 'x' }))).toBe('signature.invalid')
    expect(code({ ...good, query: { ...good.query, nonce: 'x' } })).toBe('signature.invalid')
    expect(code({ ...good, body: good.body.subarray(0, 60) })).toBe('signature.missing')
    expect(code({ ...good, method: 'GET' })).toBe('signature.missing')
    expect(
      code({
        ...good,
        body: new TextEncoder().encode(
          `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><Encrypt>&e;</Encrypt></xml>`,
        ),
      }),
    ).toBe('signature.missing')
  })

  it('ends after ten minutes', () => {
    expect(code(posted(said), config, nowMs + 601_000)).toBe('signature.expired')
    expect(code(posted(said), config, nowMs - 601_000)).toBe('signature.expired')
  })

  it('answers the address check with the echo as it came, and nothing without a signature', () => {
    const { query } = signed('<xml></xml>', nowMs, account.keys, 'plain')
    const echo = channel.handshake!(request('', { ...query, echostr: '<script>7' }, 'GET'), config)
    expect(echo).toMatchObject({
      ok: true,
      value: { body: '<script>7', headers: { 'content-type': 'text/plain; charset=utf-8' } },
    })
    expect(channel.handshake!(request('', { echostr: '7' }, 'GET'), config)).toMatchObject({
      refusal: { code: 'signature.missing' },
    })
    expect(
      channel.handshake!(request('', { ...query, nonce: 'x', echostr: '7' }, 'GET'), config),
    ).toMatchObject({ refusal: { code: 'signature.invalid' } })
    expect(channel.handshake!(posted(said), config)).toBeNull()
  })

  it('lets nothing through that somebody without the token made up, and never throws', () => {
    const queries = fc.dictionary(
      fc.constantFrom('signature', 'msg_signature', 'timestamp', 'nonce', 'encrypt_type'),
      fc.string(),
    )
    fc.assert(
      fc.property(queries, fc.string(), (query, body) => {
        expect(code(request(body, query))).not.toBe('believed')
        expect(code(request(body, query), plain)).not.toBe('believed')
      }),
      { numRuns: 500, seed: 11 },
    )
  })
})

describe('any signed message', () => {
  it('is read without an exception as long as it names sender and type', () => {
    const names = fc.constantFrom(
      'Content',
      'MediaId',
      'MediaId16K',
      'Event',
      'EventKey',
      'Location_X',
      'Location_Y',
      'Label',
      'MsgId',
      'CreateTime',
      'Format',
      'ScanCodeInfo',
      'Status',
    )
    const types = fc.constantFrom(
      'text',
      'image',
      'voice',
      'video',
      'location',
      'link',
      'event',
      '__proto__',
      'x',
    )
    fc.assert(
      fc.property(types, fc.dictionary(names, fc.string()), (MsgType, fields) => {
        const safe = Object.fromEntries(Object.entries(fields).map(([k, v]) => [k, v.replaceAll(']]>', '')]))
        for (const envelope of read(xml({ ...safe, MsgType }))) {
          expect(envelope.dedupeKey).not.toBe('')
          expect(envelope.senderKey).toBe('oA1')
        }
      }),
      { numRuns: 500, seed: 12 },
    )
  })
})

describe('what an official account says', () => {
  const out: Outbound = {
    reference: 'T260302-0001',
    to: 'oA1',
    text: '师傅明天上午到',
    automatic: false,
    thread: {},
    messageId: 'm1',
    lang: 'zh',
  }
  const withTemplate = {
    ...config,
    templateId: 'tpl',
    templateFields: ['character_string1={reference}', 'thing2={text}', 'time3={time}'],
  }

  it('is cut at 2048 bytes, and offers quick replies below the last words', () => {
    const calls = channel.render(
      { ...out, text: '漏'.repeat(1000), quickReplies: ['好的', '改时间'] },
      config,
    )
    expect(calls.map((call) => (call.body.message as { msgtype: string }).msgtype)).toEqual([
      'text',
      'msgmenu',
    ])
    expect(calls[1]!.body.message).toMatchObject({
      msgmenu: {
        list: [
          { id: '1', content: '好的' },
          { id: '2', content: '改时间' },
        ],
      },
    })
  })

  it('carries its template with the first part only, each value as short as WeChat wants it', () => {
    const calls = channel.render({ ...out, text: '很长的话'.repeat(300) }, withTemplate)
    expect(calls.length).toBe(2)
    expect(calls[1]!.body.template).toBeUndefined()
    const { data } = calls[0]!.body.template as { data: Record<string, { value: string }> }
    expect(data.character_string1).toEqual({ value: 'T260302-0001' })
    expect([...data.thing2!.value].length).toBe(20)
    expect(data.time3).toEqual({ value: '{time}' })
  })

  it('sends a file after the words, as a part of its own', () => {
    const file = { name: '报告.jpg', contentType: 'image/jpeg', hash: 'a'.repeat(64), size: 10 }
    expect(channel.render({ ...out, attachments: [file] }, config).map((call) => call.name)).toEqual([
      'send',
      'file',
    ])
  })
})

describe.skipIf(!samplesAreHere)('public samples (left out where they are not beside the project)', () => {
  // The body is read even where it is left out.
  const lines = samplesAreHere ? sample('payloads/wechat_wecom_xml.jsonl').trim().split('\n') : []
  const bodies = lines
    .map((line) => JSON.parse(line) as { id: string; platform: string; xml: string; asserts: string[] })
    .filter((each) => each.platform === 'wechat')

  it.each(bodies)(
    '$id is read, or is an event that says nothing about a conversation',
    ({ xml: said, asserts }) => {
      const envelopes = read(said)
      const type = asserts.map((line) => /assertEqual\('(\w+)', msg\.type\)/.exec(line)?.[1]).find(Boolean)
      if (type && type !== 'event' && type !== 'unknown') {
        const wanted = type === 'shortvideo' ? 'video' : type
        expect(envelopes).toMatchObject([{ kind: 'message', message: { kind: wanted } }])
      } else {
        expect(envelopes.length).toBeLessThanOrEqual(1)
      }
      const element = (name: string) =>
        new RegExp(`<${name}>(?:<!\\[CDATA\\[)?([^\\]<]+)`).exec(said)?.[1] ?? ''
      const [message] = envelopes
      if (message?.kind === 'message' && !['event', 'unsupported'].includes(message.message.kind)) {
        const { text, location, attachments } = message.message
        expect(message.senderKey).toBe(element('FromUserName'))
        for (const words of [element('Content'), element('Label'), element('Url')])
          expect(text).toContain(words)
        if (location)
          expect(location).toMatchObject({
            lat: Number(element('Location_X')),
            lng: Number(element('Location_Y')),
          })
        expect(location === undefined).toBe(element('Location_X') === '')
        const [file] = attachments
        expect(file?.source ?? null).toEqual(
          element('MediaId') ? { kind: 'fetch', ref: { mediaId: element('MediaId') } } : null,
        )
      }
      for (const line of asserts) {
        const [, words, member] = /assertEqual\('(.*)', (?:msg|event)\.(\w+)\)/.exec(line) ?? []
        const [, , number] = /assertEqual\(([\d.]+), (?:msg|event)\.(latitude|longitude)\)/.exec(line) ?? []
        if (number) expect(envelopes).toEqual([])
        if (!member || !envelopes[0]) continue
        const [envelope] = envelopes
        const told = envelope.kind === 'receipt' ? envelope.status : ''
        const { fullText = '' } = envelope.kind === 'message' ? envelope.message : {}
        if (member === 'scene_id') expect(fullText).toContain(words)
        if (member === 'scan_result' && words) expect(fullText).toContain(words)
        if (member === 'status' && told) expect(told).toBe(words === 'success' ? 'delivered' : 'failed')
        if (member === 'source') expect(envelope.senderKey).toBe(words)
        if (member === 'key' && fullText.startsWith('点击菜单')) expect(fullText).toContain(words)
      }
    },
  )
})
