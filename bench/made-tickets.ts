import type { ExtractedField } from '../src/contract/extraction.ts'
import { derivedId } from '../src/kernel/ids.ts'
import { type Database, json } from '../src/store/index.ts'
import { ticketNumber } from '../src/tickets/number.ts'
import { fieldColumns } from '../src/tickets/row.ts'
import { defaultTicketType } from '../src/tickets/type.ts'

/** Words of a made ticket that a search may look for. */
export interface MadeTicket {
  readonly number: string
  readonly name: string
  readonly phone: string
  readonly serial: string
  readonly category: string
  readonly fault: string
  readonly city: string
}

const split = (words: string) => words.split(' ')
const categories = split(
  '空调 空调 空调 冰箱 洗衣机 热水器 电视 油烟机 燃气灶 净水器 洗碗机 扫地机器人 打印机 电梯',
)
const faults = split(
  '不制冷 漏水 不进水 噪音很大 显示故障代码 打不着火 不加热 屏幕花屏 卡纸 门关不上 异响 跳闸 遥控器没反应 排水慢 压缩机不启动 漏电 有焦味 温度不准 无法开机 连不上网',
)
const since = split('昨天开始 上周刚修过 用了三年 新买的 早上突然 下雨以后 搬家以后')
const cities = split(
  '浙江省,杭州市,西湖区 浙江省,绍兴市,柯桥区 上海市,上海市,浦东新区 江苏省,苏州市,昆山市 广东省,深圳市,南山区 北京市,北京市,海淀区 四川省,成都市,武侯区',
)
const roads = split('文三路 鉴湖路 前进中路 人民路 解放大道 学院路 中山北路 香林花园 金鹰国际 阳光城')
const families = [...'王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗']
const given = [...'伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂文辉玲']
const prefixes = split('138 139 136 150 158 186 187 177 133 199')
const models = split('HG-W KFR- BCD- XQG- JSQ-')

/** Numbers between 0 and 1 that follow from a seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

function field<T>(value: T): ExtractedField<T> {
  const evidence = { kind: 'span', turn: derivedId('turn'), start: 0, end: 5, quote: '不进水了呢' } as const
  return { value, evidence: [evidence], method: 'rules', confidence: 0.9, verdict: 'accepted' }
}

const batch = 500
const fiveMinutesMs = 300_000

/** Fills the table with tickets of the last months, most of them closed, and gives their words. */
export async function makeTickets(database: Database, count: number, nowMs: number): Promise<MadeTicket[]> {
  const random = randomFrom(20_261_118)
  const below = (n: number) => Math.floor(random() * n)
  const pick = <T>(list: readonly T[]): T => list[below(list.length)]!
  const type = await database.transaction((tx) => defaultTicketType(tx))
  const made: MadeTicket[] = []
  for (let start = 0; start < count; start += batch) {
    const rows = Array.from({ length: Math.min(batch, count - start) }, (_, k) => {
      const i = start + k
      const [province, city, district] = pick(cities).split(',') as [string, string, string]
      const ticket: MadeTicket = {
        number: ticketNumber(10_001 + i),
        name: pick(families) + pick(given) + (random() < 0.6 ? pick(given) : ''),
        phone: pick(prefixes) + String(below(100_000_000)).padStart(8, '0'),
        serial: `SN${2019 + below(8)}${String(below(100_000_000)).padStart(8, '0')}`,
        category: pick(categories),
        fault: pick(faults),
        city,
      }
      made.push(ticket)
      const detail = `${pick(roads)}${below(900)}号${below(30) + 1}幢${below(4) + 1}单元${below(2400) + 100}`
      const fields = {
        contact_name: field(ticket.name),
        phone: field(ticket.phone),
        address: field({ province, city, district, detail, adcode: null }),
        product_category: field(ticket.category),
        device_model: field(`${pick(models)}${below(900)}${pick(['A', 'B', 'GW'])}`),
        serial_number: field(ticket.serial),
        fault_description: field(`${ticket.category}${ticket.fault}；${pick(faults)}；${pick(since)}`),
        intent: field('repair' as const),
        urgency: field(pick(['normal', 'normal', 'normal', 'low', 'high', 'critical'] as const)),
      }
      const live = i > count * 0.97
      const at = new Date(nowMs - (count - i) * fiveMinutesMs)
      return {
        ...fieldColumns(ticket.number, fields, {}),
        id: derivedId('bench-ticket', i),
        number: ticket.number,
        typeId: type.id,
        formVersion: 1,
        status: live
          ? pick(split('open assigned in_progress resolved'))
          : pick(split('closed closed closed cancelled')),
        channel: pick(split('phone email qr api')),
        createdBy: json({ kind: 'system', id: 'bench' }),
        createdAt: at,
        updatedAt: at,
      }
    })
    await database.db.insertInto('ticket').values(rows).execute()
  }
  await database.query('vacuum (analyze) ticket')
  return made
}
