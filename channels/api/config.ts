import { z } from 'zod'
import { signingSecret } from '../_kit/standard-webhooks.ts'

/** An account of the open HTTP channel. */
export const apiConfigSchema = z.object({
  /** Secrets that callers may sign with (Standard Webhooks); several while one is being replaced. */
  signingSecrets: z
    .array(signingSecret)
    .max(5)
    .default([])
    .meta({
      secret: true,
      essential: true,
      hint: {
        zh: '自己生成：whsec_ 加 24 至 64 字节随机数的 Base64。用令牌时留空。',
        en: 'Made by you: whsec_ and the base64 of 24 to 64 random bytes. Leave empty with a token.',
      },
    }),
  /** Where answers are posted; without it programs read them by the receipt's address. */
  callbackUrl: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .nullable()
    .default(null)
    .meta({
      essential: true,
      pushed: true,
      needs: 'callbackSecrets',
      hint: {
        zh: '留空则由程序自己查询回复。',
        en: 'Leave empty: the program asks for the answers itself.',
      },
    }),
  /** Secrets that answers are signed with, the newest first. Needed with `callbackUrl`. */
  callbackSecrets: z
    .array(signingSecret)
    .max(5)
    .default([])
    .meta({
      secret: true,
      essential: true,
      hint: {
        zh: '写法同签名密钥；填了回复推送地址就要填。',
        en: 'Written like a signing secret; needed with the address above.',
      },
    }),
  /**
   * The API tokens that may write to this account: id, SHA-256 (hex) of the token, scopes. Not a setting: the account registry
   * puts in what is valid now.
   */
  tokens: z
    .array(z.object({ id: z.string(), hash: z.string(), scopes: z.array(z.string()) }))
    .default([])
    .meta({ supplied: true }),
})

export type ApiConfig = z.infer<typeof apiConfigSchema>

/** The scope that lets a token file requests. */
export const intakeScope = 'intake'
