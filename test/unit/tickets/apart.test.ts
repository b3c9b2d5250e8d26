import { describe, expect, it } from 'vitest'
import type { Heard, OpenTicket } from '../../../src/tickets/about.ts'
import { placeDanger } from '../../../src/tickets/apart.ts'

const nothing = {
  ...{ phone: null, serialNumber: null, deviceId: null, model: null, category: null, address: null },
}
const ticket = (more: Partial<OpenTicket> = {}): OpenTicket => ({
  ...{ ...nothing, id: 'w', number: 'T1000175', intent: 'repair', contactId: 'c', category: '洗衣机' },
  fault: '洗衣机不脱水',
  ...more,
})
const heard = (text: string, more: Partial<Heard> = {}): Heard => ({
  ...{ ...nothing, contactId: 'c', text, fault: text, intent: 'urgent_safety' },
  ...more,
})

describe('a danger to people in a conversation with a ticket', () => {
  it('is apart from it when it is about another device', () => {
    expect(placeDanger(heard('电梯困人了!有人被困在里面,快来', { category: '电梯' }), [ticket()])).toEqual({
      apart: { kind: 'device' },
    })
  })

  it('is apart when the reported device cannot be its cause, though no other one is named', () => {
    expect(placeDanger(heard('有人被困在里面了,快来'), [ticket()])).toMatchObject({
      apart: { kind: 'danger', quote: '被困在' },
    })
    expect(placeDanger(heard('家里有煤气味'), [ticket()])).toMatchObject({
      apart: { kind: 'danger', quote: '煤气味' },
    })
    expect(placeDanger(heard('家里有煤气味'), [ticket({ category: '燃气灶', fault: '打不着火' })])).toBeNull()
  })

  it('belongs to it when the reported device begins to smoke, whether it is named again or not', () => {
    expect(placeDanger(heard('洗衣机冒烟了', { category: '洗衣机' }), [ticket()])).toBeNull()
    expect(placeDanger(heard('现在冒烟了,怎么办'), [ticket()])).toBeNull()
  })

  it('belongs to the ticket whose number is named', () => {
    expect(placeDanger(heard('T1000175 的电梯困人了', { category: '电梯' }), [ticket()])).toBeNull()
  })

  it('goes to another ticket of the conversation with the same device', () => {
    const lift = ticket({ id: 'l', number: 'T1000183', category: '电梯', fault: '电梯困人' })
    expect(placeDanger(heard('洗衣机冒烟了', { category: '洗衣机' }), [lift, ticket()])).toMatchObject({
      joins: { id: 'w' },
      device: { kind: 'category' },
    })
  })

  it('has no ticket to be apart from where there is none', () => {
    expect(placeDanger(heard('电梯困人了'), [])).toBeNull()
  })
})
