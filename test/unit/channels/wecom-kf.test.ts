import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { wecomKfConfigSchema } from '../../../channels/wecom-kf/config.ts'
import { addressCheck, announcement, sealed } from '../../../channels/wecom-kf/emulator/callbacks.ts'
import { newKfAccount } from '../../../channels/wecom-kf/emulator/index.ts'
import { wecomKfChannel as channel } from '../../../channels/wecom-kf/index.ts'
import type { Card, Outbound, RawRequest, Verified } from '../../../src/contract/channel.ts'
import type { MessageEnvelope } from '../../../src/contract/message.ts'
import type { JsonObject } from '../../../src/kernel/json.ts'
import { sample, samplesAreHere } from './samples.ts'

const nowMs = Date.parse('2026-11-20T02:00:00Z')
const account = newKfAccount()
const { keys, corpId } = account
const config = wecomKfConfigSchema.parse({
  corpId,
  secret: account.secret,
  token: keys.token,
  aesKey: keys.aesKey,
})

function request(method: string, query: RawRequest['query'], body: string): RawRequest {
  const at = { path: '/channels/wecom-kf/a1', headers: {}, remoteAddress: '127.0.0.1', receivedAtMs: nowMs }
  return { method, query, body: new TextEncoder().encode(body), ...at }
}

function posted(xml: string, by = keys, atMs = nowMs): RawRequest {
  const { query, body } = sealed(xml, atMs, by)
  return request('POST', query, body)
}

function pulled(row: unknown, claims: JsonObject = { openKfId: 'wk1' }): Verified {
  return { request: request('PULL', {}, JSON.stringify(row)), claims }
}

const read = (row: unknown, claims?: JsonObject) => channel.parse(pulled(row, claims), config)
const event = (fields: object) =>
  read({
    msgid: 'e1',
    send_time: 1795140000,
    origin: 4,
    msgtype: 'event',
    event: { open_kfid: 'wk1', external_userid: 'wm1', ...fields },
  })

describe('a callback of customer service', () => {
  const hintXml = announcement(corpId, 'wk1', 'ENCtoken', nowMs)
  const code = (r: RawRequest, at = nowMs) => {
    const verified = channel.verify(r, config, at)
    return verified.ok ? 'believed' : verified.refusal.code
  }
  const heard = (xml: string, by = config) => {
    const verified = channel.verify(posted(xml), config, nowMs)
    return verified.ok ? channel.parse(verified.value, by) : []
  }

  it('is a hint that names the account and carries the token, the same one when it is delivered again', () => {
    const [first] = heard(hintXml)
    expect(first).toMatchObject({
      kind: 'pull-hint',
      pullKey: 'wk1',
      pull: { openKfId: 'wk1', token: 'ENCtoken', atMs: nowMs },
    })
    expect(heard(hintXml)[0]!.dedupeKey).toBe(first!.dedupeKey)
    expect(heard(announcement(corpId, 'wk1', 'ENCother', nowMs))[0]!.dedupeKey).not.toBe(first!.dedupeKey)
  })

  it('about another event, or an account that is not wanted, is acknowledged and no hint', () => {
    expect(heard('<xml><MsgType>event</MsgType><Event>kf_account_auth_change</Event></xml>')).toEqual([])
    expect(heard(hintXml, { ...config, openKfIds: ['wk2'] })).toEqual([])
  })

  it('is refused when it is for another corporation, signed by somebody else, cut, old or no POST', () => {
    expect(code(posted(hintXml, { ...keys, receiverId: 'ww0' }))).toBe('signature.invalid')
    expect(code(posted(hintXml, { ...keys, token: 'x' }))).toBe('signature.invalid')
    const good = posted(hintXml)
    expect(code({ ...good, body: good.body.subarray(0, 80) })).toBe('signature.missing')
    expect(code(good, nowMs + 601_000)).toBe('signature.expired')
    expect(code({ ...good, method: 'PULL' })).toBe('signature.missing')
  })

  it('checks the address by decrypting the echo, as plain text', () => {
    const { query, answer } = addressCheck(nowMs, keys)
    expect(channel.handshake!(request('GET', query, ''), config)).toMatchObject({
      ok: true,
      value: { status: 200, body: answer },
    })
    const wrong = { ...query, nonce: 'x' }
    expect(channel.handshake!(request('GET', wrong, ''), config)).toMatchObject({
      refusal: { code: 'signature.invalid' },
    })
  })

  it('lets nothing through that somebody without the keys made up, and never throws', () => {
    const queries = fc.dictionary(fc.constantFrom('msg_signature', 'timestamp', 'nonce'), fc.string())
    fc.assert(
      fc.property(queries, fc.string(), (query, body) => {
        expect(code(request('POST', query, body))).not.toBe('believed')
      }),
      { numRuns: 500, seed: 21 },
    )
  })
})

