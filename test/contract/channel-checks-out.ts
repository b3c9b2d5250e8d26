import { strict as assert, deepStrictEqual } from 'node:assert'
import { type Card, DeliveryError, type Outbound } from '../../src/contract/channel.ts'
import { derivedId } from '../../src/kernel/ids.ts'
import { spend } from '../../src/outbox/index.ts'
import type { Check } from './channel-checks-in.ts'
import { type ChannelSubject, isNever, type Mood, type Vendor } from './channel-subject.ts'
import { openAccount, type World } from './channel-world.ts'
import { frozen, withoutClockAndDice } from './purity.ts'

const card: Card = {
  title: '新工单',
  urgency: 'high',
  lines: [{ label: '地址', value: '上海市浦东新区世纪大道 1 号' }],
  buttons: [{ key: 'open', text: '查看', url: 'https://hub.example/t/1' }],
}

function outbound(s: ChannelSubject, text: string, extra: Partial<Outbound> = {}): Outbound {
  return {
    reference: 'T260302-0001',
    ...s.receiver,
    text,
    automatic: false,
    messageId: derivedId('outbound', text),
    lang: 'zh',
    ...extra,
  }
}

/** Whether the channel says that nothing can ever be said on it (a reported call). */
const isMute = (s: ChannelSubject) => s.channel.capabilities.replyWindow?.messages === 0

/** Without white space: channels may break lines and pages where they like. */
const squeezed = (text: string) => text.replace(/\s+/gu, '')

/** Everything a check needs to send; closed whatever happens. */
async function selling(
  s: ChannelSubject,
  world: World,
  run: (desk: {
    readonly vendor: Vendor<unknown>
    readonly account: Awaited<ReturnType<typeof openAccount>>
    send(text: string, key?: string): Promise<unknown>
  }) => Promise<void>,
): Promise<void> {
  const vendor = await s.vendor()
  try {
    const account = await openAccount(world, s)
    vendor.customerWrote(account.clock.now())
    await run({
      vendor,
      account,
      send: async (text, key = derivedId('key', text)) => {
        const calls = s.channel.render(outbound(s, text), vendor.config)
        for (const call of calls) await s.channel.deliver(call, key, account.io(vendor))
      },
    })
  } finally {
    await vendor.close()
  }
}

/** How a delivery failed; null when it did not. Anything but a DeliveryError is thrown on. */
async function failureIn(s: ChannelSubject, world: World, mood: Mood) {
  let failure: DeliveryError | null = null
  let waitMs: number | undefined
  let known = !isMute(s)
  if (!known) return { failure, waitMs, known }
  await selling(s, world, async ({ vendor, send }) => {
    waitMs = vendor.waitMs
    if (isNever(vendor.mood(mood))) {
      known = false
      return
    }
    try {
      await send('天气不好的一天')
    } catch (error) {
      assert.ok(error instanceof DeliveryError, `not classified: ${error}`)
      failure = error
    }
  })
  return { failure: failure as DeliveryError | null, waitMs, known }
}

