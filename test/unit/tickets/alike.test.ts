import { describe, expect, it } from 'vitest'
import { type Comparable, compareFaults, likenessOf } from '../../../src/tickets/alike.ts'

const address = (detail: string | null, district = '西湖区') => ({
  ...{ province: '浙江省', city: '杭州市', district, detail, adcode: '330106' },
})
const ticket = (more: Partial<Comparable> = {}): Comparable => ({
  contactId: 'c1',
  phone: null,
  serialNumber: null,
  deviceId: null,
  model: 'KFR-35GW',
  category: '空调',
  address: address('文三路259号1号楼301'),
  fault: '空调不制冷',
  ...more,
})

describe('the same fault', () => {
  it.each([
    ['空调不制冷', '制冷效果差', 'same'],
    ['热水器报E4', '显示E4', 'same'],
    ['热水器报E4', '报E1', 'different'],
    ['不制冷', '漏水', 'different'],
    ['门把手松动', '门把手松动了两天', 'same'],
    ['', '不制冷', 'unknown'],
    ['机器不太对劲', '不制冷', 'unknown'],
  ] as const)('“%s” and “%s”: %s', (mine, theirs, likeness) => {
    expect(compareFaults(mine, theirs).of).toBe(likeness)
  })
})

describe('a probable duplicate', () => {
  it('is the same customer’s model at one address with the same fault, also when the address is written otherwise', () => {
    const other = ticket({ address: address('文三路259号 1号楼 301室'), fault: '还是不冷' })
    expect(likenessOf(ticket({ address: address('文三路259号1号楼301室') }), other)).toMatchObject({
      device: { kind: 'model', value: 'KFR-35GW' },
      same: { mine: '不制冷', theirs: '不冷' },
    })
  })

  it('is the same serial number, whoever reports it', () => {
    const serial = { serialNumber: 'wm8k 20231107', address: null }
    const other = ticket({ ...serial, serialNumber: 'WM8K-20231107', contactId: 'c2' })
    expect(likenessOf(ticket(serial), other)?.device.kind).toBe('serial')
  })

  it.each([
    ['another serial number', { serialNumber: 'A1' }, { serialNumber: 'A2' }],
    ['another device', { deviceId: 'd1' }, { deviceId: 'd2' }],
    ['another model', {}, { model: 'KFR-72LW' }],
    ['another category', { model: null }, { model: null, category: '冰箱' }],
    ['another customer', {}, { contactId: 'c2' }],
    ['nobody known on either side', { contactId: null }, { contactId: null }],
    ['another address', {}, { address: address('五常大道1号') }],
    ['another district', {}, { address: address('文三路259号1号楼301', '余杭区') }],
    ['an address on one side only', {}, { address: null }],
    ['another fault', {}, { fault: '空调漏水' }],
    ['no fault', {}, { fault: '' }],
  ] as const)('is none with %s', (_what, mine, theirs) => {
    expect(likenessOf(ticket(mine), ticket(theirs))).toBeNull()
  })
})