describe('a pulled row', () => {
  const rows = JSON.parse(
    readFileSync(new URL('../../../channels/wecom-kf/fixtures/rows.json', import.meta.url), 'utf8'),
  ) as { row: { msgid: string; msgtype: string }; kind: string; text: string; mediaId?: string }[]
  it.each(rows)('of the type $row.msgtype is read', ({ row, kind, text, mediaId }) => {
    const [envelope] = read(row) as MessageEnvelope[]
    expect(envelope).toMatchObject({
      kind: 'message',
      dedupeKey: `msg:${row.msgid}`,
      threadKey: 'wk1:wm1',
      identity: { externalId: 'wm1' },
      message: { kind, text, replyTo: { openKfId: 'wk1' }, sentAtMs: 1795140000_000 },
    })
    const refs = envelope!.message.attachments.map(({ source }) => source)
    expect(refs).toEqual(mediaId ? [{ kind: 'fetch', ref: { mediaId } }] : [])
  })

  it('names the customer as WeCom names them', () => {
    const [envelope] = read(rows[0]!.row, { openKfId: 'wk1', customer: { nickname: '小陈', unionId: 'u1' } })
    expect(envelope).toMatchObject({ identity: { displayName: '小陈', strongIds: { unionId: 'u1' } } })
  })

  it('that a person wrote in WeCom is shown, and is never the customer’s word', () => {
    const row = { ...rows[0]!.row, origin: 5, servicer_userid: 'zhangsan', text: { content: '您好' } }
    const [envelope] = read(row) as MessageEnvelope[]
    expect(envelope!.message).toMatchObject({ automatic: 'loop', text: '[接待人员 zhangsan] 您好' })
    expect(envelope!.threadKey).toBe('wk1:wm1')
  })

  it('that is a tap on a card’s button is that press, and any other tap its words', () => {
    const tap = (menu_id: string) => read({ ...rows[0]!.row, text: { content: '满意', menu_id } })[0]
    expect(tap('y1:card-7:rate.5')).toMatchObject({
      kind: 'action',
      action: { name: 'card.press', args: { cardId: 'card-7', key: 'rate.5' } },
      identity: { externalId: 'wm1' },
    })
    expect(tap('101')).toMatchObject({ kind: 'message', message: { text: '满意' } })
  })

  it('is read or refused with an error, whatever is in it', () => {
    const part = fc.dictionary(
      fc.constantFrom(
        'content',
        'media_id',
        'latitude',
        'item',
        'list',
        'event_type',
        'scene',
        'title',
        'msg_content',
      ),
      fc.jsonValue(),
    )
    const types = fc.constantFrom(
      'text',
      'location',
      'merged_msg',
      'msgmenu',
      'event',
      'file',
      '__proto__',
      'toString',
    )
    fc.assert(
      fc.property(types, part, fc.jsonValue(), (msgtype, content, noise) => {
        const row = {
          msgid: 'm',
          msgtype,
          origin: 3,
          external_userid: 'wm1',
          open_kfid: 'wk1',
          send_time: noise,
          [msgtype]: content,
        }
        for (const envelope of read(row)) expect(envelope.dedupeKey).toBe('msg:m')
        expect(() => channel.parse(pulled(noise), config)).toThrow(Error)
      }),
      { numRuns: 500, seed: 22 },
    )
  })
})

