import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Actor, systemActor } from '../../../src/contract/actor.ts'
import { type TicketStatus, ticketStatuses } from '../../../src/contract/ticket.ts'
import { sentence } from '../../../src/kernel/sentence.ts'
import {
  commandsFor,
  commandsFrom,
  lifecycle,
  type permissions,
  type TicketCommand,
  type TicketState,
  transition,
} from '../../../src/tickets/lifecycle.ts'
import { slaEventOf } from '../../../src/tickets/sla.ts'

const now = 1_780_000_000_000
const hour = 3_600_000
const ticket = (changes: Partial<TicketState> = {}): TicketState => ({
  id: 'T-1',
  status: 'open',
  groupId: 'G-1',
  assigneeId: null,
  gone: { group: false, assignee: false },
  heldFrom: null,
  endedAtMs: null,
  openChildren: 0,
  missing: [],
  ...changes,
})
const assigned = (status: TicketStatus = 'assigned', changes: Partial<TicketState> = {}) =>
  ticket({ status, assigneeId: 'S-1', ...changes })
const user = (...roles: ('agent' | 'engineer' | 'dispatcher')[]): Actor => ({
  kind: 'user',
  id: 'U-1',
  name: '张三',
  roles,
  staffId: 'S-1',
})
const agent = user('agent')
const customer: Actor = { kind: 'link', id: 'L-1', ticketId: 'T-1' }
const commands: TicketCommand[] = [
  { name: 'assign', engineerId: 'S-1' },
  { name: 'transfer', to: { groupId: 'G-2' }, reason: '跨区' },
  { name: 'transfer', to: { engineerId: 'S-2' }, reason: '请假' },
  { name: 'start' },
  { name: 'hold', reason: '等配件', untilMs: now + hour },
  { name: 'resume' },
  { name: 'resolve' },
  { name: 'close' },
  { name: 'reopen', reason: '又坏了' },
  { name: 'cancel', reason: '客户取消' },
  { name: 'merge', into: { id: 'T-2', status: 'open' } },
]
const command = (name: TicketCommand['name']) => commands.find((c) => c.name === name)!
function give(state: TicketState, given: TicketCommand, actor: Actor = agent) {
  const result = transition(state, given, actor, now)
  return result.ok ? result.value.changes : result.refusal.code
}

describe('the table of the lifecycle', () => {
  it.each<[TicketStatus, string[]]>([
    ['open', ['assign', 'transfer', 'hold', 'resolve', 'cancel', 'merge']],
    ['assigned', ['transfer', 'start', 'hold', 'resolve', 'cancel', 'merge']],
    ['in_progress', ['transfer', 'hold', 'resolve', 'cancel', 'merge']],
    ['on_hold', ['transfer', 'resume', 'resolve', 'cancel', 'merge']],
    ['resolved', ['close', 'reopen']],
    ['closed', ['reopen']],
    ['cancelled', ['reopen']],
    ['merged', []],
  ])('from %s allows %j', (status, allowed) => {
    expect(commandsFrom(status)).toEqual(allowed)
  })

  it('leads, by any commands in any order, only along its rows, and agrees with the list of allowed commands', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...commands), { maxLength: 20 }), (given) => {
        let state = ticket()
        for (const each of given) {
          const result = transition(state, each, agent, now)
          if (!result.ok) {
            if (!commandsFrom(state.status).includes(each.name)) {
              expect(result.refusal.code).toBe('ticket.transition_refused')
            }
            continue
          }
          expect(commandsFrom(state.status)).toContain(each.name)
          const { transition: row, from, changes } = result.value
          expect(lifecycle.transitions[row].from).toContain(from)
          expect(lifecycle.transitions[row].to).toBe(changes.status)
          const heldFrom = changes.status === 'on_hold' ? from : null
          const { groupId = state.groupId, assigneeId = state.assigneeId } = changes
          state = { ...state, status: changes.status, groupId, assigneeId, heldFrom }
          if (state.status === 'open') expect(state.assigneeId).toBeNull()
          if (state.status === 'assigned' || state.status === 'in_progress')
            expect(state.assigneeId).not.toBeNull()
        }
      }),
    )
  })
})

