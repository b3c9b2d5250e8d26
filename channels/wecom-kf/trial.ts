import type { TestStep } from '../../src/contract/channel.ts'
import type { ChannelIo } from '../../src/contract/ports.ts'
import { wecomApi } from '../_kit/wecom-client.ts'
import type { WecomKfConfig } from './config.ts'
import { listAccounts } from './connect.ts'
import { kfErrors } from './errors.ts'

type Io = ChannelIo<WecomKfConfig>

/** Tries the settings: the access token, the accounts that the application may use, and what callbacks need. Writes to nobody. */
export async function trial(io: Io): Promise<readonly TestStep[]> {
  const api = wecomApi(io.config, io, kfErrors)
  const token = await attempt(() => io.tokens.get(api.tokenName, () => api.fetchToken()))
  const steps: TestStep[] = [
    {
      name: 'token',
      ok: token.ok,
      zh: token.ok ? '已用企业 ID 和 Secret 取得 access_token。' : `取不到 access_token：${token.why}`,
      en: token.ok ? 'Corp id and secret gave an access token.' : `No access token: ${token.why}`,
    },
  ]
  if (token.ok) steps.push(await accounts(io))
  return [...steps, callback(io)]
}

async function accounts(io: Io): Promise<TestStep> {
  const found = await attempt(() => listAccounts(io))
  const name = 'accounts'
  if (!found.ok) {
    const zh = `应用不能管理微信客服，请在“可调用接口的应用”里勾选它：${found.why}`
    const en = `The application may not use customer service; add it under 可调用接口的应用: ${found.why}`
    return { name, ok: false, zh, en }
  }
  const names = found.value.map((account) => account.name || account.openKfId)
  const shown = names.slice(0, 10).join('、')
  return {
    name,
    ok: names.length > 0,
    zh: names.length > 0 ? `可用的客服账号：${shown}。` : '没有可用的客服账号，请在管理后台授权给该应用。',
    en:
      names.length > 0
        ? `Customer-service accounts: ${shown}.`
        : 'There is no customer-service account that the application may use; grant it one in the administration pages.',
    detail: names,
  }
}

function callback({ publicUrl, accountId, config }: Io): TestStep {
  const minutes = Math.round(config.pollMs / 60_000)
  const url = `${publicUrl}/channels/wecom-kf/${accountId}`
  return {
    name: 'callback',
    ok: publicUrl !== null,
    zh: publicUrl
      ? `管理后台保存回调时会访问 ${url}，通过后消息即时到达。这里无法代它检查；没有回调时每 ${minutes} 分钟也会查看一次。`
      : '还没有设置 PUBLIC_URL，企业微信访问不到这里；消息只能定时查看。',
    en: publicUrl
      ? `WeCom calls ${url} when the callback is saved there; that cannot be tried from here. Without callbacks it is looked at every ${minutes} min.`
      : 'PUBLIC_URL is not set: WeCom cannot reach this hub, and messages are only looked for now and then.',
  }
}

async function attempt<T>(
  run: () => Promise<T>,
): Promise<{ readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: string }> {
  try {
    return { ok: true, value: await run() }
  } catch (error) {
    return { ok: false, why: error instanceof Error ? error.message : String(error) }
  }
}