export const outgoingChecks: readonly Check[] = [
  {
    id: 'pure-render',
    title: 'draws the same message twice the same, without clock and dice, and leaves it as it was',
    async run(s) {
      const out = frozen(outbound(s, '您好', { card, quickReplies: ['好的'] }))
      const [first, second] = withoutClockAndDice(() => [
        s.channel.render(out, frozen(s.config)),
        s.channel.render(out, frozen(s.config)),
      ])
      deepStrictEqual(first, second)
      assert.ok(first!.length > 0, 'nothing was drawn')
      deepStrictEqual(JSON.parse(JSON.stringify(first)), first)
    },
  },
  {
    id: 'splitting',
    title: 'splits a long text within its limit, loses nothing and breaks no character',
    async run(s) {
      const { maxTextLength } = s.channel.capabilities
      const text = '😀工单已受理。'.repeat(Math.ceil((maxTextLength * 2.3) / 7))
      const calls = s.channel.render(outbound(s, text), s.config)
      const words = calls.map((call) => s.wordsOf(call))
      for (const piece of words) {
        assert.ok(piece.isWellFormed(), 'a character was cut in two')
        assert.ok(
          [...piece].length <= maxTextLength,
          `a piece of ${[...piece].length} code points is too long`,
        )
      }
      assert.ok(squeezed(words.join('')).includes(squeezed(text)), 'words are missing')
    },
  },
  {
    id: 'cards',
    title: 'says with a card what the card says, natively or in words',
    async run(s) {
      const calls = s.channel.render(outbound(s, '请查看', { card }), s.config)
      const said = JSON.stringify(calls) + calls.map((call) => s.wordsOf(call)).join('')
      for (const part of [
        card.title,
        card.lines[0]!.label,
        card.lines[0]!.value,
        'https://hub.example/t/1',
      ]) {
        assert.ok(said.includes(part), `the card lost "${part}"`)
      }
    },
  },
  {
    id: 'idempotent-send',
    title: 'keeps its promise about sending twice',
    async run(s, world) {
      if (isMute(s)) return
      await selling(s, world, async ({ vendor, send }) => {
        await send('只说一次', 'the-same-key')
        await send('只说一次', 'the-same-key')
        const got = vendor.received().filter((message) => squeezed(message.words).includes('只说一次'))
        if (s.channel.capabilities.idempotentSend === 'none') {
          assert.equal(
            new Set(got.map((message) => message.reference)).size,
            1,
            'the repeat does not show that it is one',
          )
          return
        }
        assert.equal(got.length, 1, 'the same key was delivered twice')
        await send('另一句', 'another-key')
        assert.equal(vendor.received().length, 2, 'another key was taken for a repeat')
      })
    },
  },
  {
    id: 'busy',
    title: 'waits when the vendor says that there were too many calls, as long as it says',
    async run(s, world) {
      const { failure, waitMs, known } = await failureIn(s, world, 'busy')
      if (!known) return
      assert.equal(failure?.retry, 'later')
      if (waitMs !== undefined) assert.equal(failure?.waitMs, waitMs)
    },
  },
  {
    id: 'broken',
    title: 'tries again when the vendor has an error of its own',
    async run(s, world) {
      const { failure, known } = await failureIn(s, world, 'broken')
      // Unknown where a gateway answers in the vendor's place: the call may have been done.
      if (known) assert.match(failure?.retry ?? '', /^(?:later|unknown)$/)
    },
  },
  {
    id: 'silent',
    title: 'does not claim to know what became of a call that nobody answered',
    async run(s, world) {
      const { failure, known } = await failureIn(s, world, 'silent')
      if (known) assert.equal(failure?.retry, 'unknown')
    },
  },
  {
    id: 'refused',
    title: 'gives up when the vendor refuses for good, and says in its words why',
    async run(s, world) {
      const { failure, known } = await failureIn(s, world, 'refusing')
      if (!known) return
      assert.equal(failure?.retry, 'never')
      assert.ok(failure?.code && failure.message, 'it does not say why')
    },
  },
  {
    id: 'expired-token',
    title: 'gets a new token when the old one has expired, and sends',
    async run(s, world) {
      if (isMute(s)) return
      await selling(s, world, async ({ vendor, send }) => {
        if (isNever(vendor.mood('expired'))) return
        await send('令牌过期了')
        assert.equal(vendor.received().length, 1)
      })
    },
  },
  {
    id: 'mute',
    title: 'refuses for good to send where it declares that nothing can be said',
    async run(s, world) {
      if (!isMute(s)) return
      await selling(s, world, async ({ vendor, send }) => {
        const refused = await send('有人吗').then(
          () => null,
          (error: unknown) => error,
        )
        assert.ok(refused instanceof DeliveryError, 'it claims to have sent something')
        assert.equal(refused.retry, 'never')
        assert.equal(vendor.received().length, 0)
      })
    },
  },
  {
    id: 'reply-window',
    title: 'declares the reply window that the vendor keeps',
    async run(s, world) {
      await selling(s, world, async ({ vendor, account, send }) => {
        const { replyWindow } = s.channel.capabilities
        await account.hear(s.sign(s.text('在吗', 'm-5'), 'm-5', s.startMs))
        const [message] = await account.messages()
        const conversationId = message!.conversationId
        const mayWrite = () =>
          world.database.transaction((tx) => spend(tx, conversationId, replyWindow, account.clock.now()))
        for (let i = 0; i < 20 && (await mayWrite()); i++) await send(`第 ${i} 句`).catch(() => {})
        if (replyWindow) account.clock.advance(replyWindow.windowMs)
        if (await mayWrite()) await send('过了很久').catch(() => {})
        assert.equal(vendor.refusedByWindow(), 0, 'the ledger allows what the vendor refuses')
        if (replyWindow) assert.equal(await mayWrite(), false, 'the ledger allows more than it declares')
      })
    },
  },
]
