import { randomBytes } from 'node:crypto'
import { type FeishuConfig, feishuConfigSchema } from '../../channels/feishu/config.ts'
import { signatureOf } from '../../channels/feishu/crypto.ts'
import { eventOf, messageEvent } from '../../channels/feishu/emulator/events.ts'
import { FeishuEmulator } from '../../channels/feishu/emulator/index.ts'
import { ladderMs } from '../../channels/feishu/emulator/ladder.ts'
import { frameRequest } from '../../channels/feishu/frame.ts'
import { feishuChannel } from '../../channels/feishu/index.ts'
import { limits } from '../../channels/feishu/limits.ts'
import type { RawRequest } from '../../src/contract/channel.ts'
import { channelContract } from './channel.ts'
import type { ChannelSubject, Mood, Vendor } from './channel-subject.ts'

const startMs = Date.parse('2026-03-02T09:00:00+08:00')
const bytes = (value: object) => new TextEncoder().encode(JSON.stringify(value))
const customer = { open_id: 'ou_customer', union_id: 'on_customer', user_id: 'c1' }
const faults = {
  busy: 'busy',
  broken: 'broken',
  silent: 'silent',
  refusing: 'refusing-200',
  expired: 'expired',
} as const satisfies Record<Mood, string>

function configOf(emulator: FeishuEmulator, mode: FeishuConfig['mode']): FeishuConfig {
  return feishuConfigSchema.parse({
    mode,
    appId: emulator.appId,
    appSecret: emulator.appSecret,
    ...(mode === 'webhook' && emulator.encryptKey ? { encryptKey: emulator.encryptKey } : {}),
    verificationToken: emulator.verificationToken,
    baseUrl: emulator.baseUrl,
  })
}

/** The emulated Feishu as the receiver of what the channel sends. */
async function vendor(mode: FeishuConfig['mode']): Promise<Vendor<FeishuConfig>> {
  const emulator = await new FeishuEmulator({ mode, now: () => startMs }).start()
  const person = emulator.world.person('张工')
  emulator.world.people.set('张工', { ...person, open_id: customer.open_id })
  // What the suite's message with a file points at.
  emulator.world.files.set('file_1', {
    name: 'a.txt',
    type: 'text/plain',
    bytes: Buffer.from('file content'),
  })
  emulator.world.messages.push({
    id: 'om_m-7',
    chatId: person.chatId,
    from: customer.open_id,
    type: 'file',
    content: JSON.stringify({ file_key: 'file_1' }),
    atMs: startMs,
    // Not on the screen: only what the channel sends is to be counted there.
    recalled: true,
  })
  return {
    config: configOf(emulator, mode),
    waitMs: 7000,
    mood(mood) {
      emulator.fault(faults[mood])
      return undefined
    },
    received: () =>
      emulator.screen('张工').map(({ text, card }) => {
        const words = card ? JSON.stringify(card) : text
        return { words, reference: words }
      }),
    refusedByWindow: () => 0,
    customerWrote: () => {},
    close: () => emulator.stop(),
  }
}

/** What does not depend on how an event comes in. */
function common(emulator: FeishuEmulator, mode: FeishuConfig['mode']) {
  const said = (id: string, type: string, content: object, sender: typeof customer | 'app' = customer) =>
    bytes(
      messageEvent(emulator.origin, `ev_${id}`, sender, {
        id: `om_${id}`,
        type,
        content: JSON.stringify(content),
        chatId: 'oc_1',
        chatType: 'p2p',
        atMs: startMs,
      }),
    )
  return {
    channel: feishuChannel,
    config: configOf(emulator, mode),
    secretMembers: ['appSecret', 'encryptKey', 'verificationToken'],
    startMs,
    ladderMs: ladderMs.map((_, i) => ladderMs.slice(0, i + 1).reduce((a, b) => a + b, 0)),
    text: (text: string, id: string) => said(id, 'text', { text }),
    unknown: said('m-9', 'hologram', { depth: 3 }),
    echo: said('m-8', 'text', { text: '您好' }, 'app'),
    media: {
      body: said('m-7', 'file', { file_key: 'file_1', file_name: 'a.txt' }),
      content: new TextEncoder().encode('file content'),
    },
    accepts: (response: { status: number; body?: string | Uint8Array }) =>
      response.status === 200 && typeof JSON.parse(String(response.body)) === 'object',
    cards: {
      press: (cardId: string, key: string, id: string) =>
        bytes(
          eventOf(emulator.origin, 'card.action.trigger', `ev_${id}`, startMs, {
            operator: customer,
            action: { tag: 'button', value: { cardId, key } },
            context: { open_message_id: 'om_card', open_chat_id: 'oc_1' },
          }),
        ),
      handle: 'om_card',
      answered: (response: { body?: string | Uint8Array }) =>
        String(JSON.parse(String(response.body)).toast.content),
    },
    receiver: { to: customer.open_id, thread: {} },
    wordsOf: (call: { body: Record<string, unknown> }) =>
      String((call.body.content as { text?: string }).text ?? ''),
    vendor: () => vendor(mode),
  }
}

