import { describe, expect, it } from 'vitest'
import type { TicketFieldMap } from '../../../src/contract/extraction.ts'
import { areasIn, areasOf, divisionsAgree } from '../../../src/incidents/area.ts'
import { decideGathering, type Neighbour } from '../../../src/incidents/decide.ts'
import { type Traits, traitsOf } from '../../../src/incidents/trait.ts'

const shown = (detail: string | null) => areasIn(detail).map(({ level, name }) => `${level} ${name}`)

describe('the place of a ticket', () => {
  it.each([
    ['阳光花园3号楼2单元501', ['building 阳光花园3号楼', 'compound 阳光花园']],
    ['阳光花园三栋', ['building 阳光花园3号楼', 'compound 阳光花园']],
    [
      '文三路259号阳光花园3号楼',
      [
        ...['building 阳光花园3号楼', 'building 文三路259号3号楼'],
        ...['compound 阳光花园', 'compound 文三路259号', 'street 文三路'],
      ],
    ],
    ['文三路259号', ['building 文三路259号', 'compound 文三路259号', 'street 文三路']],
    ['良渚街道荀山村', ['street 荀山村']],
    ['Building 5, Sunshine Garden', ['building Sunshine Garden, Building 5', 'compound Sunshine Garden']],
    [null, []],
  ])('is read from %s', (detail, areas) => {
    expect(shown(detail)).toEqual(areas)
  })

  it('is its district only when nothing finer is named, and a site when its label named it', () => {
    const field = (detail: string | null, evidence: object[] = []) =>
      ({
        address: {
          ...{ method: 'rules', confidence: 1, verdict: 'accepted', evidence },
          value: { province: '浙江省', city: '杭州市', district: '西湖区', detail, adcode: '330106' },
        },
      }) as unknown as TicketFieldMap
    expect(areasOf(field(null)).map(({ level, key }) => [level, key])).toEqual([['district', '杭州市西湖区']])
    expect(areasOf(field('文三路')).map(({ level }) => level)).toEqual(['street'])
    const label = { kind: 'record', table: 'site', id: 's1', version: 1, field: 'address' }
    expect(areasOf(field('文三路', [label]))[0]).toMatchObject({ level: 'site', key: 's1' })
    expect(areasOf({}, '我们阳光花园3号楼停电了').map(({ name }) => name)).toEqual([
      '阳光花园3号楼',
      '阳光花园',
    ])
  })

  it('lies in divisions that agree as far as both are known', () => {
    expect(divisionsAgree('330106', '330106')).toBe(true)
    expect(divisionsAgree('330106', '330100')).toBe(true)
    expect(divisionsAgree('330106', null)).toBe(true)
    expect(divisionsAgree('330106', '330110')).toBe(false)
    expect(divisionsAgree('330106', '310115')).toBe(false)
  })
})

const minute = 60_000
const arrival = { ticketId: 't9', number: 'T9', atMs: 100 * minute, contactId: 'c9', phone: '139' }
const traits: Traits = {
  ...{ cause: 'power', quote: '停电', city: '杭州市', district: '西湖区', adcode: '330106' },
  traits: [
    { key: 'power|compound|阳光花园', level: 'compound', name: '阳光花园' },
    { key: 'power|street|文三路', level: 'street', name: '文三路' },
  ],
}
const neighbour = (n: number, more: Partial<Neighbour> = {}): Neighbour => ({
  ...{ ticketId: `t${n}`, number: `T${n}`, key: 'power|compound|阳光花园', adcode: '330106' },
  ...{ atMs: (100 - n) * minute, contactId: `c${n}`, phone: null, incidentId: null, spoken: false },
  ...more,
})
const decide = (...neighbours: Neighbour[]) => decideGathering(arrival, traits, neighbours, 30 * minute)

describe('tickets with one cause', () => {
  it('open an incident together with all that wait, the earliest first', () => {
    const became = decide(neighbour(3), neighbour(5))
    expect(became).toMatchObject({ kind: 'open', area: { level: 'compound', name: '阳光花园' } })
    expect(became.kind === 'open' && became.members.map(({ ticketId }) => ticketId)).toEqual([
      't5',
      't3',
      't9',
    ])
  })

  it('join the incident that one of them is in', () => {
    const became = decide(neighbour(3), neighbour(5, { incidentId: 'i1', spoken: true }))
    expect(became).toMatchObject({
      ...{ kind: 'join', incidentId: 'i1' },
      reason: { place: '阳光花园', withNumber: 'T5', apartMs: 5 * minute, quote: '停电' },
    })
  })

  it('meet in the narrowest place that they share', () => {
    const street = neighbour(4, { key: 'power|street|文三路' })
    expect(decide(street)).toMatchObject({ area: { level: 'street', name: '文三路' } })
    expect(decide(street, neighbour(6))).toMatchObject({ area: { level: 'compound' } })
  })

  it.each([
    ['opened more than the window apart', neighbour(31)],
    ['of the same customer', neighbour(3, { contactId: 'c9' })],
    ['with the same telephone', neighbour(3, { phone: '139' })],
    ['in another city', neighbour(3, { adcode: '310115' })],
    ['that a person took out, or whose incident is closed', neighbour(3, { spoken: true })],
    ['at another place', neighbour(3, { key: 'power|compound|世纪公寓' })],
    ['that are themselves', neighbour(3, { ticketId: 't9' })],
  ])('are not those %s', (_which, other) => {
    expect(decide(other)).toEqual({ kind: 'none' })
  })

  it('count exactly to the end of the window', () => {
    expect(decide(neighbour(30)).kind).toBe('open')
  })
})

describe('how far a cause reaches', () => {
  const fields = (fault: string, detail: string) =>
    ({
      fault_description: { value: fault, evidence: [] },
      address: {
        value: { province: null, city: '杭州市', district: '西湖区', detail, adcode: '330106' },
        evidence: [],
      },
    }) as unknown as TicketFieldMap
  it('is one building for a lift, and the street for the power', () => {
    const levels = (fault: string) =>
      traitsOf(fields(fault, '文三路259号阳光花园3号楼'))?.traits.map(({ level }) => level)
    expect(new Set(levels('电梯停了'))).toEqual(new Set(['building']))
    expect(new Set(levels('停电了'))).toEqual(new Set(['compound', 'street']))
    expect(levels('遥控器没电')).toBeUndefined()
  })
})
