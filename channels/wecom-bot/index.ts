import type { Channel } from '../../src/contract/channel.ts'
import { type BotConfig, botConfigSchema } from './config.ts'
import { connect } from './connect.ts'
import { deliver, fetchAttachment } from './deliver.ts'
import { guide } from './guide.ts'
import { capabilities } from './limits.ts'
import { parse } from './parse.ts'
import { render } from './render.ts'
import { trial } from './trial.ts'
import { verify } from './verify.ts'

/** WeCom by a smart robot with a long connection: no public address is needed (channels/wecom-bot/README.md). */
export const wecomBotChannel: Channel<BotConfig> = {
  kind: 'wecom-bot',
  capabilities,
  guide,
  configSchema: botConfigSchema,
  verify,
  parse,
  ack: () => ({ status: 204 }),
  render,
  deliver,
  connect: (io) => connect(io),
  singleConnection: true,
  sendsOverConnection: true,
  fetchAttachment,
  test: trial,
}
