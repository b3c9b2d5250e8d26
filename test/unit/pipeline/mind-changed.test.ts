import { expect, it } from 'vitest'
import type { Turn } from '../../../src/contract/extraction.ts'
import { extractByRules } from '../../../src/pipeline/rules/extract-by-rules.ts'
import { loadLexicon } from '../../../src/pipeline/rules/lexicon.ts'

const lexicon = loadLexicon()
/** A Saturday. */
const at = Date.parse('2026-11-28T10:00:00+08:00')

/** What the rules read; a turn that begins with 客服： is the agent's. */
const read = (...said: readonly string[]) => {
  const turns = said.map((words, i): Turn => {
    const text = words.replace(/^客服：/, '')
    return { id: String(i), speaker: text === words ? 'customer' : 'agent', text, atMs: at }
  })
  const { fields } = extractByRules(
    {
      ...{ turns, channel: 'wechat', timeZone: 'Asia/Shanghai', receivedAtMs: at, known: { fields: {} } },
      catalogue: { categories: [], models: [], hotlines: [] },
    },
    lexicon,
  )
  const { start, end } = fields.appointment?.value ?? {}
  const { province, city, district, detail } = fields.address?.value ?? {}
  return {
    name: fields.contact_name?.value,
    phone: fields.phone?.value,
    model: fields.device_model?.value,
    serial: fields.serial_number?.value,
    order: fields.order_number?.value,
    when: fields.appointment ? `${start ?? ''}/${end ?? ''}`.replaceAll(':00+08:00', '') : undefined,
    where: fields.address
      ? [province, city, district, detail].map((part) => part ?? '-').join(' ')
      : undefined,
    intent: fields.intent?.value,
    urgency: fields.urgency?.value,
  }
}

