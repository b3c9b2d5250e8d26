import type { Capabilities, Channel, RawResponse, Verified } from '../../src/contract/channel.ts'
import { type PhoneConfig, phoneConfigSchema } from './config.ts'
import { fetchRecording } from './fetch.ts'
import { guide } from './guide.ts'
import { parse } from './parse.ts'
import { presets } from './presets.ts'
import { deliver, maxTextLength, render } from './render.ts'
import { trial } from './trial.ts'
import { verify } from './verify.ts'

const capabilities: Capabilities = {
  maxTextLength,
  cards: 'text',
  attachments: false,
  // Platforms wait 3 to 10 s; none that was found waits less.
  ackBudgetMs: 3_000,
  redeliveryHorizonMs: 86_400_000,
  replyWindow: { windowMs: 0, messages: 0 },
  idempotentSend: 'none',
  takesReplies: false,
  maxRequestBytes: 1_000_000,
  settleMs: 0,
}

/** Calls that a call center reports, with their recordings (channels/phone-webhook/README.md). */
export const phoneWebhookChannel: Channel<PhoneConfig> = {
  kind: 'phone-webhook',
  capabilities,
  guide,
  configSchema: phoneConfigSchema,
  verify,
  parse,
  ack,
  render,
  deliver,
  fetchAttachment: fetchRecording,
  presets,
  test: trial,
}

/** 200 with the words that this call center takes as "received". Pure. */
function ack(_verified: Verified, _outcomes: unknown, { ackBody }: PhoneConfig): RawResponse {
  const type = /^\s*[{[]/.test(ackBody) ? 'application/json' : 'text/plain'
  return { status: 200, headers: { 'content-type': `${type}; charset=utf-8` }, body: ackBody }
}
