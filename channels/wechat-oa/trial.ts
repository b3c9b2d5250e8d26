import { DeliveryError, type TestStep } from '../../src/contract/channel.ts'
import type { ChannelIo } from '../../src/contract/ports.ts'
import { callApi } from '../_kit/errcode-api.ts'
import { apiOf } from './api.ts'
import type { WechatOaConfig } from './config.ts'

type Io = ChannelIo<WechatOaConfig>

/** Tries the settings: the access token, the permission to write to customers, and what must be true for callbacks. Writes to nobody. */
export async function trial(io: Io): Promise<readonly TestStep[]> {
  const refused = await tokenTrouble(io)
  const token: TestStep = {
    name: 'token',
    ok: refused === null,
    zh: refused === null ? '已用 AppID 和 AppSecret 取得 access_token。' : `取不到 access_token：${refused}`,
    en: refused === null ? 'AppID and AppSecret gave an access token.' : `No access token: ${refused}`,
  }
  return [token, ...(refused === null ? [await permission(io)] : []), encryption(io), callback(io)]
}

async function tokenTrouble(io: Io): Promise<string | null> {
  try {
    const api = apiOf(io)
    await io.tokens.get(api.tokenName, () => api.fetchToken())
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** A message to an OpenID that cannot exist: refused because of the receiver it shows that the interface is open. */
async function permission(io: Io): Promise<TestStep> {
  const body = { touser: 'yitong-connection-test', msgtype: 'text', text: { content: '-' } }
  try {
    await callApi(apiOf(io), io, { path: '/cgi-bin/message/custom/send', body, repeatable: true })
  } catch (error) {
    const { code, message } = error instanceof DeliveryError ? error : { code: '', message: String(error) }
    if (code !== '40003') {
      return {
        name: 'permission',
        ok: false,
        zh: `不能发送客服消息：${message}`,
        en: `Customer-service messages cannot be sent: ${message}`,
      }
    }
  }
  return {
    name: 'permission',
    ok: true,
    zh: '公众号可以发送客服消息。',
    en: 'The account may send customer-service messages.',
  }
}

function encryption(io: Io): TestStep {
  const sealed = io.config.aesKey !== null
  return {
    name: 'encryption',
    ok: sealed,
    zh: sealed
      ? '消息加密传输（请在公众平台选择“安全模式”）。'
      : '消息未加密：签名不保护内容，请改用“安全模式”并填写 EncodingAESKey。',
    en: sealed
      ? 'Messages are encrypted (choose 安全模式 there).'
      : 'Messages are not encrypted and the signature does not cover them: change to 安全模式 and enter the EncodingAESKey.',
  }
}

function callback({ publicUrl, accountId }: Io): TestStep {
  const url = `${publicUrl}/channels/wechat-oa/${accountId}`
  return {
    name: 'callback',
    ok: publicUrl !== null,
    zh: publicUrl
      ? `公众平台保存服务器配置时会访问 ${url}，通过后才会有消息。这里无法代它检查。`
      : '还没有设置 PUBLIC_URL，微信访问不到这里。',
    en: publicUrl
      ? `WeChat calls ${url} when the server settings are saved there; that cannot be tried from here.`
      : 'PUBLIC_URL is not set: WeChat cannot reach this hub.',
  }
}