describe('a command', () => {
  it('changes what belongs to it and nothing else', () => {
    expect(give(ticket(), { name: 'assign', engineerId: 'S-9', groupId: 'G-9' })).toEqual({
      status: 'assigned',
      assigneeId: 'S-9',
      groupId: 'G-9',
    })
    expect(give(assigned('on_hold'), command('transfer'))).toEqual({
      status: 'open',
      groupId: 'G-2',
      assigneeId: null,
      holdUntilMs: null,
    })
    expect(give(assigned(), command('start'))).toEqual({ status: 'in_progress' })
    expect(give(assigned('in_progress'), command('resolve'))).toMatchObject({
      status: 'resolved',
      resolvedAtMs: now,
    })
    expect(give(assigned('resolved'), command('close'))).toEqual({ status: 'closed', closedAtMs: now })
    expect(give(ticket(), command('merge'))).toMatchObject({ status: 'merged', mergedIntoId: 'T-2' })
  })

  it('resumes what the hold interrupted', () => {
    expect(give(ticket({ status: 'on_hold', heldFrom: 'open' }), command('resume'))).toMatchObject({
      status: 'open',
    })
    const resumed = (heldFrom: TicketStatus | null) =>
      give(assigned('on_hold', { heldFrom }), command('resume'))
    expect(resumed('in_progress')).toEqual({ status: 'in_progress', holdUntilMs: null })
    expect(resumed('assigned')).toMatchObject({ status: 'assigned' })
    expect(resumed(null)).toMatchObject({ status: 'assigned' })
  })

  it('reopens to the engineer who had it, or to the pool', () => {
    const ended = { endedAtMs: now - hour }
    expect(give(assigned('closed', ended), command('reopen'))).toEqual({
      status: 'assigned',
      holdUntilMs: null,
      resolvedAtMs: null,
      closedAtMs: null,
    })
    expect(give(ticket({ status: 'cancelled', ...ended }), command('reopen'))).toMatchObject({
      status: 'open',
    })
  })

  it('reopens to the pool when the engineer who had it was removed, and to nobody when the group was too', () => {
    const reopened = (gone: TicketState['gone']) =>
      give(assigned('closed', { gone, endedAtMs: now - hour }), command('reopen'))
    const back = { holdUntilMs: null, resolvedAtMs: null, closedAtMs: null }
    expect(reopened({ group: false, assignee: true })).toEqual({ status: 'open', assigneeId: null, ...back })
    expect(reopened({ group: true, assignee: false })).toEqual({ status: 'assigned', groupId: null, ...back })
    expect(reopened({ group: true, assignee: true })).toEqual({
      ...{ status: 'open', groupId: null, assigneeId: null },
      ...back,
    })
  })

  it.each<[string, string, TicketState, TicketCommand, Actor?]>([
    ['from the wrong status', 'ticket.transition_refused', ticket({ status: 'closed' }), command('start')],
    [
      'to the engineer who has it',
      'ticket.same_target',
      assigned(),
      { name: 'transfer', to: { engineerId: 'S-1' }, reason: 'x' },
    ],
    [
      'to the pool where it lies',
      'ticket.same_target',
      ticket(),
      { name: 'transfer', to: { groupId: 'G-1' }, reason: 'x' },
    ],
    [
      'of a transfer without a reason',
      'ticket.reason_required',
      assigned(),
      { name: 'transfer', to: { groupId: 'G-2' }, reason: ' ' },
    ],
    [
      'of a hold without a reason',
      'ticket.reason_required',
      ticket(),
      { name: 'hold', reason: '', untilMs: now + 1 },
    ],
    [
      'of a hold until now',
      'ticket.hold_until_invalid',
      ticket(),
      { name: 'hold', reason: 'x', untilMs: now },
    ],
    [
      'of a hold for years',
      'ticket.hold_until_invalid',
      ticket(),
      { name: 'hold', reason: 'x', untilMs: now * 2 },
    ],
    [
      'of a resolution with open children',
      'ticket.children_open',
      assigned('in_progress', { openChildren: 2 }),
      command('resolve'),
    ],
    [
      'of a reopening without a reason',
      'ticket.reason_required',
      assigned('closed'),
      { name: 'reopen', reason: '' },
    ],
    [
      'of a customer’s reopening after 72 hours',
      'ticket.reopen_too_late',
      assigned('closed', { endedAtMs: now - 73 * hour }),
      command('reopen'),
      customer,
    ],
    [
      'of the hub’s reopening after 72 hours',
      'ticket.reopen_too_late',
      assigned('closed', { endedAtMs: now - 73 * hour }),
      command('reopen'),
      systemActor('inbox'),
    ],
    [
      'of a customer’s cancellation of begun work',
      'ticket.work_started',
      assigned('in_progress'),
      command('cancel'),
      customer,
    ],
    [
      'of a customer’s cancellation of held work',
      'ticket.work_started',
      assigned('on_hold', { heldFrom: 'in_progress' }),
      command('cancel'),
      customer,
    ],
    [
      'of a merge into itself',
      'ticket.merge_target_invalid',
      ticket(),
      { name: 'merge', into: { id: 'T-1', status: 'open' } },
    ],
    [
      'of a merge into a closed ticket',
      'ticket.merge_target_invalid',
      ticket(),
      { name: 'merge', into: { id: 'T-2', status: 'closed' } },
    ],
    [
      'to an engineer whose ticket it is not',
      'ticket.not_yours',
      assigned('assigned', { assigneeId: 'S-7' }),
      command('start'),
      user('engineer'),
    ],
    [
      'to a card of another engineer',
      'ticket.not_yours',
      assigned(),
      command('start'),
      { kind: 'card', id: 'C', staffId: 'S-7' },
    ],
  ])('is refused %s by %s', (_, code, state, given, actor = agent) => {
    expect(give(state, given, actor)).toBe(code)
  })

  it('is given where the guard has nothing against it', () => {
    expect(give(assigned(), command('start'), user('engineer'))).toMatchObject({ status: 'in_progress' })
    expect(give(assigned(), command('start'), { kind: 'card', id: 'C', staffId: 'S-1' })).toMatchObject({
      status: 'in_progress',
    })
    const another = assigned('assigned', { assigneeId: 'S-7' })
    expect(give(another, command('start'), user('engineer', 'dispatcher'))).toMatchObject({
      status: 'in_progress',
    })
    const late = assigned('closed', { endedAtMs: now - 999 * hour })
    expect(give(late, command('reopen'), agent)).toMatchObject({ status: 'assigned' })
    expect(give(assigned(), { name: 'cancel', reason: '' }, customer)).toMatchObject({ status: 'cancelled' })
  })

  it('names in both languages the required fields that are empty, and in its issues their places', () => {
    const missing = [
      { name: 'cause', zh: '故障原因', en: 'cause' },
      { name: 'photo', zh: '照片', en: 'photo' },
    ]
    const result = transition(assigned('in_progress', { missing }), command('resolve'), agent, now)
    if (result.ok) throw new Error('must be refused')
    expect(sentence(result.refusal, 'zh')).toBe('还有必填项没有填写：故障原因、照片。')
    expect(sentence(result.refusal, 'en')).toBe('Required fields are still empty: cause, photo.')
    expect(result.refusal.issues?.map((i) => i.path)).toEqual(['cause', 'photo'])
  })

  it('from the wrong status is answered with what is possible now, in words', () => {
    const result = transition(ticket({ status: 'resolved' }), command('start'), agent, now)
    if (result.ok) throw new Error('must be refused')
    expect(sentence(result.refusal, 'zh')).toBe(
      '工单当前是“已解决”，不能开始处理。现在可以：关闭、重新打开。',
    )
    expect(sentence(result.refusal, 'en')).toBe(
      'The ticket is resolved; "start" is not possible now. Possible: close, reopen.',
    )
  })
})

