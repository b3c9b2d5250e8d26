import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/kernel/clock.ts'
import { shippedCases } from '../../src/pipeline/evaluation/case.ts'
import { sendToApi } from '../api.ts'
import { type TestHub, testHub } from '../hub.ts'

const title = (zh: string, en: string) => ({ zh, en })
const channel = {
  ...{ type: 'string', enum: ['京东', '天猫', '官网', '抖音', '线下门店'] },
  title: title('购买渠道', 'Bought at'),
}
const formWith = (properties: object) => ({ type: 'object', properties, required: [] })

interface ChangedCase {
  readonly caseId: string
  readonly field: string
  readonly direction: string | null
  readonly after: { readonly verdict: string; readonly found: unknown }
}

describe('drafts that are tried before they are published', () => {
  let test: TestHub
  let accountId: string
  const db = () => test.fresh.database.db

  beforeAll(async () => {
    test = await testHub({ clock: systemClock })
    accountId = (await test.run('channel.create', { kind: 'api', name: 'app', config: {} })).id as string
  })
  afterAll(async () => {
    await test.close()
  })

  async function ticketOf(user: string, text: string) {
    await sendToApi(test, accountId, { key: user, sender: { id: user }, thread: user, text })
    await test.hub.settle()
    return await db()
      .selectFrom('ticket')
      .select(['id', 'version', 'fields', 'custom', 'formVersion'])
      .orderBy('createdAt', 'desc')
      .orderBy('number', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow()
  }
  async function run(input: object): Promise<string> {
    const { id } = await test.run('evaluation.run', input)
    await test.hub.settle()
    return id as string
  }
  const changed = async (runId: string) =>
    (await test.ask('evaluation.cases', { runId, show: 'changed' })).cases as ChangedCase[]
  const refusal = async (name: string, input: unknown) =>
    await test.run(name, input).then(
      () => 'ok',
      (error: Error) => error.message,
    )

  describe('of a ticket form', () => {
    let typeId: string
    const typeOf = async () =>
      await db()
        .selectFrom('ticket_type')
        .select(['form', 'formVersion'])
        .where('id', '=', typeId)
        .executeTakeFirstOrThrow()
    const draftOf = async (formVersion: number, properties: object) =>
      await test.run('evaluation.saveDraft', {
        title: '问购买渠道',
        content: { kind: 'form', body: { typeId, formVersion, form: formWith(properties) } },
      })

    it('says which cases change, and the form and what is read stay as they were until it is published', async () => {
      await ticketOf('a1', '空调不制冷,京东买的,电话13605712111')
      const { types } = await test.ask('ticketType.list', {})
      typeId = (types as { id: string; isDefault: boolean }[]).find((type) => type.isDefault)!.id
      const first = await run({ set: 'forms', engine: 'rules' })
      await test.run('evaluation.publish', { runId: first, reason: '第一次' })
      const draft = await draftOf(1, { bought_at: channel })
      const tried = await run({ set: 'forms', engine: 'rules', versionId: draft.id })
      const better = (await changed(tried)).filter(({ direction }) => direction === 'better')
      expect(better).toContainEqual(
        expect.objectContaining({ caseId: 'F01', field: 'custom.购买渠道', direction: 'better' }),
      )
      expect(new Set(better.map(({ field }) => field))).toEqual(new Set(['custom.购买渠道']))
      expect((await typeOf()).formVersion).toBe(1)
      expect((await ticketOf('a2', '冰箱不冷,京东买的,电话13605712112')).custom).toEqual({})

      await test.run('evaluation.publish', { runId: tried, reason: '派单要用' })
      expect(await typeOf()).toMatchObject({ formVersion: 2, form: { properties: { bought_at: channel } } })
      // without any model, with the words as evidence, and shown for confirmation
      expect((await ticketOf('a3', '洗衣机不转,京东买的,电话13605712113')).custom).toMatchObject({
        bought_at: { value: '京东', method: 'rules', verdict: 'confirm', evidence: [{ quote: '京东' }] },
      })
      await test.run('evaluation.undo', { runId: tried, reason: '退回' })
      expect(await typeOf()).toMatchObject({ formVersion: 3, form: { properties: {} } })
      expect((await ticketOf('a4', '电视黑屏,京东买的,电话13605712114')).custom).toEqual({})
    })

    it('shows a case as the run read it', async () => {
      const draft = await draftOf(3, { bought_at: channel })
      const runId = await run({ set: 'forms', engine: 'rules', versionId: draft.id })
      const shown = await test.ask('evaluation.case', { runId, caseId: 'F01' })
      expect(JSON.stringify(shown.turns)).toContain('京东')
      const { forms, draftOf: of } = await test.ask('evaluation.editable', { versionId: draft.id })
      expect(of).toBe(typeId)
      expect(JSON.stringify(forms)).toContain('购买渠道')
      await test.run('evaluation.discard', { versionId: draft.id, reason: '不要' })
      expect(await refusal('evaluation.publish', { runId, reason: 'x' })).toContain('evaluation.state')
      expect((await typeOf()).formVersion).toBe(3)
    })

    it('is refused when it is no form, and not published over a form that was changed meanwhile', async () => {
      expect(
        await refusal('evaluation.saveDraft', {
          title: '坏',
          content: {
            kind: 'form',
            body: { typeId, formVersion: 3, form: formWith({ 'Bad Name': channel }) },
          },
        }),
      ).toContain('ticket.form_definition_invalid')
      const draft = await draftOf(3, { bought_at: channel })
      const runId = await run({ set: 'forms', engine: 'rules', versionId: draft.id })
      const { version } = await db()
        .selectFrom('ticket_type')
        .select('version')
        .where('id', '=', typeId)
        .executeTakeFirstOrThrow()
      const form = formWith({ note: { type: 'string', title: title('备注', 'Note') } })
      await test.run('ticketType.update', { id: typeId, version, form })
      expect(await refusal('evaluation.publish', { runId, reason: 'x' })).toContain('conflict.version')
      expect(await typeOf()).toMatchObject({ formVersion: 4, form: { properties: { note: {} } } })
    })
  })

  describe('of confidence, learned from corrected tickets', () => {
    const confidenceOf = async (user: string) => {
      const ticket = await ticketOf(user, `空调不制冷,我姓顾,电话${13605713000 + Number(user.slice(1))}`)
      const { phone } = ticket.fields as unknown as { phone: { confidence: number; verdict: string } }
      return { confidence: phone.confidence, verdict: phone.verdict }
    }

    it('asks to confirm what people of this hub always had to correct, once it is published', async () => {
      const before = await confidenceOf('b1')
      expect(before).toMatchObject({ verdict: 'accepted' })
      for (let i = 2; i < 42; i++) {
        const ticket = await ticketOf(`b${i}`, `空调不制冷,我姓顾,电话${13605713000 + i}`)
        const change = {
          ticketId: ticket.id,
          version: ticket.version,
          name: 'phone',
          value: `1370000${1000 + i}`,
        }
        await test.run('ticket.setField', change)
        await db().updateTable('ticket').set({ status: 'resolved' }).where('id', '=', ticket.id).execute()
      }
      const { id } = await test.run('evaluation.train', { kind: 'confidence', title: '本店的把握' })
      await test.hub.settle()
      const { body, state } = await db()
        .selectFrom('extraction_version')
        .select(['body', 'state'])
        .where('id', '=', id as string)
        .executeTakeFirstOrThrow()
      const learned = body as unknown as {
        learned: { tickets: number }
        error: { before: number; after: number }
        calibration: { rules: Record<string, unknown> }
      }
      expect(state).toBe('draft')
      expect(learned.learned.tickets).toBe(40)
      // what was said of them came less true than what the new map says of tickets that it did not see
      expect(learned.error.after).toBeLessThan(learned.error.before)
      expect(await confidenceOf('b50')).toEqual(before)
      const runId = await run({ set: 'dialogues', engine: 'rules', versionId: id })
      const whole = await test.ask('evaluation.get', { id: runId })
      expect(whole.told).toMatchObject({ n: expect.any(Number), error: expect.any(Number) })
      await test.run('evaluation.publish', { runId, reason: '按本店的工单' })
      const after = await confidenceOf('b51')
      expect(after.confidence).toBeLessThan(before.confidence - 0.2)
      expect(after.verdict).toBe('confirm')
      await test.run('evaluation.undo', { runId, reason: '退回' })
      expect(await confidenceOf('b52')).toEqual(before)
    }, 180_000)
  })

  it("judge the form's own fields of tickets that people corrected, and keep no value of them", async () => {
    const { types } = await test.ask('ticketType.list', {})
    const type = (types as { id: string; version: number; isDefault: boolean }[]).find(
      (each) => each.isDefault,
    )!
    await test.run('ticketType.update', {
      ...{ id: type.id, version: type.version, form: formWith({ bought_at: channel }) },
    })
    const right = await ticketOf('c1', '空调不制冷,天猫买的,电话13605712211')
    const wrong = await ticketOf('c2', '冰箱不冷,京东买的,电话13605712212')
    for (const [ticket, value] of [
      [right, '天猫'],
      [wrong, '官网'],
    ] as const)
      await test.run('ticket.setField', {
        ...{ ticketId: ticket.id, version: ticket.version, name: 'bought_at', value },
      })
    const id = await run({ set: 'corrected', engine: 'rules' })
    const { fields } = (await test.ask('evaluation.get', { id })) as unknown as {
      fields: { field: string }[]
    }
    expect(fields.find(({ field }) => field === 'custom.bought_at')).toMatchObject({ tp: 1, fp: 1, fn: 1 })
    const kept = await db().selectFrom('evaluation_outcome').selectAll().where('runId', '=', id).execute()
    expect(JSON.stringify(kept)).not.toMatch(/天猫|京东|官网/)
  })

  it('has cases whose own fields are said, and some that say none', () => {
    const cases = shippedCases('forms')
    expect(cases.length).toBeGreaterThanOrEqual(30)
    const said = cases.map(({ expected }) =>
      Object.values(expected.custom as object).filter((v) => v !== null),
    )
    expect(said.filter((values) => values.length === 0).length).toBeGreaterThan(5)
  })
})
