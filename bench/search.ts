import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemActor } from '../src/contract/actor.ts'
import type { TicketFieldMap } from '../src/contract/extraction.ts'
import { derivedId } from '../src/kernel/ids.ts'
import { type Database, json, migrate, openDatabase, startEmbedded } from '../src/store/index.ts'
import { ticketNumber } from '../src/tickets/number.ts'
import { listTickets } from '../src/tickets/queries/list.ts'
import { fieldColumns } from '../src/tickets/row.ts'
import { defaultTicketType } from '../src/tickets/type.ts'
import { percentile } from './load.ts'
import type { Bench, Figure } from './run.ts'

const dayMs = 86_400_000
const endMs = Date.parse('2026-11-01T00:00:00+08:00')

const pick = <T>(list: readonly T[], i: number, step: number): T => list[(i * step) % list.length]!
const surnames = [
  '王',
  '李',
  '张',
  '刘',
  '陈',
  '杨',
  '赵',
  '黄',
  '周',
  '吴',
  '徐',
  '孙',
  '胡',
  '朱',
  '高',
  '裘',
  '欧阳',
]
const names = [
  '伟',
  '芳',
  '娜',
  '秀英',
  '敏',
  '静',
  '丽',
  '强',
  '磊',
  '洋',
  '艳',
  '勇',
  '文杰',
  '桂英',
  '建国',
]
const products = [
  '空调',
  '洗衣机',
  '冰箱',
  '燃气热水器',
  '油烟机',
  '电视',
  '净水器',
  '扫地机器人',
  '洗碗机',
  '电梯',
]
const faults = [
  '不制冷',
  '漏水',
  '异响很大',
  '打不着火',
  '开机十分钟就停',
  '显示E4',
  '不脱水',
  '遥控失灵',
  '有焦味',
  '门关不上',
]
const streets = [
  '文三路',
  '中山北路',
  '解放大道',
  '人民南路',
  '天府大道',
  '望京街',
  '科技园路',
  '湖滨路',
  '建设路',
]
const places = [
  ['浙江省', '杭州市', '西湖区'],
  ['上海市', '上海市', '浦东新区'],
  ['广东省', '深圳市', '南山区'],
  ['四川省', '成都市', '武侯区'],
  ['湖北省', '武汉市', '江岸区'],
] as const
const statuses = ['closed', 'closed', 'closed', 'resolved', 'open', 'assigned', 'in_progress', 'cancelled']

const urgencies = ['normal', 'normal', 'normal', 'low', 'normal', 'high', 'normal', 'critical']

const stated = (value: unknown) => ({
  value,
  evidence: [{ kind: 'human', commandId: derivedId('bench') }],
  method: 'human',
  confidence: 1,
  verdict: 'confirmed',
})

/** What the i-th ticket says; the same in every run. */
function fieldsOf(i: number): TicketFieldMap {
  const [province, city, district] = pick(places, i, 7)
  const product = pick(products, i, 3)
  const fault = pick(faults, i, 11)
  const detail = `${pick(streets, i, 5)}${1 + (i % 997)}号${1 + (i % 19)}幢${100 + (i % 1900)}室`
  const fields = {
    contact_name: stated(pick(surnames, i, 1) + pick(names, i, 13)),
    phone: stated(`13${String((i * 7_919) % 1_000_000_000).padStart(9, '0')}`),
    address: stated({ province, city, district, detail, adcode: '330106' }),
    product_category: stated(product),
    device_model: stated(`KFR-${20 + (i % 90)}GW`),
    serial_number: stated(`SN${String((i * 104_729) % 10_000_000_000).padStart(10, '0')}`),
    fault_description: stated(`${product}${fault}`),
    urgency: stated(pick(urgencies, i, 3)),
    summary: stated(`${city}${district}客户报修，${product}${fault}，希望${1 + (i % 28)}号上门`),
  }
  return fields as unknown as TicketFieldMap
}

