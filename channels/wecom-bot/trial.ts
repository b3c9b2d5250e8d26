import { setTimeout as wait } from 'node:timers/promises'
import type { TestStep } from '../../src/contract/channel.ts'
import type { ChannelIo } from '../../src/contract/ports.ts'
import type { BotConfig } from './config.ts'
import { liveBot, problemOf } from './live.ts'

/** How long a fresh account may take to connect, ms. */
const patienceMs = 8000
const lookMs = 100

/**
 * Looks whether the robot is connected. It opens no connection of its own: WeCom would close the working one for it. Sends nothing.
 */
export async function trial(io: ChannelIo<BotConfig>): Promise<readonly TestStep[]> {
  for (let waited = 0; waited < patienceMs && !liveBot(io) && !io.signal.aborted; waited += lookMs) {
    await wait(lookMs)
  }
  if (liveBot(io)) {
    const zh = '机器人已连接。成员要先和机器人说过话，机器人才能主动发给他。'
    const en = 'The robot is connected. It may write to members who have written to it before.'
    return [{ name: 'connection', ok: true, zh, en }]
  }
  const problem = problemOf(io)
  return [
    {
      name: 'connection',
      ok: false,
      zh: problem
        ? `机器人没有连接：${problem}`
        : '这个节点没有机器人的连接。请看账号列表里的连接状态：连接可能在另一个节点，或账号已停用。',
      en: problem
        ? `The robot is not connected: ${problem}`
        : 'This node does not hold the robot’s connection. See the connection state in the list: another node may hold it, or the account is off.',
    },
  ]
}
