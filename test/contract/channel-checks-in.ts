import { strict as assert, deepStrictEqual } from 'node:assert'
import fc from 'fast-check'
import { z } from 'zod'
import type { RawRequest, Verified } from '../../src/contract/channel.ts'
import type { Envelope, InboundAttachment, MessageEnvelope } from '../../src/contract/message.ts'
import { type ChannelSubject, isNever, type Never } from './channel-subject.ts'
import { openAccount, type World } from './channel-world.ts'
import { frozen, withoutClockAndDice } from './purity.ts'

/** One property of the contract. `run` throws when the channel breaks it. */
export interface Check {
  readonly id: string
  readonly title: string
  run(subject: ChannelSubject, world: World): Promise<void>
}

const hello = '你好,空调不制冷 😀'

function textRequest(s: ChannelSubject, id = 'm-1', nowMs = s.startMs): RawRequest {
  return s.sign(s.text(hello, id), id, nowMs)
}

function believe(s: ChannelSubject, request: RawRequest, nowMs = s.startMs): Verified {
  const verified = s.channel.verify(request, s.config, nowMs)
  assert.ok(verified.ok, `a genuine request was refused: ${verified.ok || verified.refusal.code}`)
  return verified.value
}

/** What the request brought: its own envelopes, or those of what it announced. */
async function parsed(s: ChannelSubject, world: World, request: RawRequest): Promise<Envelope[]> {
  const verified = believe(s, request)
  const contents = s.pulled ? await (await openAccount(world, s)).contents(verified) : [verified]
  return contents.flatMap((each) => s.channel.parse(each, s.config))
}

async function onlyMessage(s: ChannelSubject, world: World, request: RawRequest): Promise<MessageEnvelope> {
  const messages = (await parsed(s, world, request)).filter((envelope) => envelope.kind === 'message')
  assert.equal(messages.length, 1, 'one message was sent')
  return messages[0]!
}

function refuses(s: ChannelSubject, request: RawRequest | Never, what: string): void {
  if (isNever(request)) return
  const verified = s.channel.verify(request, s.config, s.startMs)
  assert.ok(!verified.ok, `${what} was believed`)
}

/** When vendors deliver again, ms after the first try, as far as this one does. */
function ladder(s: ChannelSubject): readonly number[] {
  if (s.ladderMs) return [0, ...s.ladderMs]
  const minute = 60_000
  const steps = [
    0,
    1000,
    5000,
    10_000,
    15_000,
    minute,
    10 * minute,
    60 * minute,
    24 * 60 * minute,
    7 * 24 * 60 * minute,
  ]
  return steps.filter((step) => step <= s.channel.capabilities.redeliveryHorizonMs)
}

function parsesPurely(s: ChannelSubject, believed: Verified): void {
  const verified = frozen(believed)
  const bytes = Buffer.from(verified.request.body).toString('hex')
  const [first, second] = withoutClockAndDice(() => [
    s.channel.parse(verified, frozen(s.config)),
    s.channel.parse(verified, frozen(s.config)),
  ])
  deepStrictEqual(first, second)
  assert.equal(Buffer.from(verified.request.body).toString('hex'), bytes, 'the raw body was changed')
  // Stored and read back: the same again.
  const { request, claims } = verified
  const restored = {
    request: { ...request, body: Buffer.from(request.body) },
    claims: JSON.parse(JSON.stringify(claims)),
  }
  deepStrictEqual(JSON.stringify(s.channel.parse(restored, s.config)), JSON.stringify(first))
}

