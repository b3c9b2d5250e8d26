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
  if (call.do === 'help' || call.do === 'explain') {
    if (call.do === 'explain') tools.print(`${call.wrong}\n`)
    tools.print(adminHelp)
    return call.do === 'help' ? 0 : 2
  }
  const result = await tools.withDatabase((database) =>
    database.transaction((tx) => perform(tx, call, tools)),
  )
  if (!result.ok) {
    tools.print(sentence(result.refusal, 'en'))
    for (const { path, message } of result.refusal.issues ?? []) tools.print(`  ${path}: ${message}`)
    return 1
  }
  for (const line of result.value) tools.print(line)
  return 0
}

type Call =
  | { readonly do: 'list' }
  | { readonly do: 'create'; readonly login: string; readonly roles: readonly Role[]; readonly name: string }
  | { readonly do: 'reset-password'; readonly login: string }

/** What was called wrongly, for people. */
type Misread = { readonly do: 'explain'; readonly wrong: string }

const misread = (wrong: string): Misread => ({ do: 'explain', wrong })

function readCall(argv: readonly string[]): Call | Misread | { readonly do: 'help' } {
  const options = {
    help: { type: 'boolean', short: 'h' },
    role: { type: 'string', multiple: true },
    name: { type: 'string' },
  } as const
  let parsed: ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>>
  try {
    parsed = parseArgs({ args: [...argv], options, allowPositionals: true })
  } catch (error) {
    return misread((error as Error).message)
  }
  const { values, positionals } = parsed
  if (values.help) return { do: 'help' }
  const [verb, login, ...rest] = positionals
  if (verb === undefined) return misread('Say what to do: list, create or reset-password.')
  if (verb !== 'list' && verb !== 'create' && verb !== 'reset-password')
    return misread(`There is no command "${verb}".`)
  const extra = verb === 'list' ? positionals[1] : rest[0]
  if (extra !== undefined) return misread(`"${extra}" is too much: "${verb}" does not take it.`)
  if (verb === 'list') return { do: verb }
  if (login === undefined) return misread(`Say whom: ${verb} LOGIN.`)
  if (verb === 'reset-password') return { do: verb, login: loginKey(login) }
  const given = values.role ?? []
  if (given.length === 0) return misread(`Say with --role what ${login} may do.`)
  const unknown = given.find((role) => !roles.includes(role as Role))
  if (unknown !== undefined) return misread(`There is no role "${unknown}". Roles: ${roles.join(', ')}.`)
  return { do: verb, login, roles: given as Role[], name: values.name ?? login }
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
      {
        path: 'login',
        message: 'must have 2 to 64 letters, digits and . _ - @, and begin with a letter or digit',
        messageZh: '应为 2 至 64 个字母、数字和 . _ - @，以字母或数字开头',
      },
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
