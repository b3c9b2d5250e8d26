import type { Channel } from '../../src/contract/channel.ts'
import { type WecomKfConfig, wecomKfConfigSchema } from './config.ts'
import { connect } from './connect.ts'
import { deliver, fetchAttachment } from './deliver.ts'
import { entryCodes } from './entry-codes.ts'
import { guide } from './guide.ts'
import { capabilities } from './limits.ts'
import { parse } from './parse.ts'
import { pull } from './pull.ts'
import { render } from './render.ts'
import { trial } from './trial.ts'
import { handshake, verify } from './verify.ts'

/** WeCom customer service, 微信客服 (channels/wecom-kf/README.md). */
export const wecomKfChannel: Channel<WecomKfConfig> = {
  kind: 'wecom-kf',
  capabilities,
  entryCodes,
  guide,
  configSchema: wecomKfConfigSchema,
  handshake,
  verify,
  parse,
  // An empty answer says "received" and stops the repeats.
  ack: () => ({ status: 200, body: '' }),
  render,
  deliver,
  pull,
  connect,
  singleConnection: true,
  fetchAttachment,
  test: trial,
}
