import type { Channel } from '../../src/contract/channel.ts'
import { ack } from './answer.ts'
import { fetchAttachment } from './attachments.ts'
import { type FeishuConfig, feishuConfigSchema } from './config.ts'
import { connect } from './connect.ts'
import { deliver } from './deliver.ts'
import { guide } from './guide.ts'
import { limits } from './limits.ts'
import { nameOf } from './name.ts'
import { parse } from './parse.ts'
import { presets } from './presets.ts'
import { render } from './render.ts'
import { trial } from './trial.ts'
import { handshake, verify } from './verify.ts'

/** Feishu and Lark: a bot for customers and colleagues, and the engineers' job cards (channels/feishu/README.md). */
export const feishuChannel: Channel<FeishuConfig> = {
  kind: 'feishu',
  capabilities: {
    asksNames: true,
    maxTextLength: limits.textLength,
    cards: 'native',
    attachments: true,
    ackBudgetMs: limits.ackMs,
    redeliveryHorizonMs: limits.redeliveryMs,
    replyWindow: null,
    idempotentSend: 'window',
    idempotencyWindowMs: limits.uuidWindowMs,
    maxRequestBytes: limits.requestBytes,
    settleMs: 8000,
  },
  configSchema: feishuConfigSchema,
  handshake,
  verify,
  parse,
  ack,
  render,
  deliver,
  connect,
  nameOf,
  fetchAttachment,
  guide,
  presets,
  test: trial,
}
