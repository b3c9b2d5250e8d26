import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ensureLinkKey, type TicketLinks, ticketLinks } from '../../src/access/index.ts'
import { readConfig } from '../../src/app/config.ts'
import { describe as inWords } from '../../src/app/replay/compare.ts'
import { serveHub } from '../../src/app/serve.ts'
import { json } from '../../src/store/index.ts'
import { replayed } from '../replayed.ts'
import { minuteMs, type OfferDesk, openOfferDesk, people } from './offers-desk.ts'

type Json = Record<string, unknown>
const env = { PUBLIC_URL: 'https://hub.example' }
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

async function* bytes(content: Buffer): AsyncGenerator<Uint8Array> {
  yield content
}

/** A desk with offers, and the page's own HTTP before it. */
async function openPage(options: Parameters<typeof openOfferDesk>[0] = {}) {
  const desk = await openOfferDesk({ env, ...options })
  const { database } = desk.test.fresh
  const links: TicketLinks = ticketLinks(await database.transaction((tx) => ensureLinkKey(tx)))
  const server = await serveHub(desk.test.hub, links, readConfig({ DATA_DIR: desk.test.dataDir, ...env }))
  /** The link behind 详情 on a card that the engineer has. */
  const linkOn = (offerId: string): string => {
    const card = desk.cards().find(({ id }) => id === offerId)!
    const { url } = card.buttons.find(({ key }) => key === 'offer.detail')!
    return url!.slice('https://hub.example/e/'.length)
  }
  const answered = (answer: Awaited<ReturnType<typeof server.inject>>) => ({
    status: answer.statusCode,
    body: (answer.body ? answer.json() : null) as Json & { error?: { code: string; messageZh: string } },
  })
  return {
    ...desk,
    links,
    server,
    linkOn,
    look: async (link: string, seen = '') =>
      answered(await server.inject({ url: `/e/api/job?link=${link}&seen=${encodeURIComponent(seen)}` })),
    act: async (link: string, what: Json, actionId: string = randomUUID()) =>
      answered(
        await server.inject({ method: 'POST', url: '/e/api/act', payload: { link, actionId, do: what } }),
      ),
    file: (link: string, id: string) => server.inject({ url: `/e/api/file/${id}?link=${link}` }),
    /** A ticket that is offered, with the first offer and its link. */
    async asked() {
      const ticketId = await desk.ticket()
      const [offer] = await desk.offers(ticketId)
      return { ticketId, offer: offer!, link: linkOn(offer!.id) }
    },
    async close() {
      await server.close()
      await desk.close()
    },
  }
}

/** Gives a ticket's kind a form with what was done and how many people were trapped. */
async function needs({ query }: OfferDesk, ticketId: string, { required }: { required: readonly string[] }) {
  const form = {
    type: 'object',
    properties: {
      solution: { type: 'string', title: { zh: '处理结果', en: 'Solution' }, maxLength: 500 },
      trapped: { type: 'integer', title: { zh: '被困人数', en: 'People trapped' }, minimum: 0 },
    },
    required,
  }
  await query(`update ticket_type set "form" = '${JSON.stringify(form)}'
    where "id" = (select "typeId" from ticket where "id" = '${ticketId}')`)
}

/** The entries of some kinds in a ticket's timeline, in order. */
async function timelineOf(ticketId: string, ...types: readonly string[]): Promise<string[]> {
  const rows = await page.query<{ type: string }>(
    `select "type" from ticket_event where "ticketId" = '${ticketId}' and "actor"->>'kind' = 'card' order by "seq"`,
  )
  return rows.map(({ type }) => type).filter((type) => types.includes(type))
}

let page: Awaited<ReturnType<typeof openPage>>
beforeAll(async () => {
  page = await openPage()
})
afterAll(() => page.close())
beforeEach(async () => {
  await page.query('delete from offer')
  await page.query(`update ticket set "status" = 'closed', "assigneeId" = null`)
  await page.query('update staff set "active" = true')
  await page.test.run('setting.set', { name: 'offers', value: {} })
  await page.query(`update ticket_type set "form" = '{"type":"object","properties":{},"required":[]}'`)
})

