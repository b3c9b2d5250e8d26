import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contactsOf, type Edge } from '../../../src/conversations/components.ts'

const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
const members = ids.map((id) => ({ id, contactId: `contact of ${id}` }))
const contactFor = (id: string) => `contact of ${id}`
const edge = fc.record({ a: fc.constantFrom(...ids), b: fc.constantFrom(...ids) })

/** Whether two identities are connected, found the slow and obvious way. */
function connected(a: string, b: string, edges: readonly Edge[]): boolean {
  const seen = new Set([a])
  for (let grew = true; grew; ) {
    grew = false
    for (const e of edges) {
      for (const [from, to] of [
        [e.a, e.b],
        [e.b, e.a],
      ] as const) {
        if (seen.has(from) && !seen.has(to)) {
          seen.add(to)
          grew = true
        }
      }
    }
  }
  return seen.has(b)
}

describe('contacts are the connected sets of identities', () => {
  it('gives two identities the same contact exactly when links lead from one to the other', () => {
    fc.assert(
      fc.property(fc.array(edge, { maxLength: 12 }), (edges) => {
        const contacts = contactsOf(members, edges, contactFor)
        for (const a of ids) {
          for (const b of ids) {
            expect(contacts.get(a) === contacts.get(b)).toBe(connected(a, b, edges))
          }
        }
      }),
    )
  })

  it('leads back to the contacts of before when a link is taken away again, in whatever order links came', () => {
    fc.assert(
      fc.property(fc.array(edge, { maxLength: 10 }), edge, fc.nat(10), (edges, extra, at) => {
        const before = contactsOf(members, edges, contactFor)
        const place = Math.min(at, edges.length)
        const withExtra = [...edges.slice(0, place), extra, ...edges.slice(place)]
        const joined = contactsOf(members, withExtra, contactFor)
        expect(joined.get(extra.a)).toBe(joined.get(extra.b))
        const after = contactsOf(members, [...edges].reverse(), contactFor)
        expect(after).toEqual(before)
      }),
    )
  })

  it('passes over links to identities that it was not given', () => {
    const contacts = contactsOf(members, [{ a: 'a', b: 'gone' }], contactFor)
    expect(contacts.get('a')).toBe('contact of a')
  })

  it('names a set after its smallest listed identity, whichever way the links came', () => {
    const some = members.map((m) => ({ ...m, listed: m.id === 'c' || m.id === 'e' }))
    fc.assert(
      fc.property(fc.array(edge, { maxLength: 12 }), (edges) => {
        const contacts = contactsOf(some, edges, contactFor)
        for (const id of ids) {
          const set = ids.filter((other) => connected(id, other, edges))
          const named = set.filter((other) => other === 'c' || other === 'e')[0] ?? set[0]!
          expect(contacts.get(id)).toBe(contactFor(named))
        }
      }),
    )
  })
})
