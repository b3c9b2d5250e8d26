import type { Channel } from '../../src/contract/channel.ts'
import { ack } from './answer.ts'
import { type WecomConfig, wecomConfigSchema } from './config.ts'
import { deliver, fetchAttachment } from './deliver.ts'
import { guide } from './guide.ts'
import { capabilities } from './limits.ts'
import { parse } from './parse.ts'
import { render } from './render.ts'
import { trial } from './trial.ts'
import { handshake, verify } from './verify.ts'

/** WeCom by an application with a callback address (channels/wecom/README.md). */
export const wecomChannel: Channel<WecomConfig> = {
  kind: 'wecom',
  capabilities,
  guide,
  configSchema: wecomConfigSchema,
  handshake,
  verify,
  parse,
  ack,
  render,
  deliver,
  fetchAttachment,
  test: trial,
}