const gone = (zh: string) => ({
  status: 410,
  body: { error: { code: 'job.gone', messageZh: expect.stringContaining(zh) } },
})
const cardOf = (desk: OfferDesk, id: string) => desk.cards().find((card) => card.id === id)!

describe('详情 on a job card', () => {
  it('shows what the job is without sign-in, and neither the whole number nor the conversation before the answer', async () => {
    const { link, offer, ticketId } = await page.asked()
    const { status, body } = await page.look(link)
    expect(status).toBe(200)
    const ticket = await page.row(ticketId)
    expect(body).toMatchObject({
      ...{ phase: 'asked', number: ticket.number, status: 'open', urgency: ticket.urgency },
      address: expect.stringContaining('文三路259号'),
      customer: { name: ticket.contactName, phone: null, phoneMasked: '136****2844' },
      answerBy: offer.expiresAt.toISOString(),
      ...{ messages: [], timeline: [], commands: [] },
    })
    expect(body.quotes).toContainEqual(expect.stringContaining('空调不制冷'))
    expect(JSON.stringify(body.why)).toContain('空调组')
    expect(JSON.stringify(body)).not.toContain('13605712844')
    // The link itself tells nothing about anybody.
    expect(Buffer.from(link, 'base64url').toString('latin1')).not.toMatch(/\d{11}|T\d{6}/)
    const looked = await page.query<{ resource: string; actor: object }>(
      `select "resource", "actor" from audit_log where "action" = 'offer.job' order by "at" desc limit 1`,
    )
    expect(looked[0]).toEqual({
      resource: `offer:${offer.id}`,
      actor: { kind: 'card', id: offer.who, staffId: offer.staffId },
    })
  })

  it('accepts like a tap: the ticket is the engineer’s, the card changes, the customer is told, and the page shows the rest', async () => {
    const { link, offer, ticketId } = await page.asked()
    const said = page.texts().length
    const accepted = await page.act(link, { act: 'accept' })
    expect(accepted).toMatchObject({ status: 200, body: { phase: 'mine', status: 'assigned' } })
    expect(accepted.body).toMatchObject({
      customer: { phone: '13605712844' },
      commands: expect.arrayContaining(['start', 'hold', 'resolve']),
    })
    expect(JSON.stringify(accepted.body.messages)).toContain('家里空调不制冷')
    expect(await page.row(ticketId)).toMatchObject({ status: 'assigned', assigneeId: offer.staffId })
    await page.settle(minuteMs)
    expect(cardOf(page, offer.id)).toMatchObject({ state: { text: '已接单' } })
    expect(cardOf(page, offer.id).buttons.map(({ key }) => key)).toEqual(['offer.detail'])
    expect(page.texts().slice(said).join()).toContain('师傅')
    const moved = await page.query<{ actor: object }>(
      `select "actor" from ticket_event where "ticketId" = '${ticketId}' and "type" = 'transition'`,
    )
    expect(moved).toEqual([{ actor: { kind: 'card', id: offer.who, staffId: offer.staffId } }])
    const [name] = await page.query<{ name: string }>(
      `select "name" from staff where "id" = '${offer.staffId}'`,
    )
    const after = await page.look(link)
    // The customer's own link would let the engineer write as the customer.
    expect(JSON.stringify(after.body.messages)).toContain('/c/t/…')
    expect(JSON.stringify(after.body.messages)).not.toMatch(/\/c\/t\/[\w-]/)
    expect(after.body.timeline).toContainEqual(
      expect.objectContaining({ what: 'transition', to: 'assigned', by: name!.name }),
    )
  })

  it('takes a tap twice as one, also when the answer to the first was lost, and after a tap on the card', async () => {
    const { link, offer, ticketId } = await page.asked()
    const actionId = randomUUID()
    const both = await Promise.all([1, 2, 3].map(() => page.act(link, { act: 'accept' }, actionId)))
    expect(both.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(await page.act(link, { act: 'accept' })).toMatchObject({ status: 200, body: { phase: 'mine' } })
    expect((await page.press(offer.who, offer.id, 'offer.accept')).outcome.answer).toMatchObject({
      tone: 'success',
    })
    const steps = await page.query(
      `select 1 from ticket_event where "ticketId" = '${ticketId}' and "type" = 'transition'`,
    )
    expect(steps).toHaveLength(1)
  })

  it('turns a job down with the reason; the next engineer is asked, and the page says that it was rejected', async () => {
    const { link, offer, ticketId } = await page.asked()
    const actionId = randomUUID()
    expect(await page.act(link, { act: 'reject', reason: '在外地' }, actionId)).toEqual({
      status: 204,
      body: null,
    })
    expect(await page.look(link)).toMatchObject(gone('已拒绝'))
    await page.settle(1000)
    const [first, second] = await page.offers(ticketId)
    expect(first).toMatchObject({ id: offer.id, status: 'rejected', reason: '在外地' })
    expect(second).toMatchObject({ status: 'pending' })
    expect(cardOf(page, offer.id).state!.text).toBe('已拒绝')
    expect(await page.act(link, { act: 'accept' })).toMatchObject(gone('已拒绝'))
  })

  it('says who has the job when it comes late, to whoever opens the link', async () => {
    await page.test.run('setting.set', { name: 'offers', value: { atOnce: 2 } })
    const ticketId = await page.ticket()
    const both = await page.offers(ticketId)
    const results = await Promise.all(both.map(({ id }) => page.act(page.linkOn(id), { act: 'accept' })))
    expect(results.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(1)
    const lost = results.find(({ status }) => status !== 200)!
    expect([409, 410]).toContain(lost.status)
    expect(lost.body.error!.messageZh).toMatch(/已被.师傅接单/)
    await page.settle()
    const loser = (await page.offers(ticketId)).find(({ status }) => status === 'rescinded')!
    expect(await page.look(page.linkOn(loser.id))).toMatchObject(gone('师傅接单'))
    expect(cardOf(page, loser.id).state!.text).toMatch(/^已被.师傅接单$/)
  })

  it('shows files of its own job only: pictures before the answer, all of them afterwards', async () => {
    const one = await page.asked()
    const other = await page.asked()
    const attach = async (ticketId: string, name: string, contentType: string, content: Buffer) => {
      const put = await page.test.hub.media.put(bytes(content), {
        declaredType: contentType,
        maxBytes: 10_000,
        accept: ['image/*', 'audio/*', 'text/plain'],
      })
      if (!put.ok) throw new Error(put.refusal.code)
      const [message] = await page.query<{ id: string }>(
        `select m."id" from message m join conversation_ticket c on c."conversationId" = m."conversationId"
         where c."ticketId" = '${ticketId}' and m."direction" = 'in' limit 1`,
      )
      const id = randomUUID()
      const { hash, size } = put.value
      const row = {
        id,
        messageId: message!.id,
        name,
        declaredType: contentType,
        contentType,
        hash,
        size,
        state: 'stored',
      }
      const ordinal = (await page.query(`select 1 from attachment where "messageId" = '${message!.id}'`))
        .length
      await page.test.fresh.database.db
        .insertInto('attachment')
        .values({ ...row, ordinal, ref: json(null) })
        .execute()
      return id
    }
    const photo = await attach(one.ticketId, '外机.png', 'image/png', png)
    const letter = await attach(one.ticketId, '说明.txt', 'text/plain', Buffer.from('漏氟'))
    const foreign = await attach(other.ticketId, '别家.png', 'image/png', png)
    const voice = await attach(one.ticketId, '语音.amr', 'audio/amr', Buffer.from('#!AMR\nvoice'))
    const picture = { id: photo, name: '外机.png', contentType: 'image/png' }
    expect((await page.look(one.link)).body.media).toEqual([picture])
    expect((await page.file(one.link, voice)).statusCode).toBe(404)
    const shown = await page.file(one.link, photo)
    expect([shown.statusCode, shown.headers['content-type'], shown.rawPayload.equals(png)]).toEqual([
      200,
      'image/png',
      true,
    ])
    expect((await page.file(one.link, letter)).statusCode).toBe(404)
    expect((await page.file(one.link, foreign)).statusCode).toBe(404)
    await page.act(one.link, { act: 'accept' })
    expect((await page.file(one.link, letter)).body).toBe('漏氟')
    expect((await page.look(one.link)).body.media).toEqual([
      picture,
      { id: voice, name: '语音.amr', contentType: 'audio/amr' },
    ])
    expect((await page.file(one.link, voice)).headers['content-type']).toBe('audio/amr')
    expect((await page.file(one.link, foreign)).statusCode).toBe(404)
    await page.test.run('ticket.transfer', {
      ticketId: one.ticketId,
      to: { engineerId: people.zhao },
      reason: '改派',
    })
    expect((await page.file(one.link, photo)).statusCode).toBe(410)
  })
})

describe('the link of a job card', () => {
  it('ends when the offer is taken back or its time is over', async () => {
    const one = await page.asked()
    await page.test.run('offer.rescind', { offerId: one.offer.id })
    expect(await page.look(one.link)).toMatchObject(gone('已撤回'))
    const two = await page.asked()
    page.clock.advance(10 * minuteMs)
    expect(await page.look(two.link)).toMatchObject(gone('已超时'))
    expect(await page.act(two.link, { act: 'accept' })).toMatchObject(gone('已超时'))
    await page.settle()
  })

  it('ends when the ticket is handed to somebody else or back, and when it is closed', async () => {
    const one = await page.asked()
    await page.act(one.link, { act: 'accept' })
    await page.test.run('ticket.transfer', {
      ticketId: one.ticketId,
      to: { engineerId: people.zhao },
      reason: '改派',
    })
    expect(await page.look(one.link)).toMatchObject(gone('已转给赵师傅'))
    expect(await page.act(one.link, { act: 'note', text: '还是我去' })).toMatchObject(gone('已转给赵师傅'))
    const two = await page.asked()
    await page.act(two.link, { act: 'accept' })
    await page.test.run('ticket.transition', { ticketId: two.ticketId, command: 'cancel', reason: '不修了' })
    expect(await page.look(two.link)).toMatchObject(gone('工单已结束'))
  })

  it('ends when the engineer leaves the staff or the chat account is somebody else’s', async () => {
    const { link, offer } = await page.asked()
    await page.query(`update staff set "active" = false where "id" = '${offer.staffId}'`)
    expect(await page.look(link)).toMatchObject(gone('员工账号已停用'))
    expect(await page.act(link, { act: 'accept' })).toMatchObject(gone('员工账号已停用'))
    await page.query('update staff set "active" = true')
    expect((await page.look(link)).status).toBe(200)
    const theirs = `where "externalId" = '${offer.who}'`
    await page.query(`update staff_identity set "staffId" = '${people.zhao}' ${theirs}`)
    expect(await page.look(link)).toMatchObject(gone('解除绑定'))
    await page.query(`update staff_identity set "staffId" = '${offer.staffId}' ${theirs}`)
    expect((await page.look(link)).status).toBe(200)
  })

  it('ends thirty days after the offer, and holds for nothing that was not signed', async () => {
    const { link, offer, ticketId } = await page.asked()
    await page.act(link, { act: 'accept' })
    const late = page.links.signJob(offer.id, page.clock.now() - 1000)
    expect(await page.look(late)).toMatchObject({
      status: 410,
      body: { error: { code: 'job_link.expired' } },
    })
    const until = page.links.readJob(link)!.expiresAtMs
    expect(until - offer.createdAt.getTime()).toBe(30 * 24 * 60 * minuteMs)
    // A customer's link to the same ticket is no engineer's, and nothing else is either.
    for (const wrong of [
      page.links.sign(ticketId),
      `${link.slice(0, -1)}x`,
      'abc',
      page.links.signJob(randomUUID(), until),
    ])
      expect(await page.look(wrong)).toMatchObject({
        status: 404,
        body: { error: { code: 'job_link.invalid' } },
      })
    expect((await page.server.inject({ url: '/e/api/job' })).statusCode).toBe(404)
  })

  it('says nothing has changed until something has', async () => {
    const { link, ticketId } = await page.asked()
    const { stamp } = (await page.look(link)).body
    expect(await page.look(link, String(stamp))).toEqual({ status: 204, body: null })
    await page.test.run('ticket.note', { ticketId, text: '客户改约下午' })
    const next = await page.look(link, String(stamp))
    expect(next.status).toBe(200)
    expect(next.body.stamp).not.toBe(stamp)
  })

  it('is the key to nothing but the page: the API of the hub does not know it', async () => {
    const { link, ticketId } = await page.asked()
    for (const url of [
      `/api/ticket/get?ticketId=${ticketId}`,
      '/api/ticket/list',
      `/api/offer/job?offerId=${ticketId}`,
    ]) {
      const answer = await page.server.inject({ url, headers: { authorization: `Link ${link}` } })
      expect(answer.statusCode).toBe(401)
    }
    expect((await page.server.inject({ url: `/c/api/progress?receipt=${link}` })).statusCode).toBe(404)
  })
})

describe('work on the page of a job', () => {
  it('starts, waits, goes on and ends as the lifecycle permits, with notes, each once', async () => {
    const { link, ticketId } = await page.asked()
    expect(await page.act(link, { act: 'start' })).toMatchObject({ status: 404 })
    await page.act(link, { act: 'accept' })
    const started = randomUUID()
    expect(await page.act(link, { act: 'start' }, started)).toMatchObject({
      status: 200,
      body: { status: 'in_progress' },
    })
    expect(await page.act(link, { act: 'start' }, started)).toMatchObject({
      status: 200,
      body: { status: 'in_progress' },
    })
    expect(await page.act(link, { act: 'start' })).toMatchObject({
      status: 409,
      body: { error: { code: 'ticket.transition_refused' } },
    })
    const noted = randomUUID()
    for (let i = 0; i < 2; i++) await page.act(link, { act: 'note', text: '压缩机要换' }, noted)
    const untilMs = page.clock.now() + 60 * minuteMs
    const held = await page.act(link, { act: 'hold', reason: '等配件', untilMs })
    expect(held.body).toMatchObject({ status: 'on_hold', commands: expect.arrayContaining(['resume']) })
    expect((await page.act(link, { act: 'resume' })).body).toMatchObject({ status: 'in_progress' })
    const ended = await page.act(link, { act: 'resolve', text: '已换压缩机' })
    expect(ended.body).toMatchObject({ status: 'resolved', commands: [] })
    const notes = (ended.body.timeline as { what: string; text: string | null }[]).filter(
      ({ what }) => what === 'noted',
    )
    expect(notes.map(({ text }) => text)).toEqual(['已换压缩机', '压缩机要换'])
    expect(await page.row(ticketId)).toMatchObject({ status: 'resolved' })
    await page.settle(minuteMs)
    const told = await page.query<{ text: string }>(
      `select m."text" from message m join conversation_ticket c on c."conversationId" = m."conversationId"
       where c."ticketId" = '${ticketId}' and m."direction" = 'out' order by m."seq"`,
    )
    expect(told.map(({ text }) => text).join()).toContain('已处理完成')
  })

  it('fills what was done into the field that the kind of ticket requires, and the work is over', async () => {
    const { link, ticketId } = await page.asked()
    await needs(page, ticketId, { required: ['solution'] })
    await page.act(link, { act: 'accept' })
    expect((await page.act(link, { act: 'start' })).body.ending).toEqual({
      ...{ words: 'required', said: null, fields: [] },
    })
    const empty = await page.act(link, { act: 'resolve', text: '' })
    expect(empty).toMatchObject({
      status: 422,
      body: { error: { code: 'ticket.form_incomplete', messageZh: '还有必填项没有填写：处理结果。' } },
    })
    const actionId = randomUUID()
    for (let i = 0; i < 2; i++)
      expect(await page.act(link, { act: 'resolve', text: '已换压缩机' }, actionId)).toMatchObject({
        status: 200,
        body: { status: 'resolved', ending: { said: '已换压缩机' } },
      })
    const { custom } = await page.row(ticketId)
    expect(custom).toMatchObject({ solution: { value: '已换压缩机', method: 'human', verdict: 'accepted' } })
    expect(await timelineOf(ticketId, 'noted', 'fields')).toEqual(['fields'])
  })

  it('keeps nothing of an end that is refused, however often it is tried, and asks for what is missing by name', async () => {
    const { link, ticketId } = await page.asked()
    await needs(page, ticketId, { required: ['solution', 'trapped'] })
    await page.act(link, { act: 'accept' })
    const { body } = await page.act(link, { act: 'start' })
    expect(body.ending).toMatchObject({
      fields: [{ name: 'trapped', title: { zh: '被困人数' }, kind: 'integer', choices: [] }],
    })
    for (let i = 0; i < 3; i++)
      expect(await page.act(link, { act: 'resolve', text: '已救出' })).toMatchObject({
        status: 422,
        body: { error: { messageZh: '还有必填项没有填写：被困人数。' } },
      })
    expect(await page.act(link, { act: 'resolve', text: '已救出', values: { trapped: -1 } })).toMatchObject({
      body: { error: { code: 'ticket.form_invalid' } },
    })
    expect(await timelineOf(ticketId, 'noted', 'fields')).toEqual([])
    const ended = await page.act(link, { act: 'resolve', text: '已救出', values: { trapped: 2 } })
    expect(ended.body).toMatchObject({ status: 'resolved' })
    expect((await page.row(ticketId)).custom).toMatchObject({ trapped: { value: 2 } })
  })

  it('is refused in words where what was sent makes no sense', async () => {
    const { link } = await page.asked()
    await page.act(link, { act: 'accept' })
    for (const what of [
      { act: 'note', text: ' ' },
      { act: 'hold', reason: '', untilMs: 1 },
      { act: 'assign' },
      {},
    ])
      expect(await page.act(link, what)).toMatchObject({
        status: 400,
        body: { error: { code: 'request.invalid' } },
      })
    expect(await page.act(link, { act: 'hold', reason: '等', untilMs: 1 })).toMatchObject({
      body: { error: { code: 'ticket.hold_until_invalid' } },
    })
    expect(await page.act(link, { act: 'start' }, 'x')).toMatchObject({ status: 400 })
  })
})

describe('replay with the page of a job', () => {
  it('finds no difference', async () => {
    const fresh = await openPage({ startMs: Date.now() + 5 * minuteMs, env: {} })
    // Without a public address, which a replay has not either, the links are made here.
    const linkOf = (offer: { id: string }) => fresh.links.signJob(offer.id, Date.now() + 60 * minuteMs)
    try {
      const ticketId = await fresh.ticket()
      const [first] = await fresh.offers(ticketId)
      fresh.clock.advance(1000)
      await fresh.act(linkOf(first!), { act: 'reject', reason: '忙' })
      await fresh.settle(1000)
      const next = (await fresh.offers(ticketId)).find(({ status }) => status === 'pending')!
      fresh.clock.advance(1000)
      await fresh.act(linkOf(next), { act: 'accept' })
      fresh.clock.advance(1000)
      await fresh.act(linkOf(next), { act: 'start' })
      fresh.clock.advance(1000)
      await fresh.act(linkOf(next), { act: 'resolve', text: '好了' })
      await fresh.settle(minuteMs)
      const report = await replayed(fresh.test, fresh.made)
      expect([...report.problems, inWords(report.differences)]).toEqual([
        'No difference: the replay rebuilt exactly what is stored.',
      ])
    } finally {
      await fresh.close()
    }
  })
})
