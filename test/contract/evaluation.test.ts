import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/kernel/clock.ts'
import { ok } from '../../src/kernel/result.ts'
import { shippedCases } from '../../src/pipeline/evaluation/case.ts'
import { sendToApi } from '../api.ts'
import { type TestHub, testHub } from '../hub.ts'

type Case = {
  caseId: string
  field: string
  direction: string | null
  before: { verdict: string; found: unknown } | null
  after: { verdict: string; found: unknown }
}

describe('evaluation in the hub', () => {
  let test: TestHub
  let accountId: string
  const asked: string[] = []
  const db = () => test.fresh.database.db

  beforeAll(async () => {
    const llm = {
      model: 'scripted',
      async complete({ system }: { system: string }) {
        asked.push(system)
        const answer = { value: {}, model: 'scripted', mode: 'json_schema' as const }
        return ok({ ...answer, inputTokens: 1, outputTokens: 1, cached: false })
      },
    }
    test = await testHub({ clock: systemClock, llm })
    accountId = (await test.run('channel.create', { kind: 'api', name: 'app', config: {} })).id as string
  })
  afterAll(async () => {
    await test.close()
  })

  async function ticketOf(user: string, text: string): Promise<{ id: string; version: number }> {
    await sendToApi(test, accountId, { key: user, sender: { id: user }, thread: user, text })
    await test.hub.settle()
    return await db()
      .selectFrom('ticket')
      .select(['id', 'version'])
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
  type Run = {
    run: { state: string; cases: number; total: number; published: boolean }
    fields: { field: string; tp: number; fp: number; fn: number; f1: number }[]
    confusion: Record<string, Record<string, Record<string, number>>>
  }
  const get = async (id: string) => (await test.ask('evaluation.get', { id })) as unknown as Run
  const cases = async (runId: string, show: 'changed' | 'wrong') =>
    (await test.ask('evaluation.cases', { runId, show })).cases as Case[]
  const refusal = async (name: string, input: unknown) =>
    await test.run(name, input).then(
      () => 'ok',
      (error: Error) => error.message,
    )

  it('reads the shipped conversations page by page and has figures by field', async () => {
    const id = await run({ set: 'dialogues', engine: 'rules' })
    const { run: row, fields, confusion } = await get(id)
    expect(row).toMatchObject({ state: 'done', cases: 40, total: 40, published: false })
    expect(fields.find(({ field }) => field === 'phone')!.f1).toBeGreaterThanOrEqual(0.97)
    expect(Object.keys(confusion)).toContain('intent')
  })

  let corrected: { id: string; version: number }

  it('makes a case of a ticket that people corrected, and keeps none of its values', async () => {
    corrected = await ticketOf('u1', '雪花机不出冰,电话13605712844,我姓顾')
    await ticketOf('u2', '空调不制冷,电话13605712999')
    let { version } = corrected
    const set = async (name: string, value: unknown) => {
      const changed = await test.run('ticket.setField', { ticketId: corrected.id, version, name, value })
      version = changed.version as number
    }
    await set('phone', '13605712845')
    await set('product_category', '制冰机')
    await set('intent', 'maintenance')
    const id = await run({ set: 'corrected', engine: 'rules' })
    const { run: row, fields } = await get(id)
    expect(row).toMatchObject({ state: 'done', cases: 1, total: 1 })
    expect(fields.find(({ field }) => field === 'phone')).toMatchObject({ tp: 0, fp: 1, fn: 1 })
    // nobody said anything about the name
    expect(fields.map(({ field }) => field)).not.toContain('contact_name')
    const kept = await db().selectFrom('evaluation_outcome').selectAll().where('runId', '=', id).execute()
    expect(JSON.stringify(kept)).not.toMatch(/13605712845|13605712844/)
    expect((await cases(id, 'wrong')).find(({ field }) => field === 'phone')).toMatchObject({
      after: { verdict: 'wrong', found: null },
    })
    const shown = await test.ask('evaluation.case', { runId: id, caseId: corrected.id })
    expect(JSON.stringify(shown.turns)).toContain('雪花机不出冰')
    expect(JSON.stringify(shown.fields)).toContain('13605712844')
    await test.run('evaluation.publish', { runId: id, reason: '第一次' })
    expect((await get(id)).run.published).toBe(true)
  })

  it('tries a draft of the word list, says which cases change, and reads with it only when it is published', async () => {
    const content = {
      kind: 'words',
      body: { categories: [{ name: '制冰机', aliases: ['雪花机'] }], models: [] },
    }
    const draft = await test.run('evaluation.saveDraft', { title: '雪花机', content })
    const id = await run({ set: 'corrected', engine: 'rules', versionId: draft.id })
    expect((await cases(id, 'changed')).find(({ field }) => field === 'product_category')).toMatchObject({
      direction: 'better',
      after: { verdict: 'right', found: '制冰机' },
    })
    const category = async (user: string) => {
      const ticket = await ticketOf(user, '雪花机坏了不出冰,电话13605712111')
      const row = await db()
        .selectFrom('ticket')
        .select('productCategory')
        .where('id', '=', ticket.id)
        .executeTakeFirstOrThrow()
      return row.productCategory
    }
    expect(await category('u3')).toBeNull()
    await test.run('evaluation.publish', { runId: id, reason: '客户都这么叫' })
    expect(await category('u4')).toBe('制冰机')
    await test.run('evaluation.undo', { runId: id, reason: '不对' })
    expect(await category('u5')).toBeNull()
    expect(await refusal('evaluation.publish', { runId: id, reason: '再来' })).toContain('evaluation.state')
  })

  it('does not publish a draft that was changed after its run, nor one that was discarded', async () => {
    const content = { kind: 'words', body: { categories: [{ name: '制冰机', aliases: ['冰渣机'] }] } }
    const draft = await test.run('evaluation.saveDraft', { title: '冰渣机', content })
    const id = await run({ set: 'dialogues', engine: 'rules', versionId: draft.id })
    const again = { draft: { id: draft.id, version: draft.version }, title: '冰渣机', content }
    await test.run('evaluation.saveDraft', again)
    expect(await refusal('evaluation.saveDraft', again)).toContain('conflict.version')
    expect(await refusal('evaluation.publish', { runId: id, reason: 'x' })).toContain('changed after the run')
    await test.run('evaluation.discard', { versionId: draft.id, reason: '不要' })
    expect(await refusal('evaluation.publish', { runId: id, reason: 'x' })).toContain('discarded')
  })

  it('plays recorded answers of the prompt, asks the model about another prompt, and asks with it once it is published', async () => {
    const recorded = await run({ set: 'prompts', engine: 'llm' })
    expect((await get(recorded)).run).toMatchObject({ state: 'done', cases: shippedCases('prompts').length })
    const text =
      '你从售后对话里找出工单需要的内容。只写对话里说过的,没有说的写 null。每个值都要有原文作证据。'
    const draft = await test.run('evaluation.saveDraft', {
      title: '中文提示词',
      content: { kind: 'prompt', body: { text: text.repeat(2) } },
    })
    asked.length = 0
    const tried = await run({ set: 'prompts', engine: 'llm', versionId: draft.id })
    expect(asked.length).toBeGreaterThan(0)
    // One case is sent with placeholders; the house's lines about those stay behind the draft.
    for (const system of asked) expect(system.startsWith(text.repeat(2))).toBe(true)
    asked.length = 0
    await ticketOf('u6', '洗衣机不转,电话13605712222')
    expect(asked[0]!.startsWith(text)).toBe(false)
    await test.run('evaluation.publish', { runId: tried, reason: '试用' })
    asked.length = 0
    await ticketOf('u7', '洗衣机不转,电话13605712333')
    expect(asked[0]!.startsWith(text.repeat(2))).toBe(true)
    await test.run('evaluation.undo', { runId: tried, reason: '退回' })
  })

  it('stops a run where it is, and leaves it stopped', async () => {
    const { id } = await test.run('evaluation.run', { set: 'dialogues', engine: 'rules' })
    const [job] = await db()
      .selectFrom('job')
      .select('id')
      .where('kind', '=', 'evaluation.step')
      .where('state', '=', 'ready')
      .execute()
    await test.hub.runJob(job!.id)
    await test.run('evaluation.cancel', { id })
    await test.hub.settle()
    expect((await get(id as string)).run).toMatchObject({ state: 'cancelled', cases: 20, total: 40 })
    expect(await refusal('evaluation.cancel', { id })).toContain('evaluation.state')
    expect(await refusal('evaluation.publish', { runId: id, reason: 'x' })).toContain('evaluation.state')
  })

  it('trains a classifier from the cold start and corrected tickets, the same one for the same seed', async () => {
    const made = []
    for (const title of ['一', '二']) {
      const { id } = await test.run('evaluation.train', { title, seed: 7 })
      await test.hub.settle()
      const row = await db()
        .selectFrom('extraction_version')
        .select(['id', 'state', 'body'])
        .where('id', '=', id as string)
        .executeTakeFirstOrThrow()
      made.push(row as unknown as { id: string; state: string; body: { weights: string; examples: object } })
    }
    expect(made.map(({ state }) => state)).toEqual(['draft', 'draft'])
    expect(made[0]!.body.examples).toMatchObject({ corrected: 1 })
    expect(made[1]!.body.weights).toBe(made[0]!.body.weights)
    const id = await run({ set: 'dialogues', engine: 'rules', versionId: made[0]!.id })
    expect((await get(id)).run).toMatchObject({ state: 'done', cases: 40 })
    const shown = await test.ask('evaluation.case', { runId: id, caseId: 'D001' })
    expect((shown.why as { intent: { chosen: string; voices: unknown[] } }).intent).toMatchObject({
      chosen: 'repair',
    })
    expect((shown.why as { intent: { voices: unknown[] } }).intent.voices.length).toBeGreaterThan(0)
  })

  it('never overrides a rule of safety, whatever the published weights say', async () => {
    const weights = [
      'intent\tsign:bias\t0 0 0 0 9999 0 0 0 0 0',
      'urgency\tsign:bias\t9999 0 0 0',
      'sentiment\tsign:bias\t0 9999 0 0',
    ]
    const { id } = await test.run('evaluation.train', { title: '只会说咨询', seed: 1 })
    await test.hub.settle()
    const body = { seed: 1, weights: `${weights.join('\n')}\n`, examples: { coldStart: 0, corrected: 0 } }
    await db()
      .updateTable('extraction_version')
      .set({ body: JSON.stringify(body) })
      .where('id', '=', id as string)
      .execute()
    const runId = await run({ set: 'dialogues', engine: 'rules', versionId: id })
    await test.run('evaluation.publish', { runId, reason: '只为测试' })
    const intent = async (user: string, text: string) => {
      const ticket = await ticketOf(user, text)
      const columns = ['intent', 'urgency'] as const
      return await db()
        .selectFrom('ticket')
        .select(columns)
        .where('id', '=', ticket.id)
        .executeTakeFirstOrThrow()
    }
    // the weights are read with: they call everything a question
    expect((await intent('u8', '空调不制冷了,帮我修一下,电话13605712555')).intent).toBe('inquiry')
    expect(await intent('u9', '热水器漏电把人电到了,电话13605712666')).toEqual({
      intent: 'urgent_safety',
      urgency: 'critical',
    })
    await test.run('evaluation.undo', { runId, reason: '测试结束' })
    expect((await intent('u10', '空调不制冷了,帮我修一下,电话13605712777')).intent).toBe('repair')
  })

  it('knows nothing of a ticket any more that was erased', async () => {
    await test.run('ticket.erase', { ticketId: corrected.id })
    await test.hub.settle()
    const id = await run({ set: 'corrected', engine: 'rules' })
    expect((await get(id)).run).toMatchObject({ state: 'done', cases: 0, total: 0 })
    const old = (await test.ask('evaluation.list', {})).runs as { id: string; set: string }[]
    const first = old.findLast(({ set }) => set === 'corrected')!
    await expect(test.ask('evaluation.case', { runId: first.id, caseId: corrected.id })).rejects.toThrow(
      'not_found',
    )
  })
})
