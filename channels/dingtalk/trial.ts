import type { TestStep } from '../../src/contract/channel.ts'
import type { ChannelIo } from '../../src/contract/ports.ts'
import { callApi, tryCredentials } from './api.ts'
import { type DingtalkConfig, robotCodeOf } from './config.ts'
import { callbackUrlOf, reasonOf } from './connect.ts'
import { failureOf } from './errors.ts'
import { registerCardCallback } from './native-card.ts'
import { openTicket } from './stream/gateway.ts'

type Io = ChannelIo<DingtalkConfig>

/**
 * Tries the settings: token, the way in, the permissions. Sends nothing to anybody: the permissions are seen from how DingTalk refuses
 * calls that name nobody. Uses about four calls of the monthly quota.
 */
export async function trial(io: Io): Promise<readonly TestStep[]> {
  const token = await tryToken(io)
  if (!token.ok) return [token]
  const isStream = io.config.mode === 'stream'
  return [
    token,
    isStream ? await tryStream(io) : callbackStep(io),
    await trySending(io),
    ...(io.config.cardTemplateId === '' ? [noTemplate] : await tryCards(io)),
  ]
}

async function tryToken(io: Io): Promise<TestStep> {
  try {
    await tryCredentials(io)
    return {
      name: 'token',
      ok: true,
      zh: 'Client ID 和 Client Secret 正确。',
      en: 'Client ID and Client Secret are right.',
    }
  } catch (error) {
    return step('token', '无法获取 accessToken', 'No access token', reasonOf(error))
  }
}

async function tryStream(io: Io): Promise<TestStep> {
  try {
    await openTicket(io)
    return { name: 'stream', ok: true, zh: 'Stream 网关已应答。', en: 'The Stream gateway answered.' }
  } catch (error) {
    return step('stream', 'Stream 网关拒绝连接', 'The Stream gateway refused', reasonOf(error))
  }
}

function callbackStep(io: Io): TestStep {
  if (io.publicUrl === null) {
    const [zh, en] = ['没有设置 PUBLIC_URL，钉钉无法回调', 'PUBLIC_URL is not set: DingTalk cannot call back']
    return { name: 'callback', ok: false, zh: `${zh}。`, en: `${en}.` }
  }
  const url = callbackUrlOf(io.publicUrl, io.accountId)
  const isSafe = url.startsWith('https:')
  return {
    name: 'callback',
    ok: isSafe,
    zh: isSafe
      ? `请把消息接收地址设为 ${url}，然后给机器人发一条消息：收到才算接通。`
      : `回调地址 ${url} 不是 https，钉钉不会推送。`,
    en: isSafe
      ? `Set the robot's message address to ${url}, then write to the robot: it works when that arrives.`
      : `The callback address ${url} is not https; DingTalk will not post to it.`,
  }
}

/** Names a receiver that cannot exist: refused for that when the permission is there. */
async function trySending(io: Io): Promise<TestStep> {
  const body = {
    robotCode: robotCodeOf(io.config),
    userIds: ['yitong-test-nobody'],
    msgKey: 'sampleText',
    msgParam: '{"content":"test"}',
  }
  const call = { method: 'POST', path: '/v1.0/robot/oToMessages/batchSend', body } as const
  return await tryPermission(io, 'sending', '机器人发消息', 'sending by the robot', call)
}

async function tryCards(io: Io): Promise<TestStep[]> {
  // Null data of a card that does not exist.
  const body = { outTrackId: 'yitong-test-none', cardData: { cardParamMap: { title: 'test' } } }
  const call = { method: 'PUT', path: '/v1.0/card/instances', body } as const
  const permission = await tryPermission(io, 'cards', '互动卡片写', 'writing cards', call)
  if (!permission.ok || io.config.mode === 'stream' || io.publicUrl === null) return [permission]
  try {
    const refused = await registerCardCallback(io, callbackUrlOf(io.publicUrl, io.accountId))
    if (refused) throw failureOf(refused, true)
    const words = { zh: '卡片回调地址已注册。', en: 'The address for taps on cards is registered.' }
    return [permission, { name: 'card-callback', ok: true, ...words }]
  } catch (error) {
    const reason = reasonOf(error)
    return [permission, step('card-callback', '卡片回调地址注册失败', 'Registering for taps failed', reason)]
  }
}

const noTemplate: TestStep = {
  name: 'cards',
  ok: true,
  zh: '没有设置卡片模板：派单卡片以带按钮的消息发送，发出后不会变化。',
  en: 'No card template is set: job cards go out as messages with buttons, which do not change afterwards.',
}

async function tryPermission(
  io: Io,
  name: string,
  zh: string,
  en: string,
  call: Parameters<typeof callApi>[1],
): Promise<TestStep> {
  try {
    const answer = await callApi(io, call)
    const code = answer.code ?? ''
    const isRefused = code.startsWith('Forbidden') || answer.status >= 500 || code === 'ip_banned'
    const isRobotWrong = /robot/i.test(code)
    if (isRefused || isRobotWrong)
      return step(name, `“${zh}”不可用`, `No ${en}`, reasonOf(failureOf(answer, true)))
    return { name, ok: true, zh: `“${zh}”权限已开通。`, en: `The permission for ${en} is there.` }
  } catch (error) {
    return step(name, `“${zh}”无法测试`, `No test of ${en}`, reasonOf(error))
  }
}

function step(name: string, zh: string, en: string, reason: string): TestStep {
  return { name, ok: false, zh: `${zh}:${reason}`, en: `${en}: ${reason}` }
}
