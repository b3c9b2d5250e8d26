import { describe, expect, it } from 'vitest'
import { mapLinks } from '../../../web/engineer/maps.ts'

const paramsOf = (url: string) => Object.fromEntries(new URL(url).searchParams)
const address = '浙江省杭州市西湖区文三路90号;1幢'

describe('links into maps', () => {
  it('name the point with its reference system in the order that each vendor wants, and the address as its name', () => {
    const links = mapLinks(address, { lat: 30.2741, lng: 120.1551 })!
    expect(links.amap).toMatch(/^https:\/\/uri\.amap\.com\/marker\?/)
    expect(paramsOf(links.amap)).toMatchObject({ position: '120.155100,30.274100', coordinate: 'gaode' })
    expect(links.tencent).toMatch(/^https:\/\/apis\.map\.qq\.com\/uri\/v1\/marker\?/)
    // The address cannot add members to the marker.
    expect(paramsOf(links.tencent).marker).toBe(
      'coord:30.274100,120.155100;title:浙江省杭州市西湖区文三路90号 1幢;addr:浙江省杭州市西湖区文三路90号 1幢',
    )
    expect(links.baidu).toMatch(/^https:\/\/api\.map\.baidu\.com\/marker\?/)
    expect(paramsOf(links.baidu)).toMatchObject({
      ...{ location: '30.274100,120.155100', coord_type: 'gcj02', output: 'html' },
    })
  })

  it('look for the address where no point is known, and are not there without both', () => {
    const links = mapLinks(address, null)!
    expect(paramsOf(links.amap).keyword).toBe(address)
    expect(paramsOf(links.tencent).keyword).toBe(address)
    expect(paramsOf(links.baidu)).toMatchObject({ address, output: 'html' })
    expect(mapLinks(null, null)).toBeNull()
  })
})
