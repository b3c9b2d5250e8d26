import { describe, expect, it } from 'vitest'
import { brokenConnections } from '../../../web/console/data/connections.ts'
import { acceptedBy, type OfferView } from '../../../web/console/data/ticket.ts'

const account = (enabled: boolean, ...states: string[]) => ({
  enabled,
  connections: states.map((state) => ({ state })),
})

describe('connections of the channel accounts', () => {
  it('are well when all of those that are switched on stand', () => {
    expect(brokenConnections([])).toBe(0)
    expect(brokenConnections([account(true, 'up', 'up'), account(true), account(false, 'stopped')])).toBe(0)
  })

  it.each(['down', 'degraded', 'connecting', 'config-error'])('are not well while one is %s', (state) => {
    expect(brokenConnections([account(true, 'up', state)])).toBe(1)
  })
})

describe('an assigned ticket', () => {
  const offer = (staffId: string, status: OfferView['status']): OfferView => ({
    ...{ id: 'o', staffId, engineer: '小王', status, reason: null },
    ...{ createdAtMs: 0, expiresAtMs: 1, endedAtMs: null },
  })
  const assignee = { id: 's1', name: '小王' }

  it('is accepted once its engineer took the offer', () => {
    expect(acceptedBy({ status: 'assigned', assignee, offers: [offer('s1', 'accepted')] })).toBe(true)
  })

  it.each([
    ['while they were only asked', 'assigned', [offer('s1', 'pending')]],
    ['when another engineer had taken it before', 'assigned', [offer('s2', 'accepted')]],
    ['when work began', 'in_progress', [offer('s1', 'accepted')]],
  ] as const)('is not %s', (_, status, offers) => {
    expect(acceptedBy({ status, assignee, offers })).toBe(false)
  })
})
