import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { both } from '../../src/contract/faults.ts'

const address = (usual: string) =>
  z
    .url({ protocol: /^https?$/ })
    .max(300)
    .default(usual)
    .transform((value) => value.replace(/\/+$/, ''))

/** The settings of one DingTalk application with its robot (channels/dingtalk/README.md says where each is found). */
export const dingtalkConfigSchema = z.object({
  /** Client ID of the application, formerly AppKey. */
  clientId: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .meta({
      hint: { zh: '开发者后台 › 应用 › 凭证与基础信息', en: 'Developer console › app › Credentials' },
    }),
  /** Client Secret, formerly AppSecret. */
  clientSecret: z.string().trim().min(1).max(300).meta({ secret: true }),
  /** Code of the robot; the Client ID where the application has one robot. */
  robotCode: z
    .string()
    .trim()
    .max(200)
    .default('')
    .meta({ hint: { zh: '留空即 Client ID', en: 'Leave empty: the Client ID' } }),
  /** How DingTalk reaches the hub: the hub keeps connections open, or DingTalk posts to the callback address. */
  mode: z
    .enum(['stream', 'http'])
    .default('stream')
    .meta({
      essential: true,
      options: {
        stream: {
          zh: 'Stream 模式：由本系统连接钉钉，不需要公网地址',
          en: 'Stream: the hub connects, no public address is needed',
        },
        http: {
          zh: 'HTTP 模式：钉钉推送到回调地址',
          en: 'HTTP: DingTalk posts to the callback address',
        },
      },
    }),
  /** Connections kept open in Stream mode on each node; with two, nothing is lost while one is renewed. */
  connections: z
    .int()
    .min(1)
    .max(10)
    .default(2)
    .meta({ modes: ['stream'] }),
  /** Template of the job cards, made in the card builder; without it cards are messages with buttons. */
  cardTemplateId: z
    .string()
    .trim()
    .max(200)
    .default('')
    .meta({ hint: { zh: '卡片平台 › 模板 ID', en: 'Card platform › template id' } }),
  /** Also subscribe to the events that are ticked in the developer console (Stream mode). They count against the quota. */
  events: z
    .boolean()
    .default(false)
    .meta({ modes: ['stream'] }),
  /** Token of the event subscription (HTTP mode). */
  eventToken: z
    .string()
    .trim()
    .max(200)
    .optional()
    .meta({ secret: true, essential: true, modes: ['http'] }),
  /** AES key of the event subscription (HTTP mode): 43 characters. */
  eventAesKey: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9+/]{43}$/, both('应为 43 个字符', 'must be 43 characters'))
    .optional()
    .meta({ secret: true, essential: true, modes: ['http'] }),
  /** The organisation's CorpId: older event subscriptions are sealed for it instead of the Client ID. */
  corpId: z
    .string()
    .trim()
    .max(200)
    .default('')
    .meta({
      modes: ['http'],
      hint: {
        zh: '旧的事件订阅按 CorpId 加密时才需要。',
        en: 'Only where an older event subscription is sealed for it.',
      },
    }),
  /** The API's address; private clouds and DingTalk International have their own. */
  baseUrl: address('https://api.dingtalk.com'),
  /** The older API's address, where media are uploaded. */
  oapiUrl: address('https://oapi.dingtalk.com'),
})

/** Settings of one account. */
export type DingtalkConfig = z.infer<typeof dingtalkConfigSchema>

/** The robot that sends. */
export const robotCodeOf = (config: DingtalkConfig) => config.robotCode || config.clientId

/**
 * The `apiSecret` under which our card callback address is registered: it follows from the Client Secret, so that nobody has to
 * invent and copy one.
 */
export function cardSecretOf(config: DingtalkConfig): string {
  return createHmac('sha256', config.clientSecret).update('yitong card callback').digest('hex')
}