function posted({ headers, body }: Pick<RawRequest, 'headers' | 'body'>, atMs: number): RawRequest {
  const path = '/channels/feishu/a1'
  return { method: 'POST', path, query: {}, headers, body, remoteAddress: '127.0.0.1', receivedAtMs: atMs }
}

// Started only for its keys: what is sent to goes to the one of `vendor()`.
async function keysOnly(options: ConstructorParameters<typeof FeishuEmulator>[0]): Promise<FeishuEmulator> {
  const emulator = await new FeishuEmulator(options).start()
  Object.defineProperty(emulator, 'baseUrl', { value: emulator.baseUrl })
  await emulator.stop()
  return emulator
}

channelContract('feishu (webhook, encrypted)', async (): Promise<ChannelSubject<FeishuConfig>> => {
  const emulator = await keysOnly({ mode: 'webhook', now: () => startMs })
  const resigned = (r: RawRequest, key: string, body = r.body) => {
    const time = r.headers['x-lark-request-timestamp']!
    const nonce = r.headers['x-lark-request-nonce']!
    return { ...r, body, headers: { ...r.headers, 'x-lark-signature': signatureOf(time, nonce, key, body) } }
  }
  return {
    ...common(emulator, 'webhook'),
    sign: (body, _id, nowMs) => posted(emulator.signed(body, nowMs), nowMs),
    unsigned: (r) => ({ ...r, headers: { 'content-type': 'application/json' } }),
    forged: (r) => resigned(r, randomBytes(16).toString('hex')),
    // Encrypted again with the right key, under the old signature.
    tampered: (r) => ({ ...r, body: emulator.signed(bytes({ schema: '2.0' }), startMs).body }),
    toleranceMs: limits.redeliveryMs,
  }
})

channelContract('feishu (webhook, token only)', async (): Promise<ChannelSubject<FeishuConfig>> => {
  const emulator = await keysOnly({ mode: 'webhook', encrypted: false, now: () => startMs })
  const withToken = (r: RawRequest, token: string) => ({
    ...r,
    body: Buffer.from(Buffer.from(r.body).toString().replace(emulator.verificationToken, token)),
  })
  return {
    ...common(emulator, 'webhook'),
    sign: (body, _id, nowMs) => posted(emulator.signed(body, nowMs), nowMs),
    unsigned: (r) => withToken(r, ''),
    forged: (r) => withToken(r, randomBytes(16).toString('hex')),
    tampered: () => ({
      never: 'the token proves who sends, not what; README.md says so, TLS protects the way',
    }),
    toleranceMs: {
      never: 'nothing in an unencrypted delivery has a signed time; its event id makes a repeat harmless',
    },
  }
})

channelContract('feishu (long connection)', async (): Promise<ChannelSubject<FeishuConfig>> => {
  const emulator = await keysOnly({ mode: 'long-connection', now: () => startMs })
  const shared = common(emulator, 'long-connection')
  return {
    ...shared,
    sign: (body, _id, nowMs) => frameRequest(body, nowMs, shared.config),
    unsigned: (r) => ({ ...r, headers: {} }),
    forged: (r) => frameRequest(r.body, startMs, { ...shared.config, appSecret: 'another secret' }),
    tampered: (r) => ({
      ...r,
      body: Buffer.from(Buffer.from(r.body).toString().replace('ou_customer', 'ou_another')),
    }),
    toleranceMs: {
      never: 'the proof is made by the hub itself when a frame is heard; nobody could capture one',
    },
  }
})
