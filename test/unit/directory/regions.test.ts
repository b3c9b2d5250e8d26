import { describe, expect, it } from 'vitest'
import {
  chainOf,
  findRegions,
  finestFit,
  fits,
  regionByCode,
  siteChain,
} from '../../../src/directory/index.ts'

const site = (
  province: string | null,
  city: string | null,
  district: string | null = null,
  adcode: string | null = null,
) => ({ province, city, district, adcode })
const codes = (spec: string) => findRegions(spec).map((r) => r.code)

describe('the division tree', () => {
  it.each([
    ['330106', ['330106', '330100', '330000', 'CN']],
    ['330106012', ['330106', '330100', '330000', 'CN']],
    ['310101', ['310101', '310000', 'CN']],
    ['429004', ['429004', '420000', 'CN']],
    ['441900', ['441900', '440000', 'CN']],
    ['330199', ['330100', '330000', 'CN']],
    ['999999', ['CN']],
    ['上海', ['CN']],
  ])('climbs from %s by %j', (code, chain) => {
    expect(chainOf(code)).toEqual(chain)
  })

  it.each([
    ['杭州', ['330100']],
    ['杭州市', ['330100']],
    ['浙江', ['330000']],
    ['内蒙古', ['150000']],
    ['延边', ['222400']],
    ['海南', ['460000']],
    ['吉林', ['220000']],
    ['吉林市', ['220200']],
    ['浦东', ['310115']],
    ['西湖区', ['330106', '360103']],
    ['香港', ['810000']],
    ['全国', ['CN']],
    ['CN', ['CN']],
    ['330106', ['330106']],
    ['亚特兰蒂斯', []],
  ])('finds %s as %j', (spec, expected) => {
    expect(codes(spec)).toEqual(expected)
  })

  it('counts a municipality as a city', () => {
    expect(regionByCode('310000')).toEqual({ code: '310000', name: '上海市', level: 'city' })
    expect(regionByCode('330000')?.level).toBe('province')
  })
})

describe('a site', () => {
  it.each([
    [site('浙江省', '杭州市', '西湖区'), '330106'],
    [site('江西', '南昌', '西湖区'), '360103'],
    [site('上海市', '上海市', '黄浦区'), '310101'],
    [site('吉林', '吉林'), '220200'],
    [site('浙江省', '义乌市'), '330782'],
    [site('湖北省', '仙桃市'), '429004'],
    [site(null, '杭州'), '330100'],
    [site('广东省', '东莞市', '长安镇'), '441900'],
    [site('火星', '杭州市', null, '310115'), '310115'],
    [site(null, null, '西湖区'), 'CN'],
    [site(null, null), 'CN'],
  ])('%j is placed at %s', (where, finest) => {
    expect(siteChain(where)[0]).toBe(finest)
  })

  it('is covered by its own division and by all above it, and by no other', () => {
    const westLake = site('浙江省', '杭州市', '西湖区')
    const level = (spec: string) => fits(spec, westLake)?.level ?? null
    expect(['330106', '杭州', '浙江省', 'CN'].map(level)).toEqual(['district', 'city', 'province', 'country'])
    expect(['江西省', '360103', '宁波市', '西湖', '不存在'].map(level)).toEqual([
      null,
      null,
      null,
      'district',
      null,
    ])
    expect(finestFit(['CN', '浙江省', '杭州市'], westLake)?.level).toBe('city')
    expect(finestFit(['上海市'], westLake)).toBeNull()
  })

  it('with a division newer than the tree is still covered by a group that carries the same name', () => {
    const fresh = site('浙江省', '杭州市', '未来区')
    expect(fits('未来区', fresh)).toEqual({ level: 'district', region: '未来区' })
    expect(fits('杭州市', fresh)?.level).toBe('city')
  })
})
