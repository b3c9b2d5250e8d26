import { describe, expect, it } from 'vitest'
import { findRegions, groupMembers, regionByCode, staffMembers } from '../../../src/directory/index.ts'
import { buildSample, monthsLater, type Present } from '../../../src/imports/sample/build.ts'
import { derivedIds } from '../../../src/kernel/ids.ts'
import { conditionSchema } from '../../../src/rules/index.ts'
import { parseForm } from '../../../src/tickets/form.ts'

const empty: Present = {
  names: {},
  hasDefaultGroup: false,
  hasDefaultType: false,
  hasDefaultCalendar: false,
  hasQrAccount: false,
  hasApiAccount: false,
  switchedOff: {},
  ours: new Set(),
  members: new Set(),
}
const build = (present = empty) => buildSample(derivedIds('sample'), present, (id) => `sealed for ${id}`)
const rows = (table: string) => build().writes.flatMap((w) => (w.table === table ? [w.row] : []))

describe('the sample workspace', () => {
  it('is as large as a small service: 12 groups, 25 people, 40 devices at least', () => {
    expect(rows('skill_group').length).toBeGreaterThanOrEqual(12)
    expect(rows('staff').length).toBeGreaterThanOrEqual(25)
    expect(rows('device')).toHaveLength(40)
  })

  it('holds only what the forms would accept', () => {
    for (const group of rows('skill_group')) {
      for (const [name, schema] of Object.entries(groupMembers)) {
        expect(schema.safeParse(group[name]).error, `${group.name} ${name}`).toBeUndefined()
      }
    }
    for (const person of rows('staff')) {
      for (const [name, schema] of Object.entries(staffMembers)) {
        if (name === 'groupIds') continue
        expect(schema.safeParse(person[name]).error, `${person.name} ${name}`).toBeUndefined()
      }
    }
    for (const type of rows('ticket_type')) expect(parseForm(type.form).ok, String(type.key)).toBe(true)
    for (const rule of rows('routing_rule')) expect(conditionSchema.safeParse(rule.when).success).toBe(true)
    for (const region of rows('region')) {
      for (const code of region.adcodes as string[]) expect(regionByCode(code), code).not.toBeNull()
    }
  })

  it('names only models, categories, districts and certificates that it knows', () => {
    const categories = new Map(rows('product_category').map((row) => [row.name, row.certs as string[]]))
    for (const model of rows('product_model')) expect(categories.has(model.category)).toBe(true)
    for (const device of rows('device')) {
      const { province, city, district } = device.address as Record<string, string>
      expect(categories.has(device.category), String(device.model)).toBe(true)
      for (const name of [province, city, district]) expect(findRegions(name!), name).not.toEqual([])
    }
    for (const person of rows('staff')) {
      for (const skill of person.skills as string[]) expect(categories.has(skill), skill).toBe(true)
    }
  })

  it('leaves what is there as it is, and uses it', () => {
    const names = { skill_group: new Map([['家电杭州组', 'g-1']]), staff: new Map([['S001', 's-1']]) }
    const { writes, skipped } = build({ ...empty, names, hasDefaultGroup: true, hasQrAccount: true })
    expect(skipped).toEqual([
      { table: 'skill_group', name: '家电杭州组' },
      { table: 'staff', name: 'S001' },
    ])
    const of = (table: string) => writes.flatMap((w) => (w.table === table ? [w.row] : []))
    expect(of('staff_group').some((row) => row.groupId === 'g-1')).toBe(true)
    expect(of('staff_group').some((row) => row.staffId === 's-1')).toBe(false)
    expect(of('skill_group').some((row) => row.isDefault)).toBe(false)
    expect(of('channel_account').map((row) => row.kind)).toEqual(['api'])
  })

  it('switches on what an earlier sample had to leave switched off, under its own secrets, and completes its groups', () => {
    const off = {
      skill_group: new Map([['综合客服', { id: 'g-1', active: false, isDefault: true }]]),
      staff: new Map([['S001', { id: 's-1', active: false }]]),
      channel_account: new Map([['扫码报修', { id: 'q-1', enabled: false, secrets: 'kept' }]]),
    }
    const names = { skill_group: new Map([['综合客服', 'g-1']]), staff: new Map([['S001', 's-1']]) }
    const { writes, skipped } = build({ ...empty, names, switchedOff: off, ours: new Set(['s-1']) })
    expect(skipped).toEqual([])
    expect(writes).toContainEqual(
      expect.objectContaining({ table: 'skill_group', id: 'g-1', row: { active: true, isDefault: true } }),
    )
    expect(writes).toContainEqual(
      expect.objectContaining({ table: 'channel_account', id: 'q-1', row: { enabled: true } }),
    )
    expect(writes.some(({ row }) => row.staffId === 's-1' && row.groupId)).toBe(true)
    const accounts = writes.filter(({ table }) => table === 'channel_account')
    expect(accounts).toHaveLength(2)
  })

  it('counts a warranty to its last day', () => {
    expect(monthsLater('2025-06-18', 72)).toBe('2031-06-17')
    expect(monthsLater('2024-08-31', 18)).toBe('2026-02-27')
  })
})
