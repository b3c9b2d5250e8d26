import type {
  RoutingEngineer,
  RoutingGroup,
  RoutingInput,
  RoutingTicket,
} from '../../../src/contract/routing.ts'
import { afterSalesPolicy } from '../../../src/router/policy.ts'

/** A Wednesday morning, 10:00 in Shanghai. */
export const wednesday10 = Date.parse('2026-11-18T10:00:00+08:00')

export function ticket(changes: Partial<RoutingTicket> = {}): RoutingTicket {
  return {
    id: 'T-1',
    intent: 'repair',
    urgency: 'normal',
    region: { province: '浙江省', city: '杭州市', district: '西湖区', adcode: null },
    productCategory: '冰箱',
    language: 'zh',
    customerTier: 'standard',
    channel: 'phone',
    site: { lat: 30.259, lng: 120.13 },
    createdAtMs: wednesday10,
    appointmentStartMs: null,
    requiredCerts: [],
    ...changes,
  }
}

export function group(id: string, changes: Partial<RoutingGroup> = {}): RoutingGroup {
  return {
    id,
    name: id,
    emergency: false,
    isDefault: false,
    intents: ['*'],
    skills: ['*'],
    regions: ['CN'],
    languages: ['zh', 'en'],
    tiers: [],
    channels: [],
    hours: '24x7',
    capacityLeft: 5,
    ...changes,
  }
}

export function engineer(id: string, changes: Partial<RoutingEngineer> = {}): RoutingEngineer {
  return {
    id,
    name: id,
    groupIds: [],
    skills: ['冰箱', '空调', '热水器'],
    certs: ['制冷', '燃气'],
    languages: ['zh'],
    status: 'idle',
    load: 0,
    maxLoad: 5,
    shift: null,
    location: { lat: 30.27, lng: 120.15 },
    maxKm: 30,
    ...changes,
  }
}

export function input(changes: Partial<RoutingInput> = {}): RoutingInput {
  return {
    ticket: ticket(),
    groups: [group('G-1')],
    engineers: [],
    rules: [],
    policy: afterSalesPolicy,
    nowMs: wednesday10,
    ...changes,
  }
}

export const spans = (open: string, close: string, days = [1, 2, 3, 4, 5, 6, 7]) => ({
  spans: [{ days, open, close }],
})
