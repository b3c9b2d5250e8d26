import type { Channel } from '../../src/contract/channel.ts'
import { ack } from './ack.ts'
import { type WechatOaConfig, wechatOaConfigSchema } from './config.ts'
import { deliver, fetchAttachment } from './deliver.ts'
import { entryCodes } from './entry-codes.ts'
import { guide } from './guide.ts'
import { capabilities } from './limits.ts'
import { parse } from './parse.ts'
import { render } from './render.ts'
import { trial } from './trial.ts'
import { handshake, verify } from './verify.ts'

/** WeChat official accounts, 公众号 and 服务号 (channels/wechat-oa/README.md). */
export const wechatOaChannel: Channel<WechatOaConfig> = {
  kind: 'wechat-oa',
  capabilities,
  entryCodes,
  guide,
  configSchema: wechatOaConfigSchema,
  handshake,
  verify,
  parse,
  ack: (verified, _outcomes, config) => ack(verified, config),
  render,
  deliver,
  fetchAttachment,
  test: trial,
}
