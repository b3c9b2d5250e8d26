import { DeliveryError, type TestStep } from '../../src/contract/channel.ts'
import type { ChannelIo } from '../../src/contract/ports.ts'
import type { JsonObject } from '../../src/kernel/json.ts'
import type { FeishuConfig } from './config.ts'
import { FeishuFailure, wordsOf } from './errors.ts'
import { fetchToken } from './sdk/client.ts'
import { sendJson } from './sdk/http.ts'
import { listOf, objectOf, textOf } from './shape.ts'

type Io = ChannelIo<FeishuConfig>

/** Tries the settings: App Secret, bot, permissions, and how events come in. Sends nothing to anybody. */
export async function trial(io: Io): Promise<readonly TestStep[]> {
  const token = await fetchToken(io).catch((error: unknown) => error)
  if (!isToken(token)) return [failed('token', '获取访问令牌失败。', 'No access token.', token)]
  const steps: TestStep[] = [
    {
      name: 'token',
      ok: true,
      zh: 'App ID 和 App Secret 正确。',
      en: 'The App ID and the App Secret are right.',
    },
  ]
  const ask = (path: string) =>
    sendJson(io, {
      method: 'GET',
      url: `${io.config.baseUrl}${path}`,
      headers: { Authorization: `Bearer ${token.value}` },
    })
  steps.push(await tryBot(ask))
  steps.push(await tryScopes(ask))
  steps.push(io.config.mode === 'webhook' ? callback(io) : await tryDiscovery(io))
  return steps
}

type Ask = (path: string) => Promise<unknown>

const isToken = (value: unknown): value is { value: string } =>
  typeof value === 'object' && value !== null && 'value' in value

/** "bot-v3/bot_info/get" */
async function tryBot(ask: Ask): Promise<TestStep> {
  try {
    const bot = objectOf(objectOf((await ask('/open-apis/bot/v3/info')) as JsonObject).bot)
    const name = textOf(bot.app_name)
    return {
      name: 'bot',
      ok: true,
      zh: `机器人“${name}”已开启。`,
      en: `The bot "${name}" is switched on.`,
      detail: { openId: textOf(bot.open_id) },
    }
  } catch (error) {
    return failed(
      'bot',
      '机器人能力不可用，请在“应用能力”中添加机器人。',
      'There is no bot; add the bot capability.',
      error,
    )
  }
}

/** Any one of each row is enough; the first is the one to ask for. */
const needed: readonly (readonly [string, ...string[]])[] = [
  ['im:message:send_as_bot', 'im:message', 'im:message:send'],
  ['im:message.p2p_msg:readonly', 'im:message', 'im:message.p2p_msg'],
  ['im:message.group_at_msg:readonly', 'im:message', 'im:message.group_at_msg', 'im:message.group_msg'],
  ['im:resource', 'im:resource:upload'],
]

/** Not needed, but without both nobody has a name. */
const forNames = ['contact:contact.base:readonly', 'contact:user.base:readonly'] as const

/** "application-v6/scope/list" */
async function tryScopes(ask: Ask): Promise<TestStep> {
  try {
    const answer = objectOf((await ask('/open-apis/application/v6/scopes')) as JsonObject)
    const granted = new Set(
      listOf(objectOf(answer.data).scopes)
        .map(objectOf)
        .filter((scope) => scope.grant_status === 1)
        .map((scope) => textOf(scope.scope_name)),
    )
    const missing = needed.filter((row) => !row.some((name) => granted.has(name))).map(([first]) => first)
    if (missing.length === 0) {
      const hasNames = forNames.every((name) => granted.has(name))
      const zh = hasNames ? '' : `没有 ${forNames.join('、')}，所以不显示客户姓名。`
      const en = hasNames ? '' : ` Names of people stay unknown without ${forNames.join(' and ')}.`
      return {
        name: 'permissions',
        ok: true,
        zh: `所需权限已开通。${zh}`,
        en: `All permissions are granted.${en}`,
      }
    }
    const names = missing.join(', ')
    return {
      name: 'permissions',
      ok: false,
      zh: `还缺少权限：${names}。请在“权限管理”开通，并发布新版本。`,
      en: `Permissions are missing: ${names}. Grant them and publish a version.`,
      detail: { missing: [...missing] },
    }
  } catch (error) {
    return failed('permissions', '无法读取权限列表。', 'The permissions could not be read.', error)
  }
}

/** Only asks for the address: no connection is opened that would be given events. */
async function tryDiscovery(io: Io): Promise<TestStep> {
  const { baseUrl, appId, appSecret } = io.config
  try {
    const data = { AppID: appId, AppSecret: appSecret }
    await sendJson(io, { method: 'POST', url: `${baseUrl}/callback/ws/endpoint`, data })
    return {
      name: 'connection',
      ok: true,
      zh: '可以建立长连接。请在“事件与回调”中，事件和回调都选择“使用长连接接收”；连接状态显示“正常”后才能保存。',
      en: 'The long connection can be opened. Choose it for events and for callbacks under Events & Callbacks; that can be saved once the connection is up.',
    }
  } catch (error) {
    return failed('connection', '不能建立长连接。', 'The long connection cannot be opened.', error)
  }
}

/** Feishu tries the address itself when it is saved there; we can only say what it will find. */
function callback({ publicUrl, config }: Io): TestStep {
  const ok = publicUrl?.startsWith('https:') ?? false
  const weak = !config.encryptKey
  const zh = publicUrl
    ? `请把回调地址填入“事件与回调”的事件配置和回调配置；飞书保存时会立即验证。${weak ? '没有 Encrypt Key，知道 Verification Token 的人就能伪造事件。' : ''}`
    : '还没有设置 PUBLIC_URL，飞书无法访问本机。可改用长连接。'
  const en = publicUrl
    ? `Enter the callback address under Events & Callbacks, for events and for callbacks; Feishu checks it when you save.${weak ? ' Without an Encrypt Key whoever knows the Verification Token can forge events.' : ''}`
    : 'PUBLIC_URL is not set, so Feishu cannot reach this hub. The long connection needs none.'
  return { name: 'callback', ok, zh, en }
}

function failed(name: string, zh: string, en: string, error: unknown): TestStep {
  const said =
    error instanceof FeishuFailure
      ? wordsOf(error)
      : { zh: String((error as Error).message), en: String((error as Error).message) }
  const code = error instanceof DeliveryError ? { detail: { code: error.code } } : {}
  return { name, ok: false, zh: `${zh}${said.zh}`, en: `${en} ${said.en}`, ...code }
}