describe('an event of a session', () => {
  it('that a customer only came in is nothing; by a device’s code it names the device', () => {
    const token = 'B'.repeat(63)
    expect(event({ event_type: 'enter_session', scene: '官网', welcome_code: 'c' })).toEqual([])
    const [entered] = event({
      event_type: 'enter_session',
      scene: 'sticker',
      scene_param: token,
    }) as MessageEnvelope[]
    expect(entered!.message).toMatchObject({ kind: 'event', text: '', recordLink: token, replyWindow: null })
    expect(entered!.message.automatic).toBeUndefined()
    expect(entered!.identity.externalId).toBe('wm1')
  })

  it('that a message of ours did not arrive is a receipt with the reason', () => {
    expect(event({ event_type: 'msg_send_fail', fail_msgid: 'x1', fail_type: 10 })).toMatchObject([
      { kind: 'receipt', providerMessageId: 'x1', status: 'failed', detail: 'fail_type 10: 用户拒收' },
    ])
  })

  it.each([
    [
      { event_type: 'session_status_change', change_type: 1, new_servicer_userid: 'zhangsan' },
      '接待人员从接待池接入了会话（zhangsan）',
    ],
    [
      { event_type: 'session_status_change', change_type: 3, old_servicer_userid: 'zhangsan' },
      '接待人员结束了会话（zhangsan）',
    ],
    [{ event_type: 'user_recall_msg', recall_msgid: 'm1' }, '客户撤回了一条消息'],
    [{ event_type: 'servicer_recall_msg', recall_msgid: 'm1' }, '接待人员撤回了一条消息'],
    [{ event_type: 'reject_customer_msg_switch_change', reject_switch: 1 }, '接待人员拒收了客户消息'],
  ])('%j is shown in the conversation and opens nothing', (fields, words) => {
    expect(event(fields)).toMatchObject([
      { message: { kind: 'event', automatic: 'auto-reply', text: '', fullText: words } },
    ])
  })

  it('about a servicer, without a customer, belongs to no conversation', () => {
    expect(
      event({
        event_type: 'servicer_status_change',
        external_userid: '',
        servicer_userid: 'zhangsan',
        status: 2,
      }),
    ).toEqual([])
  })

  it('that nobody knows is kept', () => {
    expect(event({ event_type: 'hologram' })).toMatchObject([
      { message: { unsupported: 'event:hologram', automatic: 'auto-reply' } },
    ])
  })
})

describe('what customer service says', () => {
  const out: Outbound = {
    reference: 'T1',
    to: 'wm1',
    text: '',
    automatic: false,
    thread: { openKfId: 'wk1' },
    messageId: 'm1',
    lang: 'zh',
  }
  const card: Card = {
    id: 'survey-1',
    title: '请评价本次服务',
    lines: [{ label: '工单', value: 'T1' }],
    buttons: [
      { key: 'rate.5', text: '满意' },
      { key: 'more', text: '查看进度', url: 'https://hub.example/c/t/x' },
      { key: 'x'.repeat(200), text: '太长' },
    ],
  }
  const messages = (given: Partial<Outbound>) =>
    channel.render({ ...out, ...given }, config).map((call) => call.body.message as JsonObject)

  it('draws a card as a menu: presses and links are items', () => {
    expect(messages({ card })).toEqual([
      {
        msgtype: 'msgmenu',
        msgmenu: {
          head_content: '请评价本次服务\n工单：T1',
          list: [
            { type: 'click', click: { id: 'y1:survey-1:rate.5', content: '满意' } },
            { type: 'view', view: { url: 'https://hub.example/c/t/x', content: '查看进度' } },
          ],
        },
      },
    ])
  })

  it('puts words that a menu cannot hold before it, in pieces of 2048 bytes', () => {
    const all = messages({ text: '漏'.repeat(1000), quickReplies: ['好的'] })
    expect(all.map((message) => message.msgtype)).toEqual(['text', 'text', 'msgmenu'])
    for (const message of all.slice(0, 2)) {
      const { content } = message.text as { content: string }
      expect(Buffer.byteLength(content)).toBeLessThanOrEqual(2048)
    }
  })
})

describe.skipIf(!samplesAreHere)('public samples (left out where they are not beside the project)', () => {
  it('hold a callback that is a hint', () => {
    const message = sample('payloads/wecom_kf_msg_or_event.xml')
    const [hint] = channel.parse({ request: request('POST', {}, ''), claims: { message } }, config)
    expect(hint).toMatchObject({
      kind: 'pull-hint',
      pullKey: 'wkxxxxxxx',
      pull: { token: 'ENCApHxnGDNAVNY4AaSJKj4Tb5mwsEMzxhFmHVGcra996NR', atMs: 1348831860_000 },
    })
  })

  it('hold an answer of sync_msg whose fourteen rows are read as they say', () => {
    const { response } = JSON.parse(sample('payloads/wecom_kf_sync_msg.json')) as {
      response: { msg_list: { msgtype: string }[] }
    }
    const kinds = response.msg_list.map((row) => {
      const [envelope] = read(row)
      return envelope?.kind === 'message' ? envelope.message.kind : (envelope?.kind ?? 'nothing')
    })
    expect(kinds).toEqual([
      ...['text', 'image', 'voice', 'video', 'file', 'location', 'link', 'card', 'card', 'card'],
      // enter_session without a device, msg_send_fail, servicer_status_change, session_status_change. The sample has a customer in every row.
      ...['nothing', 'receipt', 'nothing', 'event'],
    ])
    const menu = read(response.msg_list[9])[0] as MessageEnvelope
    expect(menu.message.text).toContain(
      '满意\n不满意\n点击跳转到自助查询页面\n点击打开小程序查询更多\n欢迎再次光临',
    )
  })
})
