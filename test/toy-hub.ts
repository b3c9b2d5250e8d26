import { randomBytes } from 'node:crypto'
import type { RawResponse, ReceiveOutcome } from '../src/contract/channel.ts'
import { manualClock } from '../src/kernel/clock.ts'
import { toyChannel } from './fixtures/toy-channel.ts'
import { startToyVendor, toySignature } from './fixtures/toy-vendor.ts'
import type { FreshDatabase } from './fresh-database.ts'
import { type TestHub, testHub } from './hub.ts'

const startMs = Date.parse('2026-03-02T09:00:00+08:00')
// Nodes of one database share its key.
const env = { SECRET_KEY: Buffer.alloc(32, 7).toString('base64'), ALLOW_PRIVATE_HOSTS: '127.0.0.1' }

/** The toy channel with a reply window of so many messages. */
async function toyWith(messages: number) {
  const toy = toyChannel()
  const { replyWindow } = toy.capabilities
  return {
    ...toy,
    capabilities: { ...toy.capabilities, replyWindow: replyWindow && { ...replyWindow, messages } },
  }
}

/** A hub with an account of the toy channel, whose vendor runs on loopback; it works only when told. */
export async function openToyHub(
  options: { env?: Record<string, string>; audience?: string; startMs?: number; replies?: number } = {},
) {
  const clock = manualClock(options.startMs ?? startMs)
  const secret = randomBytes(16).toString('hex')
  const vendor = await startToyVendor(secret, () => clock.now())
  vendor.letEverybodyWrite()
  /** What this hub was made with; a replay is made with the same. */
  const made = { env: { ...env, ...options.env }, channels: { toy: () => toyWith(options.replies ?? 5) } }
  const start = (fresh?: FreshDatabase) =>
    testHub({
      ...{ clock, ...made },
      ...(fresh ? { fresh: { ...fresh, drop: async () => {} } } : {}),
    })
  const test = await start()
  const config = { url: vendor.url, token: vendor.token, secret }
  const { id } = await test.run('channel.create', {
    ...{ kind: 'toy', name: '玩具', config, audience: options.audience ?? 'both' },
  })
  const accountId = id as string
  await test.hub.registry.refresh()

  /** What the mount does with a delivery of the vendor: verify, parse, receive, acknowledge. */
  async function deliver(body: object, node: TestHub = test) {
    const bytes = new TextEncoder().encode(JSON.stringify(body))
    const account = node.hub.registry.byId(accountId)!
    const raw = {
      ...{ method: 'POST', path: `/channels/toy/${accountId}`, query: {}, remoteAddress: '127.0.0.1' },
      headers: toySignature(secret, bytes, clock.now()),
      body: bytes,
      receivedAtMs: clock.now(),
    }
    const verified = account.channel.verify(raw, account.config, clock.now())
    if (!verified.ok) throw new Error(verified.refusal.code)
    const { request, claims } = verified.value
    const items = account.channel.parse(verified.value, account.config).map((envelope, part) => {
      const { kind, dedupeKey, senderKey } = envelope
      return { accountId, request, claims, part, kind, dedupeKey, senderKey }
    })
    const outcomes = await node.hub.receive(items)
    return { outcomes, response: account.channel.ack(verified.value, outcomes, account.config) }
  }

  let count = 0
  return {
    test,
    made,
    clock,
    vendor,
    accountId,
    deliver,
    /** A node of the same hub. */
    another: () => start(test.fresh),
    write: (from: string, text: string) => deliver({ id: `w${count++}`, type: 'text', from, text }),
    async press(
      from: string,
      card: string,
      key: string,
      id = `p${count++}`,
    ): Promise<{ outcome: ReceiveOutcome; response: RawResponse }> {
      const body = { id, type: 'press', from, card, key, ticket: `ticket-${id}` }
      const { outcomes, response } = await deliver(body)
      return { outcome: outcomes[0]!, response }
    },
    query: <R extends object>(text: string) => test.fresh.database.query<R>(text),
    async close() {
      await test.close()
      await vendor.close()
    },
  }
}
export type ToyHub = Awaited<ReturnType<typeof openToyHub>>
