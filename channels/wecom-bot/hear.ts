import { setTimeout as wait } from 'node:timers/promises'
import type { BaseMessage, EventMessage, WSClient, WsFrame } from '@wecom/aibot-node-sdk'
import type { ActionAnswer, Card, ReceiveOutcome } from '../../src/contract/channel.ts'
import type { ConnectIo, ConnectionState, ReceiveItem } from '../../src/contract/ports.ts'
import { sha256 } from '../../src/kernel/hash.ts'
import { botCards, templateCard } from '../_kit/wecom-card.ts'
import type { BotConfig } from './config.ts'
import { markdown } from './deliver.ts'
import { parse, tapIn } from './parse.ts'
import { frameRequest, verify } from './verify.ts'

type Io = ConnectIo<BotConfig>
type Frame = WsFrame<BaseMessage | EventMessage>
type Report = (state: ConnectionState['state'], detail?: string) => void

/** How long a frame that cannot be stored is tried after the hub wants to stop, ms. */
const graceMs = 5000
/** How often at most the page hears that there is life, ms. */
const lifeMs = 60_000

/**
 * Stores every frame before anything is answered: messages one after the other, taps at once. The vendor sends each frame once, so one that
 * cannot be stored (the database is away) is tried until it can, also after the connection ended.
 */
export function hearing(client: WSClient, io: Io, processingMs: number, report: Report) {
  let tail: Promise<unknown> = Promise.resolve()
  let reportedMs = io.clock.now()
  const pending = new Set<Promise<unknown>>()
  const track = (work: Promise<unknown>) => {
    const kept = work.catch((error: unknown) => io.log.error({ err: error }, 'a frame was lost'))
    pending.add(kept)
    void kept.finally(() => pending.delete(kept))
    return kept
  }
  const alive = () => {
    const now = io.clock.now()
    if (now - reportedMs < lifeMs) return
    reportedMs = now
    report('up')
  }
  const store = (frame: Frame) => stored(itemsOf(frame, io), io, report)

  client.on('message', (frame: Frame) => {
    alive()
    tail = track(tail.then(() => store(frame)))
  })
  client.on('event', (frame: Frame) => {
    alive()
    const work = isTap(frame) ? answered(client, io, frame, store(frame), processingMs) : store(frame)
    void track(work)
  })
  return {
    /** Resolves when everything heard so far is stored, or given up. */
    async settled(): Promise<void> {
      while (pending.size > 0) await Promise.all(pending)
    },
  }
}

function itemsOf(frame: Frame, io: Io): ReceiveItem[] {
  const body = new TextEncoder().encode(JSON.stringify(frame))
  const request = frameRequest(body, io.config, io.clock.now())
  const verified = verify(request, io.config)
  if (!verified.ok) throw new Error(verified.refusal.code)
  const common = { accountId: io.accountId, request, claims: verified.value.claims }
  try {
    return parse(verified.value).map(({ kind, dedupeKey, senderKey }, part) => ({
      ...common,
      ...{ kind, dedupeKey, senderKey, part },
    }))
  } catch (error) {
    io.log.warn({ err: error }, 'a frame could not be read and is parked')
    return [{ ...common, kind: 'message', dedupeKey: `unreadable:${sha256(body)}`, senderKey: '', part: 0 }]
  }
}

async function stored(
  items: readonly ReceiveItem[],
  io: Io,
  report: Report,
): Promise<readonly ReceiveOutcome[]> {
  if (items.length === 0) return []
  let giveUpMs: number | null = null
  for (let pauseMs = 200; ; pauseMs = Math.min(pauseMs * 2, 10_000)) {
    try {
      const outcomes = await io.receive(items)
      if (pauseMs > 200) report('up')
      return outcomes
    } catch (error) {
      if (io.signal.aborted) giveUpMs ??= io.clock.now() + graceMs
      if (giveUpMs !== null && io.clock.now() >= giveUpMs) throw error
      report(
        'degraded',
        `收到的消息暂时存不下来，正在重试。 What was heard cannot be stored; trying again: ${error}`,
      )
      await wait(giveUpMs === null ? pauseMs : 200)
    }
  }
}

function isTap(frame: Frame): boolean {
  return (frame.body as EventMessage | undefined)?.event?.eventtype === 'template_card_event'
}

/** Answers a tap within the vendor's five seconds, with what came of it or with 处理中; words without a card go as a message. */
async function answered(
  client: WSClient,
  io: Io,
  frame: Frame,
  storing: Promise<readonly ReceiveOutcome[]>,
  processingMs: number,
): Promise<void> {
  const late = new AbortController()
  const timeout = wait(processingMs, null, { signal: late.signal }).catch(() => null)
  const outcomes = await Promise.race([storing, timeout])
  late.abort()
  if (outcomes?.length === 0) return
  const answer = outcomes?.[0]?.answer
  try {
    await say(client, frame, answer)
  } catch (error) {
    io.log.warn({ err: error }, 'a tap was stored, but its answer did not arrive')
  }
  // Late or not, a tap counts only when it is stored.
  await storing
}

async function say(client: WSClient, frame: Frame, answer: ActionAnswer | undefined): Promise<void> {
  const body = frame.body as EventMessage
  if (answer && !answer.card) {
    const chat = body.chattype === 'group' && body.chatid ? body.chatid : body.from.userid
    await client.sendMessage(chat, markdown(answer.text, null) as never)
    return
  }
  const taskId = String(tapIn(body as never).task_id ?? '')
  const card = templateCard(answer?.card ?? processing, {
    dialect: botCards,
    lang: 'zh',
    taskId,
    update: true,
  })
  await client.updateTemplateCard(frame, card as never)
}

/** Stands where the job was until the outcome comes, as a message of its own. */
const processing: Card = {
  title: '处理中',
  state: { text: '处理中…', tone: 'info' },
  lines: [{ label: '说明', value: '已收到您的操作，结果随后发给您' }],
  buttons: [],
}
