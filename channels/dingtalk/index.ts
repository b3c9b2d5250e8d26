import type { Channel } from '../../src/contract/channel.ts'
import { ack } from './answer.ts'
import { type DingtalkConfig, dingtalkConfigSchema } from './config.ts'
import { makeConnect } from './connect.ts'
import { deliver, fetchAttachment } from './deliver.ts'
import { guide } from './guide.ts'
import { capabilities } from './limits.ts'
import { parse } from './parse.ts'
import { presets } from './presets.ts'
import { render } from './render.ts'
import { trial } from './trial.ts'
import { verify } from './verify.ts'

/** A DingTalk application with its robot: customers and engineers write to it, job cards go out by it (README.md). */
const dingtalk: Channel<DingtalkConfig> = {
  kind: 'dingtalk',
  capabilities,
  guide,
  configSchema: dingtalkConfigSchema,
  verify,
  parse,
  ack,
  render,
  deliver,
  fetchAttachment,
  connect: makeConnect(),
  presets,
  test: trial,
}

export default dingtalk