it.each<[string, readonly string[], Partial<ReturnType<typeof read>>]>([
  [
    'a time that the agent says again with less words',
    ['空调要洗', '客服：什么时候方便', '周一下午两点到四点来吧', '客服：好的两点到四点'],
    { when: '2026-11-30T14:00/2026-11-30T16:00' },
  ],
  [
    'the time that the agent ends with, after one that did not suit',
    ['客服：明天上午可以吗', '上午我要去医院', '客服：那就明天下午三点', '嗯'],
    { when: '2026-11-29T15:00/' },
  ],
  [
    'a good morning, which is no time',
    ['客服：good morning, how can I help', 'yes hi the printer jams'],
    { when: undefined },
  ],
  [
    'of two days that both suit the first',
    ['明天下午或者后天上午都行，洗衣机漏水'],
    { when: '2026-11-29T14:00/2026-11-29T18:00' },
  ],
  [
    'what is done at another time',
    ['周四要去赶集 周五上午来吧 油烟机漏油'],
    { when: '2026-12-04T09:00/2026-12-04T12:00' },
  ],
  ['a visit that is put off', ['客服：明天上午给您安排取件', '我再想想 先别安排'], { when: undefined }],
  [
    'half past, quarter to and the fifteenth',
    ['客服：would Tuesday the fifteenth at half past three in the afternoon work', 'sure'],
    { when: '2026-12-15T15:30/' },
  ],
  ['ten on Friday in one breath', ['客服：周五十点行吗', '行'], { when: '2026-12-04T10:00/' }],
  [
    'a number that is taken back in the next message',
    ['热水器不热', '打 13529040001', '不对这是老号 18314500002'],
    { phone: '18314500002' },
  ],
  [
    'a number that a star corrects',
    ['客服：电话多少', '15047710001', '*15047710010'],
    { phone: '15047710010' },
  ],
  [
    'a number for when nobody answers the first',
    ['冰箱不冷 15835140001', '打不通就打她儿子 13834670002'],
    { phone: '15835140001' },
  ],
  [
    'the number that is to be rung first, not that under the letter',
    ['请优先拨打机房座机 0943-5526001（他本人手机 13993400002 上课时打不通）\n\n祁某\n0943-5526003'],
    { phone: '0943-5526001' },
  ],
  [
    'the dryer, then the washer',
    ['客服：model number?', 'WN-F100T', 'oh wait thats the dryer. washer is WN-F92'],
    { model: 'WN-F92' },
  ],
  [
    'the code on the remote control',
    ['客服：型号是多少', '遥控器上 YL-K1 不知道是不是', '看到了 KFR-72LW/Y2'],
    { model: 'KFR-72LW/Y2' },
  ],
  ['how much power it has, which is no model', ['激光管多少钱', 'MR-1390 用的 100W'], { model: 'MR-1390' }],
  ['S/N before a serial number', ['客服：机身号发一下', '小庄：S/N K9F30B1746'], { serial: 'K9F30B1746' }],
  ['an order number in groups of four', ['订单号：3187 2046 5512 电视要挂墙'], { order: '318720465512' }],
  [
    'the number of the transfer, which is no order',
    ['多收了钱，回单号 5307202701110088421，请核对 TW-EL-2024-0093 合同的账'],
    { order: 'TW-EL-2024-0093' },
  ],
  [
    'whom to ask for at the door rather than who writes',
    ['制冰机不出冰', '我姓覃明天休假 到了找工长卜师傅 15871170001'],
    { name: '卜师傅', phone: '15871170001' },
  ],
  [
    'who is not to be rung',
    ['机器不转 找小尹13551690001 店长芳姐18080550002坐月子呢别打她'],
    { name: '小尹', phone: '13551690001' },
  ],
  [
    'a surname that is shown by a word before it',
    ['客服：您贵姓', '姓齐不是齐整的齐是少见的那个亓亓宝山'],
    { name: '亓宝山' },
  ],
  [
    'a surname that is described by how it is written',
    ['客服：您贵姓', '姓谌言字旁一个甚谌洪洪水的洪'],
    { name: '谌洪' },
  ],
  ['a name of another people in one word', ['客服：怎么称呼', '热西提'], { name: '热西提' }],
  ['what is no name', ['客服：怎么称呼', '不用了'], { name: undefined }],
  [
    'an address of which the agent reads back more, and the customer agrees',
    ['客服：地址呢', '柳州市城中区文昌路十二号', '客服：文昌路十二号东堤雅苑三栋对吧', '对的'],
    { where: '广西壮族自治区 柳州市 城中区 文昌路12号东堤雅苑3栋' },
  ],
  [
    'a county of no city, whose group is no name',
    ['地址 仙桃市沔阳大道12号3栋201 冰箱坏了'],
    { where: '湖北省 - 仙桃市 沔阳大道12号3栋201' },
  ],
  [
    'a character that is explained by a city',
    ['客服：地址', '鄂托克旗苏米图苏木', '客服：哪几个字', '苏州的苏大米的米'],
    { where: '内蒙古自治区 鄂尔多斯市 鄂托克旗 苏米图苏木' },
  ],
  [
    'a zone that is called by its district',
    ['客服：地址', '芜湖 鸠江开发区 飞跃西路58号'],
    { where: '安徽省 芜湖市 鸠江开发区 飞跃西路58号' },
  ],
  [
    'somebody who is shut in, over two sentences',
    ['3单元电梯卡14楼了 有个老太太在里面'],
    { intent: 'urgent_safety', urgency: 'critical' },
  ],
  [
    'a lift that goes with its doors open',
    ['刚才推床门没关轿厢自己往上走了一截 现在又好了'],
    { intent: 'urgent_safety', urgency: 'critical' },
  ],
  [
    'somebody who is sick after a bath by a gas heater',
    ['烧气的热水器 老婆洗澡出来说头昏打干呕'],
    { intent: 'urgent_safety', urgency: 'critical' },
  ],
  ['warm air that does not come out', ['空调暖风出不来 屋里才8度'], { intent: 'repair' }],
  [
    'sparks that were over when the bowl was changed',
    ['微波炉热饭冒火星', '客服：用的什么容器', '带金边的碗', '换了 没有了', '不用不用 打扰了哈'],
    { intent: 'inquiry' },
  ],
])('understands %s', (_, said, expected) => {
  expect(read(...said)).toMatchObject(expected)
})
