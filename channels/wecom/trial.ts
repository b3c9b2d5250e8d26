import { DeliveryError, type TestStep } from '../../src/contract/channel.ts'
import type { ChannelIo } from '../../src/contract/ports.ts'
import { wecomApi, wecomCall } from '../_kit/wecom-client.ts'
import { appOf, type WecomConfig } from './config.ts'
import { wecomAppErrors } from './errors.ts'

type Io = ChannelIo<WecomConfig>

/** Tries the settings: the access token, the application behind the AgentId, and whether WeCom can reach us. Sends nothing. */
export async function trial(io: Io): Promise<readonly TestStep[]> {
  const token = await tryToken(io)
  return [token, ...(token.ok ? [await tryAgent(io)] : []), address(io)]
}

async function tryToken(io: Io): Promise<TestStep> {
  try {
    const api = wecomApi(appOf(io.config), io, wecomAppErrors)
    await io.tokens.get(api.tokenName, api.fetchToken)
    return {
      name: 'token',
      ok: true,
      zh: '企业 ID 和 Secret 正确，已取得 access_token。',
      en: 'The corp id and the secret are right: there is an access token.',
    }
  } catch (error) {
    const said = wordsOf(error)
    return {
      name: 'token',
      ok: false,
      zh: `取不到 access_token，请检查企业 ID 和 Secret：${said}`,
      en: `There is no access token. Check the corp id and the secret: ${said}`,
    }
  }
}

/** `agent/get` (document 90227): only the application whose secret it is may ask, so a wrong AgentId shows. */
async function tryAgent(io: Io): Promise<TestStep> {
  try {
    const answer = await wecomCall(
      appOf(io.config),
      io,
      { path: '/cgi-bin/agent/get', query: { agentid: io.config.agentId }, repeatable: true },
      wecomAppErrors,
    )
    const isClosed = answer.close === 1
    const name = String(answer.name ?? '')
    return {
      name: 'agent',
      ok: !isClosed,
      zh: isClosed ? `应用“${name}”已停用。` : `应用“${name}”可以发送消息。只有可见范围内的成员收得到。`,
      en: isClosed
        ? `The application "${name}" is switched off.`
        : `The application "${name}" may send. Only members in its visible range get anything.`,
    }
  } catch (error) {
    const said = wordsOf(error)
    const isAddress = error instanceof DeliveryError && error.code === '60020'
    return {
      name: 'agent',
      ok: false,
      zh: isAddress
        ? `请把服务器的出口 IP 加到应用的“企业可信 IP”：${said}`
        : `AgentId 与 Secret 不是同一个应用，或应用没有权限：${said}`,
      en: isAddress
        ? `Add the address of this server to the trusted IPs of the application: ${said}`
        : `The AgentId and the secret are not of one application, or it lacks a permission: ${said}`,
    }
  }
}

function address({ publicUrl }: Io): TestStep {
  return {
    name: 'callback',
    ok: publicUrl !== null,
    zh: publicUrl
      ? '回调地址已就绪。请在“设置 API 接收”里保存它：企业微信会立即验证，保存成功才算接通。'
      : '还没有设置 PUBLIC_URL，企业微信无法回调；只能发送，收不到消息和卡片点击。',
    en: publicUrl
      ? 'The callback address is ready. Save it under "API receiving": WeCom checks it at once, and only then it is connected.'
      : 'PUBLIC_URL is not set: WeCom cannot call back. Sending works; messages and taps do not arrive.',
  }
}

function wordsOf(error: unknown): string {
  if (error instanceof DeliveryError) return `${error.code} ${error.message}`
  return error instanceof Error ? error.message : String(error)
}
