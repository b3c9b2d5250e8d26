import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { businessDay, fromBox, setBusinessZone, toBox } from '../../../web/ui/zone.ts'

afterEach(() => setBusinessZone('Asia/Shanghai'))

describe('a moment in the box of a form', () => {
  it('is shown and read in the time of the business, wherever the browser is', () => {
    expect(toBox('2026-07-01T06:30:00Z')).toBe('2026-07-01T14:30')
    expect(fromBox('2026-07-01T14:30')).toBe(Date.parse('2026-07-01T14:30:00+08:00'))
  })

  it('lies in the day of the business, so that a warranty holds until its last day ends there', () => {
    expect(businessDay(Date.parse('2026-05-01T15:59:00Z'))).toBe('2026-05-01')
    expect(businessDay(Date.parse('2026-05-01T16:00:00Z'))).toBe('2026-05-02')
    setBusinessZone('America/New_York')
    expect(businessDay(Date.parse('2026-05-02T03:59:00Z'))).toBe('2026-05-01')
  })

  it('follows the clocks that are set forward and back', () => {
    setBusinessZone('Europe/Berlin')
    expect(fromBox('2026-01-15T12:00')).toBe(Date.parse('2026-01-15T11:00:00Z'))
    expect(fromBox('2026-07-15T12:00')).toBe(Date.parse('2026-07-15T10:00:00Z'))
    expect(fromBox('2026-03-29T03:30')).toBe(Date.parse('2026-03-29T01:30:00Z'))
    expect(fromBox('2026-10-25T12:00')).toBe(Date.parse('2026-10-25T11:00:00Z'))
  })

  it('is empty without a moment, and no moment when the box is empty or wrong', () => {
    expect([toBox(null), toBox(''), toBox(undefined)]).toEqual(['', '', ''])
    expect([fromBox(''), fromBox('tomorrow')]).toEqual([null, null])
  })

  it('comes back as it was, to the minute, in any zone', () => {
    const zones = fc.constantFrom('Asia/Shanghai', 'America/New_York', 'Asia/Kathmandu', 'Pacific/Auckland')
    const minutes = fc.integer({ min: 28_000_000, max: 31_000_000 })
    fc.assert(
      fc.property(zones, minutes, (zone, minute) => {
        setBusinessZone(zone)
        const box = toBox(minute * 60_000)
        expect(toBox(fromBox(box)!)).toBe(box)
      }),
    )
  })
})
