import type { Card } from '../../src/contract/channel.ts'
import { derivedId } from '../../src/kernel/ids.ts'
import { json } from '../../src/store/index.ts'
import { openToyHub } from '../toy-hub.ts'

export const minuteMs = 60_000
export const people = {
  li: derivedId('staff', 'li'),
  wang: derivedId('staff', 'wang'),
  zhao: derivedId('staff', 'zhao'),
}
export type Name = keyof typeof people
export const group = derivedId('group', 'ac')
const names: Readonly<Record<Name, string>> = { li: '李师傅', wang: '王师傅', zhao: '赵师傅' }

/** A toy hub with one group and three engineers; li and wang can be reached by card, zhao cannot. li is the best, then wang. */
export async function openOfferDesk(options: Parameters<typeof openToyHub>[0] = {}) {
  // A notice is several of the toy's short messages, and nobody here is about the room that they take.
  const toy = await openToyHub({ replies: 30, ...options })
  const { test, clock } = toy
  const { db } = test.fresh.database
  const any = {
    intents: ['repair'],
    skills: ['*'],
    regions: ['CN'],
    languages: ['zh'],
    tiers: [],
    channels: [],
  }
  await db
    .insertInto('skill_group')
    .values({ id: group, name: '空调组', hours: json('24x7'), ...any })
    .execute()
  for (const [i, name] of (Object.keys(people) as Name[]).entries()) {
    const id = people[name]
    await db
      .insertInto('staff')
      .values({
        id,
        number: `HZ-00${i}`,
        name: names[name],
        skills: ['*'],
        certs: ['制冷'],
        duties: ['engineer'],
      })
      .execute()
    await db.insertInto('staff_group').values({ staffId: id, groupId: group }).execute()
  }
  const link = (name: Name) =>
    test.run('staff.link', { staffId: people[name], accountId: toy.accountId, externalId: name })
  await link('li')
  await link('wang')
  // Whoever has less to do comes first: a load that no ticket of the test changes the order of.
  let customers = 0

  async function settle(forMs = 0): Promise<void> {
    clock.advance(forMs)
    await test.hub.settle()
  }

  return {
    ...toy,
    link,
    settle,
    /** A customer asks for a repair; the ticket is routed. */
    async ticket(): Promise<string> {
      const from = `c${customers++}`
      await toy.write(from, '家里空调不制冷,杭州市西湖区文三路259号1号楼,我姓张,电话13605712844')
      await settle()
      await settle(20_000)
      const rows = await toy.query<{ id: string }>(
        'select "id" from ticket order by "createdAt" desc, "number" desc limit 1',
      )
      return rows[0]!.id
    },
    async row(ticketId: string) {
      return await db.selectFrom('ticket').selectAll().where('id', '=', ticketId).executeTakeFirstOrThrow()
    },
    /** Who is asked or was, and what came of it, in order. */
    async offers(ticketId: string) {
      const rows = await db
        .selectFrom('offer')
        .selectAll()
        .where('ticketId', '=', ticketId)
        .orderBy('createdAt')
        .orderBy('id')
        .execute()
      const who = (id: string) => (Object.keys(people) as Name[]).find((name) => people[name] === id)!
      return rows.map((row) => ({ ...row, who: who(row.staffId), is: `${who(row.staffId)} ${row.status}` }))
    },
    /** What a person's cards say now. */
    cards(): Card[] {
      return toy.vendor
        .received()
        .flatMap(({ words }) =>
          words.includes('{"id"') ? [JSON.parse(words.slice(words.indexOf('{'))) as Card] : [],
        )
    },
    texts: () =>
      toy.vendor
        .received()
        .map(({ words }) => words)
        .filter((words) => !words.includes('{"id"')),
  }
}
export type OfferDesk = Awaited<ReturnType<typeof openOfferDesk>>
