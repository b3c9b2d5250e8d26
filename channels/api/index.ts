import type { Channel, TestStep } from '../../src/contract/channel.ts'
import type { ChannelIo } from '../../src/contract/ports.ts'
import { ack } from './answer.ts'
import { capabilities } from './capabilities.ts'
import { type ApiConfig, apiConfigSchema } from './config.ts'
import { deliver, fetchAttachment } from './deliver.ts'
import { guide } from './guide.ts'
import { parse } from './parse.ts'
import { render } from './render.ts'
import { verify } from './verify.ts'

/** The open HTTP channel: programs file requests and get answers (channels/api/README.md). */
export const apiChannel: Channel<ApiConfig> = {
  kind: 'api',
  capabilities,
  configSchema: apiConfigSchema,
  verify,
  parse,
  ack,
  render,
  deliver,
  fetchAttachment,
  guide,
  test,
}

async function test(io: ChannelIo<ApiConfig>): Promise<readonly TestStep[]> {
  const { signingSecrets, tokens, callbackUrl } = io.config
  const intake = signingSecrets.length > 0 || tokens.length > 0
  const steps: TestStep[] = [
    {
      name: 'intake',
      ok: intake,
      zh: intake ? '可以接收请求。' : '还没有签名密钥或令牌，任何请求都会被拒绝。',
      en: intake
        ? 'Requests are accepted.'
        : 'There is no signing secret and no token: every request is refused.',
    },
  ]
  if (callbackUrl === null) return steps
  return [...steps, await testCallback(io)]
}

async function testCallback(io: ChannelIo<ApiConfig>): Promise<TestStep> {
  const call = { name: 'post', label: 'test', body: { type: 'test', messageId: 'test' } }
  try {
    await deliver(call, `test-${io.clock.now()}`, io)
    return { name: 'callback', ok: true, zh: '回调地址已应答。', en: 'The callback address answered.' }
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    return {
      name: 'callback',
      ok: false,
      zh: `回调地址没有正确应答：${detail}`,
      en: `The callback address did not answer as it should: ${detail}`,
    }
  }
}
