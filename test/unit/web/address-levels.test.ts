import { describe, expect, it } from 'vitest'
import { extractByRules } from '../../../src/pipeline/rules/extract-by-rules.ts'
import { loadLexicon } from '../../../src/pipeline/rules/lexicon.ts'
import { type AddressParts, addressFrom } from '../../../web/console/ticket/address-levels.ts'

const lexicon = loadLexicon()

/** What the hub reads of a text. */
function readOf(text: string): AddressParts | undefined {
  const input = {
    turns: [{ id: 'said', speaker: 'customer' as const, text, atMs: 0 }],
    ...{ channel: 'manual' as const, timeZone: 'Asia/Shanghai', receivedAtMs: 0, known: { fields: {} } },
    catalogue: { categories: [], models: [], hotlines: [] },
  }
  return extractByRules(input, lexicon).fields.address?.value ?? undefined
}

const none: AddressParts = { province: null, city: null, district: null, detail: null }
const hangzhou: AddressParts = {
  province: '浙江省',
  city: '杭州市',
  district: '西湖区',
  detail: '文三路90号',
}
const from = (typed: string, now = none) => addressFrom(typed, readOf(typed), now)

describe('a whole address in the box of street and number', () => {
  it.each([
    ['上海市浦东新区张杨路500号', '上海市', '上海市', '浦东新区', '张杨路500号'],
    ['上海浦东张杨路 500 号 3 楼', '上海市', '上海市', '浦东新区', '张杨路 500 号 3 楼'],
    ['浙江省 杭州市 西湖区 文三路90号', '浙江省', '杭州市', '西湖区', '文三路90号'],
    ['上海市浦东新区张杨路500号李女士家', '上海市', '上海市', '浦东新区', '张杨路500号李女士家'],
    ['苏州市姑苏区', '江苏省', '苏州市', '姑苏区', null],
  ])('gives its levels and keeps the rest as it was typed: %s', (typed, province, city, district, detail) => {
    expect(from(typed)).toEqual({ province, city, district, detail })
    expect(from(typed, hangzhou)).toEqual({ province, city, district, detail })
  })

  it('keeps the city where only a district is written before the street', () => {
    expect(from('西湖区文三路91号', { ...hangzhou, district: '拱墅区' })).toEqual({
      ...hangzhou,
      detail: '文三路91号',
    })
  })

  it.each(['文三路90号', '北京路12号', '请先打电话，上海市浦东新区张杨路500号', '3号楼201', ''])(
    'takes no levels where the text does not begin with a division: "%s"',
    (typed) => {
      expect(from(typed, hangzhou)).toBeNull()
    },
  )
})
