import { afterEach, describe, expect, it } from 'vitest'
import { storeEffects } from '../../src/app/effects.ts'
import { systemActor } from '../../src/contract/actor.ts'
import { type Capabilities, DeliveryError } from '../../src/contract/channel.ts'
import { derivedId } from '../../src/kernel/ids.ts'
import { applyReceipt, makeOutboxCommands } from '../../src/outbox/index.ts'
import { sql } from '../../src/store/index.ts'
import { type Desk, openDesk } from './outbox-desk.ts'

let open: Desk[] = []
afterEach(async () => {
  for (const desk of open) await desk.desk.drop()
  open = []
})

async function newDesk(capabilities: Partial<Capabilities> = {}): Promise<Desk> {
  const desk = await openDesk(capabilities)
  open.push(desk)
  return desk
}

const commands = makeOutboxCommands({ media: { look: async () => null }, partsOf: () => null })
const command = (name: string) => commands.find((c) => c.name === name)

/**
 * Kills the hub while the vendor is being called: the call went out, its answer is never seen. What is returned lets the answer arrive
 * after all, at a process that takes no further work.
 */
async function killDuringSend(d: Desk): Promise<() => Promise<void>> {
  const working = d.desk.answer
  let answerLate = () => {}
  let killed = false
  const called = new Promise<void>((resolve) => {
    d.desk.answer = async (call, key) => {
      resolve()
      await new Promise<void>((late) => {
        answerLate = late
      })
      return await working(call, key)
    }
  })
  const dying = (async () => {
    const runner = d.make('dying')
    for (let id = await d.next(); id && !killed; id = await d.next()) await runner.runJob(id)
  })()
  await called
  killed = true
  d.desk.answer = working
  await d.takeBack()
  return async () => {
    answerLate()
    await dying
  }
}