/** Writes tickets as the hub stores them, without their timelines. */
async function fill(database: Database, count: number): Promise<void> {
  const type = await database.transaction((tx) => defaultTicketType(tx))
  for (let from = 0; from < count; from += 500) {
    const rows = Array.from({ length: Math.min(500, count - from) }, (_, k) => {
      const i = from + k
      const at = new Date(endMs - 365 * dayMs + Math.floor((i * 365 * dayMs) / count))
      const number = ticketNumber(i + 1)
      return {
        id: derivedId('bench-ticket', i),
        number,
        typeId: type.id,
        formVersion: type.formVersion,
        status: pick(statuses, i, 5),
        ...fieldColumns(number, fieldsOf(i), {}),
        channel: 'api',
        createdBy: json(systemActor('bench')),
        createdAt: at,
        updatedAt: at,
      }
    })
    await database.db.insertInto('ticket').values(rows).execute()
  }
  await database.query(
    `insert into sla_clock ("ticketId", "kind", "state", "startedAt", "dueAt", "targetMs")
      select "id", 'resolution', 'running', "createdAt", "createdAt" + interval '2 days', 172800000 from ticket
      where "status" in ('open', 'assigned', 'in_progress')`,
  )
  await database.query('vacuum analyze')
}

/** What the console shows first. */
const work = ['open', 'assigned', 'in_progress', 'on_hold']

/** What people type: words common and rare, parts of numbers, a name, two words at once, nothing at all. */
const queries: Readonly<Record<string, (i: number) => object>> = {
  common_word: (i) => ({ q: pick(products, i, 1) }),
  two_words: (i) => ({ q: `${pick(products, i, 1)} ${pick(faults, i, 1)}` }),
  name: (i) => ({ q: pick(surnames, i, 1) + pick(names, i, 1) }),
  phone_end: (i) => ({
    q: String((i * 7_919 * 37) % 1_000_000_000)
      .padStart(9, '0')
      .slice(-4),
  }),
  phone: (i) => ({ q: `13${String((i * 37 * 7_919) % 1_000_000_000).padStart(9, '0')}` }),
  serial_part: (i) => ({
    q: String((i * 37 * 104_729) % 10_000_000_000)
      .padStart(10, '0')
      .slice(2, 8),
  }),
  number: (i) => ({ q: ticketNumber(1 + i * 37) }),
  absent: (i) => ({ q: `无此内容${i}` }),
  open_only: (i) => ({ q: pick(faults, i, 1), status: ['open'] }),
  no_search: () => ({}),
  work: () => ({ status: work, sort: 'urgency' }),
  work_common_word: (i) => ({ q: pick(products, i, 1), status: work, sort: 'urgency' }),
  work_absent: (i) => ({ q: `无此内容${i}`, status: work, sort: 'urgency' }),
}

/** Ticket search as the console asks it, among 100,000 tickets. */
const search: Bench = async ({ quick }) => {
  const count = quick ? 20_000 : 100_000
  const dataDir = mkdtempSync(join(tmpdir(), 'yitong-search-'))
  const embedded = await startEmbedded({ dataDir, parameters: { fsync: 'off' } })
  const database = await openDatabase(embedded.connection)
  const figures: Figure[] = [{ name: 'tickets', value: count, unit: 'tickets' }]
  try {
    await migrate(database)
    await fill(database, count)
    const ask = async (query: object): Promise<number> => {
      const input = listTickets.input.parse(query)
      const started = performance.now()
      const context = { db: database.db, actor: systemActor('bench'), nowMs: endMs }
      const found = await listTickets.execute(context, input)
      if (!found.ok) throw new Error(found.refusal.code)
      return performance.now() - started
    }
    // The first search of a process loads the dictionary that cuts words.
    figures.push({ name: 'first_ms', value: await ask({ q: '油烟机' }), unit: 'ms' })
    const all: number[] = []
    for (const [name, inputOf] of Object.entries(queries)) {
      const times: number[] = []
      for (let i = 1; i <= (quick ? 20 : 50); i++) times.push(await ask(inputOf(i)))
      all.push(...times)
      figures.push({ name: `${name}_p50_ms`, value: percentile(times, 0.5), unit: 'ms' })
      figures.push({ name: `${name}_p99_ms`, value: percentile(times, 0.99), unit: 'ms' })
    }
    figures.push({ name: 'p50_ms', value: percentile(all, 0.5), unit: 'ms' })
    figures.push({ name: 'p99_ms', value: percentile(all, 0.99), unit: 'ms' })
  } finally {
    await database.close()
    await embedded.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
  return { figures, ratios: [] }
}

export default search
