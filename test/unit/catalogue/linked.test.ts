import { describe, expect, it } from 'vitest'
import { maskedAddress } from '../../../src/catalogue/index.ts'

const at = (detail: string | null, province = '浙江省', city = '杭州市') => ({
  province,
  city,
  district: '西湖区',
  detail,
  adcode: null,
})

describe('an address that a stranger may read', () => {
  it('ends before the first number', () => {
    expect(maskedAddress(at('文三路259号昌地火炬大厦1号楼'))).toBe('浙江省杭州市西湖区文三路**')
    expect(maskedAddress(at('1幢101室'))).toBe('浙江省杭州市西湖区**')
    expect(maskedAddress(at('漕溪北路398号', '上海市', '上海市'))).toBe('上海市西湖区漕溪北路**')
  })

  it('shows no more than twelve characters where there is no number', () => {
    expect(maskedAddress(at('很长很长的没有任何数字的一个地址描述'))).toBe(
      '浙江省杭州市西湖区很长很长的没有任何数字的**',
    )
  })

  it('is none when only the district is known: then the form asks', () => {
    expect(maskedAddress(at(null))).toBeNull()
    expect(maskedAddress(null)).toBeNull()
  })
})