describe('a message on its way out', () => {
  it('is sent piece by piece in order, and the conversation shows it from queued to sent', async () => {
    const d = await newDesk()
    const conversationId = await d.hear('u1', '空调不制冷')
    await d.say({ conversationId, text: '一二三四五六七八九十甲乙丙' })
    expect(await d.deliveries()).toEqual(['queued'])
    await d.run()
    expect(d.desk.seen.map((s) => s.text)).toEqual(['一二三四五六七八九十', '甲乙丙'])
    expect(await d.states()).toEqual(['sent(sent sent)'])
    expect(await d.deliveries()).toEqual(['sent'])
    const sent = await d.events('message.sent')
    expect(sent.map((e) => (e.data as { author: string }).author)).toEqual(['agent'])
  })

  it('is written once for one idempotency key, however often and however parallel it is asked for', async () => {
    const d = await newDesk()
    const conversationId = await d.hear('u1', '你好')
    const say = () => d.say({ conversationId, text: '您好', idempotencyKey: 'hello' })
    const said = await Promise.all([say(), say(), say()])
    expect(said.filter((s) => s.ok && s.value.isNew)).toHaveLength(1)
    await d.run()
    expect(d.desk.seen).toHaveLength(1)
    expect(await d.deliveries()).toEqual(['sent'])
  })

  it('keeps its place in the conversation while an earlier one waits for the vendor', async () => {
    const d = await newDesk()
    const conversationId = await d.hear('u1', '你好')
    const other = await d.hear('u2', '你好')
    let refusals = 3
    d.desk.answer = async (call) => {
      if (call.body.text === 'first' && refusals-- > 0) throw new DeliveryError('later', '45009', 'too fast')
      return { providerMessageId: `v-${call.body.text}` }
    }
    await d.say({ conversationId, text: 'first' })
    await d.say({ conversationId, text: 'second' })
    await d.say({ conversationId: other, text: 'elsewhere' })
    await d.run()
    expect(d.desk.seen.map((s) => s.text)).toEqual(['first', 'elsewhere'])
    await d.runFor(30_000)
    expect(d.desk.seen.map((s) => s.text)).toEqual([
      'first',
      'elsewhere',
      'first',
      'first',
      'first',
      'second',
    ])
    expect(new Set(d.desk.seen.filter((s) => s.text === 'first').map((s) => s.key)).size).toBe(1)
  })

  it('waits as long as the vendor asks', async () => {
    const d = await newDesk()
    const conversationId = await d.hear('u1', '你好')
    d.desk.answer = async () => {
      throw new DeliveryError('later', '429', 'slow down', 120_000)
    }
    await d.say({ conversationId, text: 'x' })
    await d.runFor(119_000)
    expect(d.desk.seen).toHaveLength(1)
    await d.runFor(5000)
    expect(d.desk.seen).toHaveLength(2)
  })

  it('fails after its tries are used up, is told to the console, and lets the next one pass', async () => {
    const d = await newDesk()
    const conversationId = await d.hear('u1', '你好')
    d.desk.answer = async (call) => {
      if (call.body.text === 'a') throw new DeliveryError('later', '503', 'down')
      return { providerMessageId: 'v' }
    }
    await d.say({ conversationId, text: 'a' })
    await d.say({ conversationId, text: 'b' })
    await d.runFor(3 * 3_600_000, 60_000)
    expect(await d.states()).toEqual(['failed(failed)', 'sent(sent)'])
    expect(d.desk.seen.filter((s) => s.text === 'a')).toHaveLength(12)
    expect(await d.deliveries()).toEqual(['failed', 'sent'])
  })

  it('fails at once for good reasons, without the pieces behind it, and goes on where it stopped when a person retries', async () => {
    const d = await newDesk()
    const conversationId = await d.hear('u1', '你好')
    d.desk.answer = async () => {
      throw new DeliveryError('never', '40003', 'no such user')
    }
    const said = await d.say({ conversationId, text: '一二三四五六七八九十甲' })
    await d.run()
    expect(await d.states()).toEqual(['failed(failed queued)'])
    expect((await d.events('outbox.failed')).map((e) => (e.data as { code: string }).code)).toEqual(['40003'])
    d.desk.answer = async () => ({ providerMessageId: 'v' })
    const id = said.ok ? said.value.outboxId : ''
    expect(await d.command(command('outbox.retry'), { id })).toMatchObject({ ok: true })
    await d.run()
    expect(await d.states()).toEqual(['sent(sent sent)'])
    expect(d.desk.seen.map((s) => s.text)).toEqual(['一二三四五六七八九十', '一二三四五六七八九十', '甲'])
  })

  it('is settled at once when the vendor’s answer holds what the database cannot', async () => {
    const d = await newDesk()
    const conversationId = await d.hear('u1', '你好')
    d.desk.answer = async (call) => {
      if (call.body.text === 'a') throw new DeliveryError('never', '40003', 'no \u0000 such user \ud83d')
      return { providerMessageId: 'v\u0000', handle: { code: '\ud83d' } }
    }
    await d.say({ conversationId, text: 'a' })
    await d.say({ conversationId, text: 'b' })
    await d.run()
    expect(await d.states()).toEqual(['failed(failed)', 'sent(sent)'])
    expect(d.desk.seen.map((s) => s.text)).toEqual(['a', 'b'])
  })

  it('that cannot be drawn fails alone and holds up nobody', async () => {
    const d = await newDesk({ maxTextLength: 100 })
    const conversationId = await d.hear('u1', '你好')
    await d.say({ conversationId, text: 'cannot be drawn' })
    await d.say({ conversationId, text: 'fine' })
    await d.run()
    expect(await d.states()).toEqual(['failed()', 'sent(sent)'])
  })

  it('waits while the account is switched off and goes out when it is on again', async () => {
    const d = await newDesk()
    const conversationId = await d.hear('u1', '你好')
    d.desk.enabled = false
    await d.say({ conversationId, text: 'x' })
    await d.runFor(2 * 3_600_000, 60_000)
    expect(await d.states()).toEqual(['queued()'])
    d.desk.enabled = true
    await d.runFor(120_000, 60_000)
    expect(await d.states()).toEqual(['sent(sent)'])
  })

  it('can be given up before it is sent, and then the next one goes', async () => {
    const d = await newDesk()
    const conversationId = await d.hear('u1', '你好')
    d.desk.answer = async (call) => {
      if (call.body.text === 'a') throw new DeliveryError('later', '503', 'down', 600_000)
      return { providerMessageId: 'v' }
    }
    const said = await d.say({ conversationId, text: 'a' })
    await d.say({ conversationId, text: 'b' })
    await d.run()
    const id = said.ok ? said.value.outboxId : ''
    expect(await d.command(command('outbox.cancel'), { id })).toMatchObject({ ok: true })
    await d.run()
    expect(await d.states()).toEqual(['cancelled(cancelled)', 'sent(sent)'])
    expect(await d.command(command('outbox.cancel'), { id })).toMatchObject({
      refusal: { code: 'outbox.not_waiting' },
    })
    await d.runFor(1_200_000, 60_000)
    expect(d.desk.seen.filter((s) => s.text === 'a')).toHaveLength(1)
  })

  it('sent again by a person goes before the later one that is waiting, which then follows', async () => {
    const d = await newDesk()
    const conversationId = await d.hear('u1', '你好')
    const moods: Record<string, DeliveryError | null> = {
      a: new DeliveryError('never', '40003', 'no such user'),
      b: new DeliveryError('later', '503', 'down', 60_000),
    }
    d.desk.answer = async (call) => {
      const mood = moods[String(call.body.text)]
      if (mood) throw mood
      return { providerMessageId: `v-${call.body.text}` }
    }
    const said = await d.say({ conversationId, text: 'a' })
    await d.say({ conversationId, text: 'b' })
    await d.run()
    moods.a = new DeliveryError('later', '503', 'down', 120_000)
    await d.command(command('outbox.retry'), { id: said.ok ? said.value.outboxId : '' })
    await d.run()
    moods.a = null
    moods.b = null
    await d.runFor(180_000)
    expect(d.desk.seen.map((s) => s.text)).toEqual(['a', 'b', 'a', 'a', 'b'])
    expect(await d.states()).toEqual(['sent(sent)', 'sent(sent)'])
  })
})

