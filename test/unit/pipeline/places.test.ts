import { expect, it } from 'vitest'
import type { Turn } from '../../../src/contract/extraction.ts'
import { verify } from '../../../src/pipeline/ground.ts'
import { extractByRules } from '../../../src/pipeline/rules/extract-by-rules.ts'
import { loadLexicon } from '../../../src/pipeline/rules/lexicon.ts'

const lexicon = loadLexicon()
const at = Date.parse('2026-11-28T10:00:00+08:00')

/** What is read of a chat; a turn that begins with 客服： is the agent's. */
const fieldsOf = (...said: readonly string[]) => {
  const turns = said.map((words, i): Turn => {
    const text = words.replace(/^客服：/, '')
    return { id: String(i), speaker: text === words ? 'customer' : 'agent', text, atMs: at }
  })
  const input = {
    ...{
      turns,
      channel: 'wechat' as const,
      timeZone: 'Asia/Shanghai',
      receivedAtMs: at,
      known: { fields: {} },
    },
    catalogue: { categories: [], models: [], hotlines: [] },
  }
  return verify(extractByRules(input, lexicon), input, lexicon).fields
}

it.each([
  ['宁波 鄞州 首南街道 云栖桃花源 18-1-302', '宁波市', '鄞州区', '首南街道云栖桃花源18-1-302'],
  ['我在萧山 市心北路 108号', '杭州市', '萧山区', '市心北路108号'],
  ['住海淀中关村东路66号', '北京市', '海淀区', '中关村东路66号'],
  ['厂在顺德 勒流 富裕工业区 5路8号', '佛山市', '顺德区', '勒流富裕工业区5路8号'],
  ['东莞 长安 乌沙 江贝村 12号', '东莞市', null, '长安乌沙江贝村12号'],
  ['中山小榄镇 菊城大道 8号', '中山市', null, '小榄镇菊城大道8号'],
])('knows the places of "%s" without 市 and 区', (said, city, district, detail) => {
  expect(fieldsOf(said).address?.value).toMatchObject({ city, district, detail })
})

it.each([
  ['在和平路长安小区3号楼201', '和平路长安小区3号楼201'],
  ['寄到 和平里 3号楼 201', '和平里3号楼201'],
  ['我家朝阳小区2栋301', '朝阳小区2栋301'],
  ['北京路28号', '北京路28号'],
])('takes no region from the street or compound of "%s"', (said, detail) => {
  expect(fieldsOf(said).address?.value).toMatchObject({ city: null, district: null, detail })
})

it.each([
  ['杭州市玉杭区文一西路998号', '杭州市', '余杭区', '文一西路998号'],
  ['绍兴市可桥区可言街道鉴湖路232号', '绍兴市', '柯桥区', '柯岩街道鉴湖路232号'],
  ['浙江省绍星市越城区人民路8号', '绍兴市', '越城区', '人民路8号'],
  ['重庆市余北区回星街道宝圣大道5号', '重庆市', '渝北区', '回兴街道宝圣大道5号'],
])('hears the place that a recogniser wrote by its sound in "%s"', (said, city, district, detail) => {
  const address = fieldsOf(said).address
  expect(address?.value).toMatchObject({ city, district, detail })
  // The words behind it are those that were written.
  expect(JSON.stringify(address?.evidence)).toContain(/(?:市|省)(.{2,3}?[市区])/.exec(said)![1])
})

it.each([
  ['杭州市阳光小区3栋', null],
  ['深圳市科技园区3栋201', null],
  // No region is known, so nothing is guessed.
  ['玉杭区文一西路998号', null],
])('guesses no place by its sound in "%s"', (said, district) => {
  expect(fieldsOf(said).address?.value.district ?? null).toBe(district)
})

it.each([
  [['客服：您的地址', '没有门牌号 就在新华书店对面'], '新华书店对面'],
  [['地址 老汽车站对面利民五金店'], '老汽车站对面利民五金店'],
  [['我们店在万达广场对面 洗衣机坏了'], '万达广场对面'],
  [['老地址是中山路5号 现在搬到解放路8号滨江花园2栋301'], '解放路8号滨江花园2栋301'],
  [['发票寄到人民路100号 修的话去建设路22号厂区'], '建设路22号厂区'],
  [['从福田搬到龙华民治街道梅龙路1号'], '民治街道梅龙路1号'],
])('takes from %s the place of the work', (said, detail) => {
  expect(fieldsOf(...said).address?.value.detail).toBe(detail)
})

it('puts the region that was said apart before the street, when they agree', () => {
  const said = [
    '我地址是鼓楼区',
    '客服：哪个城市的鼓楼区',
    '福州的',
    '客服：具体',
    '五四路 环球广场 23层 2305',
  ]
  expect(fieldsOf(...said).address?.value).toMatchObject({
    city: '福州市',
    district: '鼓楼区',
    detail: '五四路环球广场23层2305',
  })
})

it.each([
  '13700001111 上海市浦东新区世纪大道100号环球金融中心45楼 张丽',
  '张丽 上海市浦东新区世纪大道100号环球金融中心45楼 13700001111',
  '上海市浦东新区世纪大道100号3栋1105 张丽 13700001111',
])('finds the name beside the address in "%s"', (block) => {
  expect(fieldsOf(block).contact_name?.value).toBe('张丽')
})

it('keeps the house that a contrast puts right, and takes the one that a slip of the tongue puts right', () => {
  expect(fieldsOf('地址应该是 福州路 5号 不是 15号').address?.value.detail).toBe('福州路5号')
  expect(fieldsOf('地址是福州路五号嗯不是十五号').address?.value.detail).toBe('福州路15号')
})
