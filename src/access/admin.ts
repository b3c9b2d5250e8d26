import { parseArgs } from 'node:util'
import { audit } from '../audit/index.ts'
import { type Role, roles, systemActor } from '../contract/actor.ts'
import type { Ids } from '../kernel/ids.ts'
import { ok, type Result, refuse } from '../kernel/result.ts'
import { sentence } from '../kernel/sentence.ts'
import type { Database, Tx } from '../store/index.ts'
import { hashPassword, randomPassword } from './password.ts'
import { loginKey } from './sessions.ts'
import { loginSchema, setPassword } from './users.ts'

/** What `npm run admin` needs from its surroundings. */
export interface AdminTools {
  /** Lends the hub's database; also while the hub runs. */
  readonly withDatabase: <T>(work: (database: Database) => Promise<T>) => Promise<T>
  readonly ids: Ids
  readonly now: () => number
  readonly print: (line: string) => void
}

/** What `--help` says. */
export const adminHelp = `Usage: npm run admin -- COMMAND

  list                                  who may sign in
  create LOGIN --role ROLE [--name N]   adds a person; --role may be given several times
  reset-password LOGIN                  gives a new password, unlocks, ends all sessions, lets the person in again

The new password is random and printed once. Roles: ${roles.join(', ')}.
The hub may run meanwhile. DATABASE_URL and DATA_DIR are read as by the hub.`

/** Runs one call of the tool; returns the exit code: 0 done, 1 refused, 2 wrong usage. */
export async function runAdmin(argv: readonly string[], tools: AdminTools): Promise<number> {
  const call = readCall(argv)
  if (call === 'help' || call === null) {
    tools.print(adminHelp)
    return call === 'help' ? 0 : 2
  }
  const result = await tools.withDatabase((database) =>
    database.transaction((tx) => perform(tx, call, tools)),
  )
  if (!result.ok) {
    tools.print(sentence(result.refusal, 'en'))
    return 1
  }
  for (const line of result.value) tools.print(line)
  return 0
}

type Call =
  | { readonly do: 'list' }
  | { readonly do: 'create'; readonly login: string; readonly roles: readonly Role[]; readonly name: string }
  | { readonly do: 'reset-password'; readonly login: string }

function readCall(argv: readonly string[]): Call | 'help' | null {
  const options = {
    help: { type: 'boolean', short: 'h' },
    role: { type: 'string', multiple: true },
    name: { type: 'string' },
  } as const
  let parsed: ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>>
  try {
    parsed = parseArgs({ args: [...argv], options, allowPositionals: true })
  } catch {
    return null
  }
  const { values, positionals } = parsed
  const [verb, login, ...rest] = positionals
  if (values.help) return 'help'
  if (rest.length > 0) return null
  if (verb === 'list' && login === undefined) return { do: 'list' }
  if (verb === 'reset-password' && login !== undefined) return { do: verb, login: loginKey(login) }
  const given = (values.role ?? []) as Role[]
  const valid = given.length > 0 && given.every((role) => roles.includes(role))
  if (verb !== 'create' || login === undefined || !valid) return null
  return { do: 'create', login, roles: given, name: values.name ?? login }
}

async function perform(tx: Tx, call: Call, tools: AdminTools): Promise<Result<readonly string[]>> {
  switch (call.do) {
    case 'list':
      return ok(await listUsers(tx))
    case 'create':
      return await createUser(tx, call, tools)
    case 'reset-password':
      return await resetPassword(tx, call.login, tools)
  }
}

async function listUsers(tx: Tx): Promise<readonly string[]> {
  const users = await tx
    .selectFrom('app_user')
    .select(['login', 'displayName', 'roles', 'disabledAt'])
    .orderBy('login')
    .execute()
  if (users.length === 0) return ['Nobody can sign in yet. Start the hub once, or create a person.']
  return users.map((user) => {
    const state = user.disabledAt ? '  (switched off)' : ''
    return `${user.login.padEnd(24)} ${user.displayName.padEnd(16)} ${user.roles.join(', ')}${state}`
  })
}

async function createUser(
  tx: Tx,
  call: Extract<Call, { do: 'create' }>,
  tools: AdminTools,
): Promise<Result<readonly string[]>> {
  const login = loginSchema.safeParse(call.login)
  if (!login.success) {
    return refuse('request.invalid', {}, [
      { path: 'login', message: 'letters, digits and . _ - @ only', messageZh: '只用字母、数字和 . _ - @' },
    ])
  }
  const taken = await tx
    .selectFrom('app_user')
    .select('id')
    .where('login', '=', login.data)
    .executeTakeFirst()
  if (taken) return refuse('conflict.duplicate', { what: 'login' })
  const password = randomPassword()
  const hashed = await hashPassword(password, login.data)
  if (!hashed.ok) return hashed
  const id = tools.ids.next()
  const atMs = tools.now()
  const row = {
    id,
    login: login.data,
    displayName: call.name,
    passwordHash: hashed.value,
    roles: [...call.roles],
  }
  await tx
    .insertInto('app_user')
    .values({ ...row, createdAt: new Date(atMs) })
    .execute()
  const actor = systemActor('admin-tool')
  await audit(tx, {
    atMs,
    actor,
    action: 'user.create',
    resource: `user:${id}`,
    detail: { roles: row.roles },
  })
  return ok([`${login.data} may sign in now.`, `Password: ${password}`])
}

async function resetPassword(tx: Tx, login: string, tools: AdminTools): Promise<Result<readonly string[]>> {
  const user = await tx
    .selectFrom('app_user')
    .select(['id', 'login'])
    .where('login', '=', login)
    .executeTakeFirst()
  if (!user) return refuse('not_found', { what: 'user', name: login })
  const password = randomPassword()
  const set = await setPassword(tx, user, password)
  if (!set.ok) return set
  await tx.updateTable('app_user').set({ disabledAt: null }).where('id', '=', user.id).execute()
  const actor = systemActor('admin-tool')
  await audit(tx, { atMs: tools.now(), actor, action: 'user.resetPassword', resource: `user:${user.id}` })
  return ok([
    `${login} can sign in with the new password; all old sessions are ended.`,
    `Password: ${password}`,
  ])
}