describe('after a crash in the middle of sending', () => {
  it('a vendor that drops repeats by our key gets the same key again', async () => {
    const d = await newDesk({ idempotentSend: 'key' })
    await d.say({ conversationId: await d.hear('u1', '你好'), text: 'x' })
    const late = await killDuringSend(d)
    expect(await d.states()).toEqual(['sending(sending)'])
    await d.run()
    expect(await d.states()).toEqual(['sent(sent)'])
    expect(new Set(d.desk.seen.map((s) => s.key)).size).toBe(1)
    await late()
  })

  it('a vendor without such a promise gets it once more at most, with the same visible reference, and then a person decides', async () => {
    const d = await newDesk({ idempotentSend: 'none' })
    await d.say({ conversationId: await d.hear('u1', '你好'), text: 'x', reference: 'T-1' })
    const firstLate = await killDuringSend(d)
    const secondLate = await killDuringSend(d)
    await d.runFor(3_600_000, 60_000)
    expect(await d.states()).toEqual(['unknown(unknown)'])
    expect(d.desk.seen.map((s) => s.reference)).toEqual(['T-1', 'T-1'])
    expect(await d.deliveries()).toEqual(['unknown'])
    expect(await d.events('outbox.failed')).toHaveLength(1)
    await firstLate()
    await secondLate()
  })

  it('the late answer of the killed process changes nothing', async () => {
    const d = await newDesk({ idempotentSend: 'none' })
    await d.say({ conversationId: await d.hear('u1', '你好'), text: 'x' })
    const late = await killDuringSend(d)
    await d.run()
    const before = await d.states()
    await late()
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(await d.states()).toEqual(before)
    expect(await d.events('message.sent')).toHaveLength(1)
  })

  it('a vendor that knows our key for a while gets it again within that time only', async () => {
    const within = await newDesk({ idempotentSend: 'window', idempotencyWindowMs: 600_000 })
    await within.say({ conversationId: await within.hear('u1', '你好'), text: 'x' })
    for (let i = 0; i < 3; i++) await (await killDuringSend(within))()
    // From the third end of its worker on a job waits a little.
    await within.runFor(10_000)
    expect(await within.states()).toEqual(['sent(sent)'])

    const after = await newDesk({ idempotentSend: 'window', idempotencyWindowMs: 600_000 })
    await after.say({ conversationId: await after.hear('u1', '你好'), text: 'x' })
    const first = await killDuringSend(after)
    after.desk.clock.advance(601_000)
    const second = await killDuringSend(after)
    await after.run()
    expect(await after.states()).toEqual(['unknown(unknown)'])
    await first()
    await second()
  })

  it('a timeout is the same question as a crash: nobody knows whether it was sent', async () => {
    const d = await newDesk({ idempotentSend: 'none' })
    d.desk.answer = async () => {
      throw new DeliveryError('unknown', 'timeout', 'no answer')
    }
    await d.say({ conversationId: await d.hear('u1', '你好'), text: 'x' })
    await d.runFor(60_000)
    expect(await d.states()).toEqual(['unknown(unknown)'])
    expect(d.desk.seen).toHaveLength(2)
  })
})

