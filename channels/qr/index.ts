import type {
  Capabilities,
  Channel,
  Outbound,
  ProviderCall,
  RawResponse,
  ReceiveOutcome,
  TestStep,
  Verified,
} from '../../src/contract/channel.ts'
import type { ChannelIo } from '../../src/contract/ports.ts'
import { cardText } from '../_kit/card-text.ts'
import { splitText } from '../_kit/split-text.ts'
import { type QrConfig, qrConfigSchema } from './config.ts'
import { guide } from './guide.ts'
import { parse } from './parse.ts'
import { maxBodyBytes } from './submission.ts'
import { signReceipt } from './token.ts'
import { type Claims, verify } from './verify.ts'

const tenMinutes = 600_000

const capabilities: Capabilities = {
  maxTextLength: 2000,
  cards: 'text',
  attachments: false,
  ackBudgetMs: 10_000,
  redeliveryHorizonMs: 30 * 86_400_000,
  replyWindow: null,
  idempotentSend: 'key',
  maxRequestBytes: maxBodyBytes,
  settleMs: 0,
  takesReplies: false,
  requestLimits: {
    address: { requests: 60, windowMs: tenMinutes },
    sender: { requests: 12, windowMs: tenMinutes },
  },
}

/** The form behind a printed code (channels/qr/README.md). */
export const qrChannel: Channel<QrConfig> = {
  kind: 'qr',
  capabilities,
  guide,
  configSchema: qrConfigSchema,
  verify,
  parse,
  ack,
  render,
  deliver: async (call) => ({ providerMessageId: String(call.body.messageId), detail: { by: 'page' } }),
  test,
}

/** 202 with the token of the progress page. Pure. */
function ack(verified: Verified, outcomes: readonly ReceiveOutcome[], config: QrConfig): RawResponse {
  const outcome = outcomes[0]
  if (!outcome) throw new Error('a submission is one envelope')
  const headers = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' }
  const { duplicate } = outcome
  if (verified.claims.reply === true) return { status: 202, headers, body: JSON.stringify({ duplicate }) }
  const { link } = verified.claims as unknown as Claims
  const { accountId, linkVersion } = link
  const receipt = signReceipt({ accountId, envelopeId: outcome.envelopeId, linkVersion }, config.linkSecrets)
  return {
    status: 202,
    headers,
    body: JSON.stringify({ receipt, duplicate }),
  }
}

/** What the progress page shows. There is nobody to send it to: the page reads the conversation. Pure. */
function render(out: Outbound): ProviderCall[] {
  const text = out.card ? [out.text, cardText(out.card, out.lang)].filter(Boolean).join('\n\n') : out.text
  const pieces = splitText(text, capabilities.maxTextLength)
  return pieces.map((piece, i) => ({
    name: 'show',
    label: pieces.length === 1 ? 'progress page' : `progress page ${i + 1}/${pieces.length}`,
    body: {
      messageId: pieces.length === 1 ? out.messageId : `${out.messageId}.${i + 1}`,
      reference: out.reference,
      text: piece,
    },
  }))
}

async function test(io: ChannelIo<QrConfig>): Promise<readonly TestStep[]> {
  const { publicUrl } = io
  const https = publicUrl?.startsWith('https:') ?? false
  return [
    {
      name: 'address',
      ok: publicUrl !== null,
      zh: publicUrl
        ? `二维码指向 ${publicUrl}。`
        : '还没有设置 PUBLIC_URL，打印出的二维码只能在本机或局域网打开。',
      en: publicUrl
        ? `Codes lead to ${publicUrl}.`
        : 'PUBLIC_URL is not set: printed codes open only on this machine or network.',
    },
    {
      name: 'https',
      ok: https,
      zh: https
        ? '地址使用 https，手机可以定位和录音。'
        : '地址不是 https：手机会拒绝定位和录音，表单仍可填写。',
      en: https
        ? 'The address uses https: phones allow location and recording.'
        : 'The address is not https: phones refuse location and recording; the form itself works.',
    },
  ]
}
