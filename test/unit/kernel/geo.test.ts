import { describe, expect, it } from 'vitest'
import { distanceM, toGcj02 } from '../../../src/kernel/geo.ts'

describe('a point on Chinese maps', () => {
  it('is where others put it: the published example of gcoord, read backwards', () => {
    const shown = toGcj02({ lng: 122.99395597, lat: 44.99804071, crs: 'wgs84' })
    expect(distanceM(shown, { lng: 123, lat: 45, crs: 'gcj02' })).toBeLessThan(0.1)
  })

  it('is shifted by some hundred metres in China, and not at all elsewhere or when it is one already', () => {
    const hangzhou = { lat: 30.2741, lng: 120.1551 }
    const shift = distanceM(toGcj02({ ...hangzhou, crs: 'wgs84' }), { ...hangzhou, crs: 'gcj02' })
    expect(shift).toBeGreaterThan(100)
    expect(shift).toBeLessThan(1000)
    expect(toGcj02({ ...hangzhou, crs: 'gcj02' })).toEqual({ ...hangzhou, crs: 'gcj02' })
    expect(toGcj02({ lat: 48.85, lng: 2.35, crs: 'wgs84' })).toEqual({ lat: 48.85, lng: 2.35, crs: 'gcj02' })
  })
})
