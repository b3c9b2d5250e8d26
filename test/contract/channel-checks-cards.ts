import { strict as assert } from 'node:assert'
import type { ActionAnswer, Card, Outbound } from '../../src/contract/channel.ts'
import type { ActionEnvelope } from '../../src/contract/message.ts'
import { derivedId } from '../../src/kernel/ids.ts'
import type { Check } from './channel-checks-in.ts'
import { type ChannelSubject, isNever } from './channel-subject.ts'
import { openAccount, type World } from './channel-world.ts'

const cardId = '0198f000-0000-7000-8000-000000000001'
const key = 'offer.accept'

const card: Card = {
  id: cardId,
  title: '派单 T260302-0001',
  lines: [{ label: '地址', value: '上海市浦东新区世纪大道 1 号' }],
  buttons: [{ key, text: '接单', style: 'primary' }],
}
const taken: Card = { ...card, state: { text: '已被李师傅接单', tone: 'warning' }, buttons: [] }
const answer: ActionAnswer = { tone: 'warning', text: '已被李师傅接单', card: taken }

/** What the subject knows about cards; null, and the check is passed over, where the channel draws cards as text. */
function cardsOf(s: ChannelSubject) {
  if (s.channel.capabilities.cards === 'text') return null
  assert.ok(s.cards, 'cards are native, but the subject does not say how they are pressed')
  return s.cards
}

function press(s: ChannelSubject, id: string) {
  const request = s.sign(cardsOf(s)!.press(cardId, key, id), id, s.startMs)
  const verified = s.channel.verify(request, s.config, s.startMs)
  assert.ok(verified.ok, 'a genuine press was refused')
  return { request, verified: verified.value }
}

/** The newest press: what was announced before may be pulled along. */
async function pressed(s: ChannelSubject, world: World, id: string): Promise<ActionEnvelope> {
  const contents = await (await openAccount(world, s)).contents(press(s, id).verified)
  const envelopes = s.channel.parse(contents.at(-1)!, s.config)
  assert.equal(envelopes.length, 1, 'one press is one envelope')
  assert.equal(envelopes[0]!.kind, 'action', 'a press is an action')
  return envelopes[0] as ActionEnvelope
}

export const cardChecks: readonly Check[] = [
  {
    id: 'card-press',
    title:
      'makes an action of a press, which names the card, the button and who pressed, once however often it is delivered',
    async run(s, world) {
      if (!cardsOf(s)) return
      const envelope = await pressed(s, world, 'p-1')
      assert.equal(envelope.action.name, 'card.press')
      assert.equal(envelope.action.args.cardId, cardId)
      assert.equal(envelope.action.args.key, key)
      assert.ok(envelope.identity.externalId.length > 0, 'nobody pressed')
      const again = await pressed(s, world, 'p-1')
      assert.equal(again.dedupeKey, envelope.dedupeKey, 'a repeat has another dedupe key')
      const other = await pressed(s, world, 'p-2')
      assert.notEqual(other.dedupeKey, envelope.dedupeKey, 'another press has the same dedupe key')
      const { handle } = envelope.action.args
      const mark = s.cards?.handle
      if (mark) assert.ok(JSON.stringify(handle ?? null).includes(mark), 'the handle is lost')
    },
  },
  {
    id: 'card-answer',
    title: 'tells the person who pressed what came of it, and accepts a press of which nothing is known yet',
    async run(s) {
      const cards = cardsOf(s)
      // Nobody waits for the answer where a press is only announced.
      if (!cards || s.pulled) return
      const { request, verified } = press(s, 'p-3')
      const outcome = { envelopeId: derivedId('press'), duplicate: false }
      const told = s.channel.ack(verified, [{ ...outcome, answer }], s.config)
      const late = s.channel.ack(verified, [outcome], s.config)
      assert.ok(s.accepts(told), 'the answer is not taken as received')
      assert.ok(s.accepts(late), 'an acknowledgement without an answer is not taken as received')
      if (isNever(cards.answered)) return
      assert.ok(
        cards.answered(told, request).includes('已被李师傅接单'),
        'the answer does not reach the person',
      )
      assert.ok(!cards.answered(late, request).includes('已被李师傅接单'), 'an answer was made up')
    },
  },
  {
    id: 'card-change',
    title: 'changes a card that was sent instead of sending another one, and shows its state',
    async run(s, world) {
      const cards = cardsOf(s)
      if (!cards || isNever(cards.change)) return
      const vendor = await s.vendor()
      try {
        const account = await openAccount(world, s)
        vendor.customerWrote(account.clock.now())
        const io = account.io(vendor)
        const say = async (out: Partial<Outbound>, name: string) => {
          const calls = s.channel.render(outbound(s, out), vendor.config)
          const receipts = []
          for (const [i, call] of calls.entries()) {
            receipts.push(await s.channel.deliver(call, derivedId('key', name, i), io))
          }
          return receipts.at(-1)!
        }
        const shown = () => vendor.received().map(({ words }) => words)
        const receipt = await say({ card }, 'first')
        const count = shown().length
        const { providerMessageId, handle = null } = receipt
        await say({ card: taken, replaces: { cardId, providerMessageId, handle } }, 'second')
        assert.equal(shown().length, count, 'the changed card was sent as another one')
        assert.ok(
          shown().some((words) => words.includes('已被李师傅接单')),
          'the state is not shown',
        )
      } finally {
        await vendor.close()
      }
    },
  },
]

function outbound(s: ChannelSubject, more: Partial<Outbound>): Outbound {
  return {
    reference: 'T260302-0001',
    ...s.receiver,
    text: '派单',
    automatic: true,
    messageId: derivedId('outbound', JSON.stringify(more.card)),
    lang: 'zh',
    ...more,
  }
}