describe('the commands offered to somebody', () => {
  const may = (role: string) => (permission: (typeof permissions)['assign']) =>
    (permission.roles as readonly string[]).includes(role)

  it('are those of the status that the role allows', () => {
    expect(commandsFor(assigned(), user('engineer'), may('engineer'))).toEqual([
      'transfer',
      'start',
      'hold',
      'resolve',
    ])
    expect(commandsFor(assigned('resolved'), agent, may('agent'))).toEqual(['close', 'reopen'])
    expect(commandsFor(assigned(), agent, may('auditor'))).toEqual([])
  })

  it('are none for an engineer on another’s ticket', () => {
    expect(
      commandsFor(assigned('assigned', { assigneeId: 'S-7' }), user('engineer'), may('engineer')),
    ).toEqual([])
  })
})

it('every way between statuses says what it means for the promises', () => {
  const meanings = Object.values(lifecycle.transitions).flatMap(({ from, to }) =>
    from.map((status) => `${status}>${to}: ${slaEventOf(status, to)}`),
  )
  expect(ticketStatuses).toHaveLength(8)
  expect(meanings).toContain('on_hold>open: resumed')
  expect(meanings).toContain('on_hold>resolved: resolved')
  expect(meanings).toContain('on_hold>merged: ended')
  expect(meanings).toContain('open>on_hold: held')
  expect(meanings).toContain('closed>assigned: reopened')
  expect(meanings).toContain('cancelled>open: reopened')
  expect(meanings).toContain('resolved>closed: null')
  expect(meanings).toContain('in_progress>open: null')
})