describe('what the vendor says later', () => {
  const receipt = (providerMessageId: string, status: 'delivered' | 'read' | 'failed') => ({
    kind: 'receipt' as const,
    dedupeKey: `${providerMessageId}${status}`,
    senderKey: '',
    providerMessageId,
    status,
  })

  async function sent(d: Desk): Promise<void> {
    await d.say({ conversationId: await d.hear('u1', '你好'), text: '一二三四五六七八九十甲' })
    await d.run()
  }

  async function apply(d: Desk, envelope: ReturnType<typeof receipt>) {
    const { database, clock } = d.desk
    return await database.transaction((tx) => applyReceipt(tx, d.accountId, envelope, clock.now()))
  }

  it('shows on the message the least that all its pieces have reached, and never goes back', async () => {
    const d = await newDesk()
    await sent(d)
    await apply(d, receipt('v1', 'read'))
    expect(await d.deliveries()).toEqual(['sent'])
    await apply(d, receipt('v2', 'delivered'))
    expect(await d.deliveries()).toEqual(['delivered'])
    await apply(d, receipt('v2', 'read'))
    await apply(d, receipt('v2', 'delivered'))
    expect(await d.deliveries()).toEqual(['read'])
  })

  it('brings a bounced message before people', async () => {
    const d = await newDesk()
    await sent(d)
    await apply(d, receipt('v2', 'failed'))
    expect(await d.states()).toEqual(['failed(sent failed)'])
    expect(await d.deliveries()).toEqual(['failed'])
  })

  it('does not end a message that a person sends again, when the vendor repeats that it bounced', async () => {
    const d = await newDesk()
    await sent(d)
    await apply(d, receipt('v2', 'failed'))
    const { id } = await d.desk.database.db
      .selectFrom('outbox_message')
      .select('id')
      .executeTakeFirstOrThrow()
    await d.command(command('outbox.retry'), { id })
    await apply(d, { ...receipt('v2', 'failed'), dedupeKey: 'repeated' })
    await d.run()
    expect(await d.states()).toEqual(['sent(sent sent)'])
  })

  describe('of one piece while the next is on its way', () => {
    /** The vendor takes back its word on the first piece while it takes the second; `then` is done in the same moment. */
    async function takenBack(d: Desk, end: () => unknown, then = async () => {}): Promise<string> {
      const conversationId = await d.hear('u1', '你好')
      let calls = 0
      d.desk.answer = async () => {
        calls++
        const id = `v${calls}`
        if (calls !== 2) return { providerMessageId: id }
        await heard(d, receipt('v1', 'failed'))
        await then()
        await end()
        return { providerMessageId: id }
      }
      const said = await d.say({ conversationId, text: '一二三四五六七八九十甲' })
      await d.say({ conversationId, text: 'next' })
      await d.runFor(60_000, 10_000)
      return said.ok ? said.value.outboxId : ''
    }

    /** What a receipt says, and the jobs that follow from it. */
    async function heard(d: Desk, envelope: ReturnType<typeof receipt>) {
      const { database, clock } = d.desk
      await database.transaction(async (tx) => {
        const effects = await applyReceipt(tx, d.accountId, envelope, clock.now())
        const id = derivedId('receipt', envelope.dedupeKey)
        await storeEffects(tx, effects, { id, nowMs: clock.now(), actor: systemActor('inbox') })
      })
    }

    const fails = (retry: 'never' | 'later') => () => {
      throw new DeliveryError(retry, '503', 'down', 1000)
    }

    it('leaves the message failed, and the next one is sent', async () => {
      const d = await newDesk()
      const id = await takenBack(d, () => {})
      expect(await d.states()).toEqual(['failed(failed sent)', 'sent(sent)'])
      expect(await d.deliveries()).toEqual(['failed', 'sent'])
      expect(await d.events('outbox.failed')).toHaveLength(1)
      expect(await d.command(command('outbox.retry'), { id })).toMatchObject({ ok: true })
      await d.run()
      expect(await d.states()).toEqual(['sent(sent sent)', 'sent(sent)'])
    })

    it('leaves it failed when the second piece fails as well, and sends that one only when a person says so', async () => {
      const d = await newDesk()
      const id = await takenBack(d, fails('later'))
      expect(await d.states()).toEqual(['failed(failed queued)', 'sent(sent)'])
      expect(d.desk.seen.map((s) => s.text)).toEqual(['一二三四五六七八九十', '甲', 'next'])
      await d.command(command('outbox.retry'), { id })
      await d.run()
      expect(await d.states()).toEqual(['sent(sent sent)', 'sent(sent)'])

      const never = await newDesk()
      await takenBack(never, fails('never'))
      expect(await never.states()).toEqual(['failed(failed failed)', 'sent(sent)'])
      expect(await never.events('outbox.failed')).toHaveLength(1)
    })

    it('leaves it cancelled when a person gives it up in that moment', async () => {
      for (const [end, parts] of [
        [() => {}, 'cancelled sent'],
        [fails('later'), 'cancelled cancelled'],
      ] as const) {
        const d = await newDesk()
        await takenBack(d, end, async () => {
          const { rows } = await sql<{ id: string }>`select "id" from outbox_message order by "seq"`.execute(
            d.desk.database.db,
          )
          const { id } = rows[0]!
          expect(await d.command(command('outbox.cancel'), { id })).toMatchObject({ ok: true })
        })
        expect(await d.states()).toEqual([`cancelled(${parts})`, 'sent(sent)'])
        expect(await d.deliveries()).toEqual(['cancelled', 'sent'])
      }
    })

    it('leaves no piece as being sent for ever when the hub is killed in that moment', async () => {
      const d = await newDesk({ idempotentSend: 'none' })
      const conversationId = await d.hear('u1', '你好')
      await d.say({ conversationId, text: '一二三四五六七八九十甲' })
      const first = await d.next()
      await d.make('w0').runJob(first!)
      await d.make('w0').runJob((await d.next())!)
      expect(await d.states()).toEqual(['queued(sent queued)'])
      const late = await killDuringSend(d)
      await heard(d, receipt('v1', 'failed'))
      await d.runFor(10_000)
      expect(await d.states()).toEqual(['failed(failed queued)'])
      await late()
    })
  })

  it('passes over what we did not send, but waits while something is just being sent', async () => {
    const d = await newDesk()
    await sent(d)
    expect(await apply(d, receipt(derivedId('foreign'), 'read'))).toEqual({ events: [], jobs: [] })
    await d.say({ conversationId: await d.hear('u1', '在吗'), text: 'x' })
    const late = await killDuringSend(d)
    await expect(apply(d, receipt('v3', 'delivered'))).rejects.toThrow('being sent right now')
    await late()
  })
})