export const incomingChecks: readonly Check[] = [
  {
    id: 'genuine',
    title: 'believes a genuine request and reads its text, sender and thread',
    async run(s, world) {
      const envelope = await onlyMessage(s, world, textRequest(s))
      assert.equal(envelope.message.text.trim(), hello)
      assert.ok(envelope.identity.externalId.length > 0, 'nobody sent it')
      assert.ok(envelope.threadKey.length > 0, 'it belongs to no thread')
      assert.ok(envelope.dedupeKey.length > 0, 'it has no dedupe key')
    },
  },
  {
    id: 'unsigned',
    title: 'refuses an unsigned request',
    async run(s) {
      refuses(s, s.unsigned(textRequest(s)), 'an unsigned request')
    },
  },
  {
    id: 'forged',
    title: 'refuses a forged signature',
    async run(s) {
      refuses(s, s.forged(textRequest(s)), 'a forged request')
    },
  },
  {
    id: 'tampered',
    title: 'refuses a tampered body',
    async run(s) {
      refuses(s, s.tampered(textRequest(s)), 'a tampered request')
    },
  },
  {
    id: 'captured',
    title: 'refuses a captured request that is sent again later',
    async run(s) {
      if (isNever(s.toleranceMs)) return
      const later = s.channel.verify(textRequest(s), s.config, s.startMs + s.toleranceMs + 1000)
      assert.ok(!later.ok, 'a captured request was believed after its time')
    },
  },
  {
    id: 'redelivered',
    title: 'stores one message of everything that the vendor delivers again, on its whole ladder',
    async run(s, world) {
      const account = await openAccount(world, s)
      for (const step of ladder(s)) {
        account.clock.set(s.startMs + step)
        const answer = await account.hear(textRequest(s, 'm-1', account.clock.now()))
        assert.ok(answer && s.accepts(answer), `the delivery after ${step} ms was not acknowledged`)
      }
      account.clock.set(s.startMs)
      await account.hear(textRequest(s, 'm-2'))
      const messages = await account.messages()
      assert.equal(messages.length, 2, 'two messages were sent, one of them many times')
    },
  },
  {
    id: 'dedupe-key',
    title: 'gives a request the same dedupe key every time, and two messages different ones',
    async run(s, world) {
      const keysOf = async (id: string) =>
        (await parsed(s, world, textRequest(s, id))).map((envelope) => envelope.dedupeKey)
      const [first, second, third] = [await keysOf('m-1'), await keysOf('m-1'), await keysOf('m-1')]
      const same = new Set([...first!, ...second!, ...third!])
      assert.equal(same.size, 1, 'the dedupe key changes by itself')
      const other = (await keysOf('m-2')).filter((key) => !same.has(key))
      assert.equal(other.length, 1, 'two messages share a dedupe key')
    },
  },
  {
    id: 'pure-parse',
    title: 'parses without clock and dice: twice the same, and nothing of its input changed',
    async run(s, world) {
      const believed = believe(s, textRequest(s))
      parsesPurely(s, believed)
      if (!s.pulled) return
      const [pulled] = await (await openAccount(world, s)).contents(believed)
      parsesPurely(s, pulled!)
    },
  },
  {
    id: 'pure-verify',
    title: 'verifies with the time it is given, not with the machine’s',
    async run(s) {
      const request = frozen(textRequest(s))
      const verified = withoutClockAndDice(() => s.channel.verify(request, frozen(s.config), s.startMs))
      assert.ok(verified.ok)
    },
  },
  {
    id: 'unknown-type',
    title: 'keeps a message of an unknown type, as a placeholder and with its raw bytes',
    async run(s, world) {
      if (isNever(s.unknown)) return
      const account = await openAccount(world, s)
      const request = s.sign(s.unknown, 'm-9', s.startMs)
      const answer = await account.hear(request)
      assert.ok(answer && s.accepts(answer), 'it was not acknowledged')
      const messages = await account.messages()
      assert.equal(messages.length, 1, 'it is gone')
      assert.equal(messages[0]?.kind, 'unsupported')
      assert.ok(messages[0]?.unsupported, 'the placeholder does not say what it stands for')
      const [envelope] = await account.envelopes()
      // What is signed may be a sealed form of it; what is pulled stands for itself.
      const raw = s.pulled ? s.unknown : request.body
      assert.deepEqual(Buffer.from(envelope!.body!), Buffer.from(raw), 'the raw bytes were not kept')
    },
  },
  {
    id: 'echo',
    title: 'does not take its own words for a customer’s',
    async run(s, world) {
      if (isNever(s.echo)) return
      for (const envelope of await parsed(s, world, s.sign(s.echo, 'm-8', s.startMs))) {
        const heard = envelope.kind === 'message' && envelope.message.automatic === undefined
        assert.ok(!heard, 'the hub would answer itself')
      }
    },
  },
  {
    id: 'media',
    title: 'finds the file that came with a message',
    async run(s, world) {
      if (isNever(s.media)) return
      const { message } = await onlyMessage(s, world, s.sign(s.media.body, 'm-7', s.startMs))
      assert.equal(message.attachments.length, 1, 'the file is gone')
      const content = await bytesOf(s, world, message.attachments[0]!)
      assert.deepEqual(Buffer.from(content), Buffer.from(s.media.content))
    },
  },
  {
    id: 'ack',
    title: 'acknowledges at once what is stored, and what was stored before, in the vendor’s own form',
    async run(s) {
      const verified = believe(s, textRequest(s))
      const envelopes = s.channel.parse(verified, s.config)
      for (const duplicate of [false, true]) {
        const outcomes = envelopes.map((_, i) => ({ envelopeId: `e-${i}`, duplicate, contentDiffers: false }))
        const answer = withoutClockAndDice(() => s.channel.ack(frozen(verified), outcomes, frozen(s.config)))
        // A promise would be time that the vendor's budget does not have.
        assert.equal(typeof answer.status, 'number', 'the acknowledgement is not there at once')
        assert.ok(s.accepts(answer), `the vendor does not take this as received (duplicate: ${duplicate})`)
      }
      const { ackBudgetMs } = s.channel.capabilities
      assert.ok(ackBudgetMs === null || ackBudgetMs > 500, 'the budget leaves no time to store anything')
    },
  },
  {
    id: 'garbage',
    title: 'survives anything that a signature can be put on',
    async run(s) {
      const bodies = fc.oneof(fc.uint8Array({ maxLength: 400 }), fc.json().map(bytes), fc.string().map(bytes))
      fc.assert(
        fc.property(bodies, (body) => {
          const verified = s.channel.verify(s.sign(body, 'm-6', s.startMs), s.config, s.startMs)
          if (!verified.ok) return
          let envelopes: Envelope[]
          try {
            envelopes = s.channel.parse(verified.value, s.config)
          } catch (error) {
            assert.ok(error instanceof Error)
            return
          }
          for (const { dedupeKey, senderKey } of envelopes)
            assert.ok(dedupeKey && typeof senderKey === 'string')
        }),
        { numRuns: 300, seed: 7 },
      )
    },
  },
  {
    id: 'secrets',
    title: 'marks the secrets among its settings, so that they are encrypted at rest',
    async run(s) {
      const schema = z.toJSONSchema(s.channel.configSchema, { io: 'input', unrepresentable: 'any' }) as {
        properties?: Record<string, { secret?: boolean }>
      }
      for (const name of s.secretMembers) {
        assert.equal(schema.properties?.[name]?.secret, true, `${name} would be stored in the clear`)
      }
    },
  },
]

const bytes = (text: string) => new TextEncoder().encode(text)

async function bytesOf(s: ChannelSubject, world: World, attachment: InboundAttachment): Promise<Uint8Array> {
  const { source } = attachment
  if (source.kind === 'bytes') return source.content
  if (source.kind === 'media') return await world.media.get(source.hash)
  assert.ok(s.channel.fetchAttachment, 'nobody can fetch the file')
  const vendor = await s.vendor()
  try {
    const account = await openAccount(world, s)
    const fetched = await s.channel.fetchAttachment(source.ref, account.io(vendor))
    const chunks: Uint8Array[] = []
    for await (const chunk of fetched.content) chunks.push(chunk)
    return Buffer.concat(chunks)
  } finally {
    await vendor.close()
  }
}
