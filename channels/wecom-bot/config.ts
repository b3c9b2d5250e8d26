import { z } from 'zod'
import { both } from '../../src/contract/faults.ts'

/** The vendor's own address of the long connection (document 101463). */
export const botUrl = 'wss://openws.work.weixin.qq.com'

/** A smart robot (智能机器人) in API mode with a long connection; nothing of ours needs a public address. */
export const botConfigSchema = z.object({
  botId: z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/, both('Bot ID 是字母和数字', 'The Bot ID is letters and digits'))
    .meta({
      hint: {
        zh: '智能机器人 › API 模式 › 长连接 › Bot ID',
        en: 'Smart robot › API mode › Long connection › Bot ID',
      },
    }),
  secret: z
    .string()
    .min(1)
    .max(500)
    .meta({
      secret: true,
      hint: { zh: '智能机器人 › API 模式 › 长连接 › Secret', en: 'The same page › Secret' },
    }),
  /** Where the robot connects to. */
  wsUrl: z
    .url({ protocol: /^wss?$/ })
    .max(500)
    .default(botUrl),
})

/** Settings of one robot. */
export type BotConfig = z.infer<typeof botConfigSchema>
