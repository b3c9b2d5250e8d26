import type { Hours } from '../../contract/routing.ts'

const week = [1, 2, 3, 4, 5, 6, 7]
const daily = (open: string, close: string): Hours => ({ spans: [{ days: week, open, close }] })
const workdays = (open: string, close: string, days = [1, 2, 3, 4, 5]): Hours => ({
  spans: [{ days, open, close }],
})

/** Household appliances, as the categories name them. */
export const household = [
  '空调',
  '冰箱',
  '洗衣机',
  '热水器',
  '电视',
  '油烟机',
  '燃气灶',
  '净水器',
  '洗碗机',
  '扫地机器人',
  '微波炉',
]
const visits = ['repair', 'installation', 'maintenance']

/** A skill group of the sample workspace. */
export interface SampleGroup {
  readonly key: string
  readonly name: string
  readonly emergency?: true
  readonly isDefault?: true
  readonly intents: readonly string[]
  readonly skills: readonly string[]
  readonly regions: readonly string[]
  readonly languages: readonly string[]
  readonly tiers?: readonly string[]
  readonly channels?: readonly string[]
  readonly hours: Hours
  readonly capacity: number | null
}

/** Skill groups of an after-sales service in the Yangtze delta with nationwide partners. */
export const sampleGroups: readonly SampleGroup[] = [
  {
    key: 'emergency',
    name: '应急中心',
    emergency: true,
    intents: ['urgent_safety'],
    skills: ['*'],
    regions: ['CN'],
    languages: ['zh', 'en'],
    hours: '24x7',
    capacity: null,
  },
  {
    key: 'lift',
    name: '电梯组',
    emergency: true,
    intents: [...visits, 'urgent_safety', 'inquiry'],
    skills: ['电梯'],
    regions: ['CN'],
    languages: ['zh', 'en'],
    hours: '24x7',
    capacity: 60,
  },
  {
    key: 'industry',
    name: '工业设备组',
    emergency: true,
    intents: [...visits, 'urgent_safety'],
    skills: ['数控机床', '工业设备'],
    regions: ['浙江省', '江苏省', '上海市'],
    languages: ['zh'],
    hours: '24x7',
    capacity: 40,
  },
  {
    key: 'home-hz',
    name: '家电杭州组',
    intents: visits,
    skills: household,
    regions: ['杭州市'],
    languages: ['zh'],
    hours: daily('08:00', '20:00'),
    capacity: 120,
  },
  {
    key: 'home-zj',
    name: '家电浙江组',
    intents: visits,
    skills: household,
    regions: ['浙江省'],
    languages: ['zh'],
    hours: daily('08:00', '20:00'),
    capacity: 150,
  },
  {
    key: 'home-sh',
    name: '家电苏沪组',
    intents: visits,
    skills: household,
    regions: ['江苏省', '上海市'],
    languages: ['zh'],
    hours: daily('08:00', '20:00'),
    capacity: 150,
  },
  {
    key: 'store',
    name: '咖啡茶饮设备组',
    intents: visits,
    skills: ['咖啡机', '茶饮设备', '制冰机'],
    regions: ['CN'],
    languages: ['zh', 'en'],
    hours: daily('07:00', '23:00'),
    capacity: 80,
  },
  {
    key: 'printer',
    name: '打印机组',
    intents: visits,
    skills: ['打印机'],
    regions: ['CN'],
    languages: ['zh'],
    hours: workdays('09:00', '18:00', [1, 2, 3, 4, 5, 6]),
    capacity: 60,
  },
  {
    key: 'english',
    name: 'English desk',
    intents: ['*'],
    skills: ['*'],
    regions: ['CN'],
    languages: ['en'],
    hours: workdays('09:00', '18:00'),
    capacity: 40,
  },
  {
    key: 'vip',
    name: 'VIP专席',
    intents: [...visits, 'complaint', 'inquiry', 'return_refund', 'billing'],
    skills: ['*'],
    regions: ['CN'],
    languages: ['zh', 'en'],
    tiers: ['vip'],
    hours: daily('08:00', '22:00'),
    capacity: 30,
  },
  {
    key: 'complaint',
    name: '投诉组',
    intents: ['complaint', 'return_refund'],
    skills: ['*'],
    regions: ['CN'],
    languages: ['zh'],
    hours: daily('09:00', '21:00'),
    capacity: 60,
  },
  {
    key: 'billing',
    name: '财务发票组',
    intents: ['billing'],
    skills: ['*'],
    regions: ['CN'],
    languages: ['zh'],
    hours: workdays('09:00', '18:00'),
    capacity: 60,
  },
  {
    key: 'inquiry',
    name: '咨询台',
    intents: ['inquiry'],
    skills: ['*'],
    regions: ['CN'],
    languages: ['zh'],
    hours: daily('08:00', '22:00'),
    capacity: 200,
  },
  {
    key: 'default',
    name: '综合客服',
    isDefault: true,
    intents: ['*'],
    skills: ['*'],
    regions: ['CN'],
    languages: ['zh', 'en'],
    hours: '24x7',
    capacity: null,
  },
]
