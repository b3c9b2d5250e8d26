import { z } from 'zod'
import { both } from '../../src/contract/faults.ts'
import type { MsgCryptKeys } from '../_kit/msg-crypt.ts'
import { type WecomApp, wecomBaseUrl } from '../_kit/wecom-client.ts'

/** An application (自建应用) of one corporation. Everything is copied from WeCom's administration pages (README.md says where). */
export const wecomConfigSchema = z.object({
  corpId: z
    .string()
    .regex(
      /^[0-9A-Za-z_-]{1,64}$/,
      both('企业 ID 形如 ww0123456789abcdef', 'The corp id looks like ww0123456789abcdef'),
    )
    .meta({ hint: { zh: '管理后台 › 我的企业 › 企业信息 › 企业 ID', en: 'My Enterprise › Enterprise ID' } }),
  agentId: z
    .string()
    .regex(/^\d{1,12}$/, both('AgentId 是数字', 'The AgentId is a number'))
    .meta({ hint: { zh: '应用管理 › 自建应用 › AgentId', en: 'App Management › the app › AgentId' } }),
  secret: z
    .string()
    .min(1)
    .max(200)
    .meta({
      secret: true,
      hint: { zh: '应用管理 › 自建应用 › Secret', en: 'App Management › the app › Secret' },
    }),
  token: z
    .string()
    .regex(/^[0-9A-Za-z]{1,32}$/, both('Token 最长 32 位字母或数字', 'At most 32 letters and digits'))
    .meta({
      secret: true,
      hint: { zh: '应用 › 接收消息 › 设置 API 接收 › Token', en: 'Receive Messages › Token' },
    }),
  aesKey: z
    .string()
    .regex(/^[0-9A-Za-z+/]{43}$/, both('EncodingAESKey 是 43 位', 'The EncodingAESKey has 43 characters'))
    .meta({
      secret: true,
      hint: {
        zh: '应用 › 接收消息 › 设置 API 接收 › EncodingAESKey',
        en: 'Receive Messages › EncodingAESKey',
      },
    }),
  /** WeCom's host; a private edition (私有化) has its own. */
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .max(500)
    .default(wecomBaseUrl),
})

/** Settings of one application. */
export type WecomConfig = z.infer<typeof wecomConfigSchema>

/** Keys of its callbacks. */
export function keysOf(config: WecomConfig): MsgCryptKeys {
  return { token: config.token, aesKey: config.aesKey, receiveId: config.corpId }
}

/** The application as the interface knows it. */
export function appOf({ baseUrl, corpId, secret }: WecomConfig): WecomApp {
  return { baseUrl, corpId, secret }
}
