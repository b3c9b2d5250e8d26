import type { Channel } from '../../src/contract/channel.ts'
import { type EmailConfig, emailConfigSchema } from './config.ts'
import { connect } from './connect.ts'
import { deliver } from './deliver.ts'
import { guide } from './guide.ts'
import { parse } from './parse.ts'
import { presets } from './presets.ts'
import { maxTextLength, render } from './render.ts'
import { trial } from './trial.ts'
import { verify } from './verify.ts'

/** E-mail by IMAP and SMTP (channels/email/README.md). */
const email: Channel<EmailConfig> = {
  kind: 'email',
  capabilities: {
    maxTextLength,
    cards: 'text',
    attachments: true,
    ackBudgetMs: null,
    redeliveryHorizonMs: 0,
    replyWindow: null,
    idempotentSend: 'none',
    settleMs: 0,
  },
  guide,
  configSchema: emailConfigSchema,
  verify,
  parse,
  ack: () => ({ status: 204 }),
  render,
  deliver,
  connect,
  singleConnection: true,
  presets: presets.map(({ key, zh, en, imap, smtp, oauth, note }) => ({
    ...{ key, zh, en, note },
    config: { imap, smtp, ...(oauth ? { oauthTokenUrl: oauth.tokenUrl, oauthScope: oauth.scope } : {}) },
  })),
  test: trial,
}

export default email
