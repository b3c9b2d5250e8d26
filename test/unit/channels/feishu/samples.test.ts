import { describe, expect, it } from 'vitest'
import { feishuConfigSchema } from '../../../../channels/feishu/config.ts'
import { openSealed, signatureOf } from '../../../../channels/feishu/crypto.ts'
import { sealText, signDelivery, signText } from '../../../../channels/feishu/emulator/crypto.ts'
import { buttonValue, parse } from '../../../../channels/feishu/parse.ts'
import { handshake, verify } from '../../../../channels/feishu/verify.ts'
import type { RawRequest } from '../../../../src/contract/channel.ts'
import type { JsonObject } from '../../../../src/kernel/json.ts'
import { sample, samplesAreHere } from '../samples.ts'

interface Vector {
  readonly id: string
  readonly encrypt_key: string
  readonly encrypt?: string
  readonly plaintext?: string
  readonly timestamp?: string
  readonly nonce?: string
  readonly body?: string
  readonly signature?: string
}

const vectors: Vector[] = samplesAreHere ? JSON.parse(sample('crypto/feishu.json')) : []
const events: Record<string, JsonObject> = samplesAreHere
  ? JSON.parse(sample('payloads/feishu_events.json'))
  : {}
const config = (more: object) =>
  feishuConfigSchema.parse({ mode: 'webhook', appId: 'cli_0123456789abcdef', appSecret: 's', ...more })
const post = (body: string): RawRequest => ({
  method: 'POST',
  path: '/channels/feishu/a1',
  query: {},
  headers: {},
  body: Buffer.from(body),
  remoteAddress: '127.0.0.1',
  receivedAtMs: 0,
})

describe.skipIf(!samplesAreHere)('public vectors of Feishu (left out where the samples are not)', () => {
  it.each(vectors.filter((v) => v.encrypt).map((v) => [v.id, v] as const))('%s is opened', (_, vector) => {
    expect(openSealed(vector.encrypt_key, vector.encrypt!)).toBe(vector.plaintext)
  })

  it.each(vectors.filter((v) => v.signature).map((v) => [v.id, v] as const))(
    '%s has the signature that we compute',
    (_, { timestamp, nonce, encrypt_key, body, signature }) => {
      expect(signatureOf(timestamp!, nonce!, encrypt_key, body!)).toBe(signature)
    },
  )

  it.each(vectors.filter((v) => v.plaintext).map((v) => [v.id, v] as const))(
    '%s is sealed by the emulator so that it is opened to the same text, under this key only',
    (_, { encrypt_key, plaintext }) => {
      const { body, headers } = signDelivery({ encryptKey: encrypt_key }, plaintext!, 1_700_000_000_000)
      const { encrypt } = JSON.parse(Buffer.from(body).toString()) as { encrypt: string }
      expect(openSealed(encrypt_key, encrypt)).toBe(plaintext)
      const [time, nonce] = [headers['x-lark-request-timestamp']!, headers['x-lark-request-nonce']!]
      expect(signatureOf(time, nonce, encrypt_key, body)).toBe(headers['x-lark-signature'])
    },
  )

  it.each(vectors.filter((v) => v.encrypt && v.plaintext).map((v) => [v.id, v] as const))(
    '%s is the cipher text that the emulator makes with the same initial vector',
    (_, { encrypt_key, encrypt, plaintext }) => {
      const iv = Buffer.from(encrypt!, 'base64').subarray(0, 16)
      expect(sealText(encrypt_key, plaintext!, iv)).toBe(encrypt)
    },
  )

  it.each(vectors.filter((v) => v.signature).map((v) => [v.id, v] as const))(
    '%s has the signature that the emulator computes',
    (_, { timestamp, nonce, encrypt_key, body, signature }) => {
      expect(signText({ timestamp: timestamp!, nonce: nonce!, encryptKey: encrypt_key }, body!)).toBe(
        signature,
      )
    },
  )

  it('answers the encrypted challenge of the official client’s own test', () => {
    const vector = vectors.find((v) => v.id === 'feishu-node-challenge')!
    const answer = handshake(
      post(JSON.stringify({ encrypt: vector.encrypt })),
      config({ encryptKey: vector.encrypt_key }),
    )
    expect(answer).toMatchObject({ ok: true })
    expect(answer?.ok && JSON.parse(String(answer.value.body))).toEqual({
      challenge: '5634b122-c042-4634-bc7f-b07a3c3e77ad',
    })
  })

  it('reads the message event: who, where, what was said besides the bot’s name', () => {
    const event = events.im_message_receive_v1!
    const token = (event.header as JsonObject).token
    const settings = config({ verificationToken: token })
    const verified = verify(post(JSON.stringify(event)), settings, 0)
    expect(verified.ok).toBe(true)
    const [envelope] = verified.ok ? parse(verified.value, settings) : []
    expect(envelope).toMatchObject({
      kind: 'message',
      dedupeKey: 'message:om_x',
      threadKey: '["oc_x","ou_x"]',
      threadRefs: ['om_p', 'om_r'],
      identity: { externalId: 'ou_x', strongIds: { unionId: 'on_x' } },
      message: { text: '空调不制冷', fullText: '@售后机器人 空调不制冷', sentAtMs: 1609073151345 },
    })
  })

  it('reads a button’s value that is JSON inside JSON inside JSON', () => {
    const action = (events.card_action_trigger!.event as JsonObject).action as JsonObject
    expect(buttonValue(action.value)).toEqual({ action: 'allow', request_id: 'r1' })
  })
})
