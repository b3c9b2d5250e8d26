import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { phoneConfigSchema } from '../../../channels/phone-webhook/config.ts'
import { phoneWebhookChannel } from '../../../channels/phone-webhook/index.ts'
import { wechatOaConfigSchema } from '../../../channels/wechat-oa/config.ts'
import { newOaAccount } from '../../../channels/wechat-oa/emulator/index.ts'
import { wechatOaChannel } from '../../../channels/wechat-oa/index.ts'
import type { RawRequest } from '../../../src/contract/channel.ts'
import { sample, samplesAreHere, samplesFolder } from './samples.ts'

/** Which test reads a file of the public samples, or why none does. */
const files: Readonly<Record<string, { readonly by: readonly string[] } | { readonly why: string }>> = {
  'crypto/wx_dingtalk_msgcrypt.json': {
    by: ['msg-crypt', 'wechat-emulator-crypt', 'wecom/verify', 'dingtalk/verify'],
  },
  'crypto/feishu.json': { by: ['feishu/samples'] },
  'crypto/other_signatures.json': { by: ['samples', 'dingtalk/verify'] },
  'crypto/twilio.json': {
    why: 'there is no Twilio channel, and its signature covers the address, which no scheme of phone-webhook names',
  },
  'payloads/twilio_voice.json': { why: 'there is no Twilio channel' },
  'payloads/wechat_wecom_xml.jsonl': { by: ['wechat-xml', 'wechat-oa', 'wecom/parse'] },
  'payloads/wecom_kf_msg_or_event.xml': { by: ['wecom-kf'] },
  'payloads/wecom_kf_sync_msg.json': { by: ['wecom-kf'] },
  'payloads/dingtalk_stream_frame_text.json': { by: ['dingtalk/parse'] },
  'payloads/dingtalk_stream_frame_picture.json': { by: ['dingtalk/parse'] },
  'payloads/dingtalk_stream_frame_rich_text.json': { by: ['dingtalk/parse'] },
  'payloads/dingtalk_stream_frame_file.json': { by: ['dingtalk/parse'] },
  'payloads/dingtalk_stream_card_callback.built.json': { by: ['dingtalk/parse'] },
  'payloads/dingtalk_stream_system_frames.json': { by: ['dingtalk/parse'] },
  'payloads/feishu_events.json': { by: ['feishu/samples'] },
}

interface Vector {
  readonly id: string
  readonly secret: string
  readonly token: string
  readonly timestamp: string
  readonly nonce: string
  readonly body: string
  readonly signature: string
  readonly expect_failure?: boolean
}

/** Which vector of `other_signatures.json` is checked here, elsewhere, or not, and why. */
const signatures: Readonly<Record<string, string>> = {
  'slack-official': 'here, as a scheme of phone-webhook',
  'line-sdk': 'here, as a scheme of phone-webhook',
  'line-sdk-negative': 'here, as a scheme of phone-webhook',
  'hub-sha256-official': 'here, as a scheme of phone-webhook',
  'wechat-mp-plain-signature-derived': 'here, through wechat-oa',
  'dingtalk-robot-sign-derived': 'dingtalk/verify',
  'feishu-custom-bot-sign-derived': 'not: custom robots of a group only take messages; the channel is an app',
}

/** How Slack, LINE and Meta sign, in the words of phone-webhook's settings. */
const schemes: Readonly<
  Record<string, { readonly sign: object; header(v: Vector): Record<string, string> }>
> = {
  slack: {
    sign: {
      signText: 'v0:{x-slack-request-timestamp}:{body}',
      signName: 'x-slack-signature',
      signPrefix: 'v0=',
      timestampName: 'x-slack-request-timestamp',
    },
    header: (v) => ({ 'x-slack-signature': v.signature, 'x-slack-request-timestamp': v.timestamp }),
  },
  line: {
    sign: { signText: '{body}', signName: 'x-line-signature', encoding: 'base64' },
    header: (v) => ({ 'x-line-signature': v.signature }),
  },
  hub: {
    sign: { signText: '{body}', signName: 'x-hub-signature-256', signPrefix: 'sha256=' },
    header: (v) => ({ 'x-hub-signature-256': v.signature }),
  },
}

const post = (body: string, more: Partial<RawRequest>): RawRequest => ({
  method: 'POST',
  path: '/channels/x/1',
  query: {},
  headers: {},
  body: Buffer.from(body),
  remoteAddress: '203.0.113.9',
  receivedAtMs: 0,
  ...more,
})

describe.skipIf(!samplesAreHere)(
  'the public samples (left out where they are not beside the project)',
  () => {
    const vectors: Vector[] = samplesAreHere ? JSON.parse(sample('crypto/other_signatures.json')) : []

    it('are each read by a test that names them, or it is said why not', () => {
      const found = readdirSync(samplesFolder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && /\/(crypto|payloads)$/.test(entry.parentPath))
        .map((entry) => `${entry.parentPath.split('/').at(-1)}/${entry.name}`)
      expect(found.sort()).toEqual(Object.keys(files).sort())
      for (const [file, told] of Object.entries(files)) {
        if ('why' in told) continue
        for (const test of told.by) {
          const text = readFileSync(join(import.meta.dirname, `${test}.test.ts`), 'utf8')
          // The frames of messages are named by their last word.
          const named =
            text.includes(file) || text.includes(file.replace(/_(text|picture|rich_text|file)\.json$/, '_${'))
          expect({ file, test, named }).toEqual({ file, test, named: true })
        }
      }
      expect(vectors.map(({ id }) => id).sort()).toEqual(Object.keys(signatures).sort())
    })

    it.each(vectors.filter(({ id }) => schemes[id.split('-')[0]!]).map((v) => [v.id, v] as const))(
      '%s is what a report signed in that way is judged as',
      (id, vector) => {
        const scheme = schemes[id.split('-')[0]!]!
        const config = phoneConfigSchema.parse({ signSecret: vector.secret, sign: scheme.sign })
        const verify = (body: string) => {
          const request = post(body, { headers: scheme.header(vector) })
          return phoneWebhookChannel.verify(request, config, Number(vector.timestamp ?? 0) * 1000).ok
        }
        expect(verify(vector.body)).toBe(!vector.expect_failure)
        expect(verify(`${vector.body}x`)).toBe(false)
      },
    )

    it('WeChat’s plain signature is believed for its token, and for ten minutes', () => {
      const { token, timestamp, nonce, signature } = vectors.find(({ id }) =>
        id.startsWith('wechat-mp-plain'),
      )!
      const { appId, appSecret } = newOaAccount()
      const config = wechatOaConfigSchema.parse({ appId, appSecret, token })
      const query = { signature, timestamp, nonce }
      const atMs = Number(timestamp) * 1000
      expect(wechatOaChannel.verify(post('<xml></xml>', { query }), config, atMs).ok).toBe(true)
      expect(wechatOaChannel.verify(post('<xml></xml>', { query }), config, atMs + 601_000).ok).toBe(false)
      const other = { ...config, token: `${token}x` }
      expect(wechatOaChannel.verify(post('<xml></xml>', { query }), other, atMs).ok).toBe(false)
    })
  },
)
