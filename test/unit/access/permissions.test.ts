import { describe, expect, it } from 'vitest'
import { scopeNames } from '../../../src/access/index.ts'
import { describedHub } from '../../../src/app/described-hub.ts'
import { type Actor, roles, systemActor } from '../../../src/contract/actor.ts'
import type { Result } from '../../../src/kernel/result.ts'
import { permissions } from './permissions.ts'

const id = '0199a000-0000-7000-8000-0000000000aa'
const token = (scopes: string[]): Actor => ({ kind: 'token', id, name: 'x', scopes, accountId: null })

const actors: readonly (readonly [name: string, actor: Actor])[] = [
  ...roles.map((role) => [role, { kind: 'user', id, name: 'x', roles: [role], staffId: null }] as const),
  ...scopeNames.map((scope) => [`scope:${scope}`, token([scope])] as const),
  ['token without a scope', token([])],
  ['user without a role', { kind: 'user', id, name: 'x', roles: [], staffId: null }],
  ['link', { kind: 'link', id, ticketId: id }],
  ['card', { kind: 'card', id, staffId: id }],
]

/** Every use of the database ends the run: whoever gets that far was let in. */
const nothing = new Proxy(
  {},
  {
    get: () => {
      throw new Error('let in')
    },
  },
) as never

const refusing = ['access.forbidden', 'access.scope_missing', 'access.not_for_tokens']

async function isLetIn(run: () => Promise<Result<unknown>>, name: string): Promise<boolean> {
  try {
    const result = await run()
    return result.ok || !refusing.includes(result.refusal.code) || result.refusal.params.action !== name
  } catch {
    return true
  }
}

const hub = await describedHub()
const operations = [
  ...hub.commands.map((command) => ({
    name: command.name,
    run: (actor: Actor) =>
      command.execute({ tx: nothing, actor, nowMs: 0, ids: nothing, commandId: id }, nothing),
  })),
  ...hub.queries.map((query) => ({
    name: query.name,
    run: (actor: Actor) => query.execute({ db: nothing, actor, nowMs: 0 }, nothing),
  })),
]

async function foundFor({ name, run }: (typeof operations)[number]): Promise<string> {
  const let_in = []
  for (const [word, actor] of actors) if (await isLetIn(() => run(actor), name)) let_in.push(word)
  return let_in.sort().join(' ')
}

describe('who may do what', () => {
  it.each(operations)('$name lets in exactly who was reviewed', async (operation) => {
    const found = await foundFor(operation)
    expect(`'${operation.name}': '${found}'`).toBe(
      `'${operation.name}': '${permissions[operation.name] ?? 'no entry in permissions.ts'}'`,
    )
  })

  it.each(operations)('$name lets in the hub itself', async ({ name, run }) => {
    expect(await isLetIn(() => run(systemActor('test')), name)).toBe(true)
  })

  it('has no entry for what does not exist, and no name twice', () => {
    const names = operations.map((operation) => operation.name)
    expect(Object.keys(permissions).filter((name) => !names.includes(name))).toEqual([])
    expect(new Set(names).size).toBe(names.length)
  })
})
