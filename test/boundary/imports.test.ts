import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

/** DESIGN's import table: what each room may import besides itself. */
const foundation = ['kernel', 'contract', 'store', 'queue']
const open = ['languages', 'access', 'audit', 'directory', 'catalogue', 'media', 'rules', 'outbox']
const domain = [...foundation, ...open]
const rooms: Record<string, readonly string[]> = {
  kernel: [],
  contract: ['kernel'],
  store: ['kernel', 'contract'],
  queue: ['kernel', 'contract', 'store'],
  rules: ['kernel', 'contract'],
  languages: ['kernel', 'contract'],
  access: domain,
  audit: domain,
  directory: domain,
  catalogue: domain,
  media: domain,
  imports: [...domain, 'knowledge'],
  inbox: domain,
  knowledge: [...domain, 'tickets'],
  conversations: [...domain, 'tickets'],
  pipeline: [...domain, 'tickets'],
  calls: [...domain, 'pipeline'],
  translation: [...domain, 'pipeline'],
  tickets: domain,
  // Incidents look at what tickets have in common; no ticket knows of them.
  incidents: [...domain, 'tickets'],
  router: [...domain, 'tickets'],
  outbox: domain,
  webhooks: domain,
}
const domainRooms = Object.keys(rooms).filter(
  (room) => !['kernel', 'contract', 'store', 'queue', 'rules'].includes(room),
)

/** Packages that only some rooms may name. */
const packages: { readonly pattern: RegExp; readonly where: readonly string[] }[] = [
  { pattern: /^(kysely|pg|@prisma\/.*|prisma)$/, where: ['src/store/'] },
  { pattern: /^(bullmq|ioredis|pg-boss)$/, where: ['src/queue/'] },
  { pattern: /^(fastify|@fastify\/.*|fastify-type-provider-zod)$/, where: ['src/http/'] },
  { pattern: /^(imapflow|mailparser|postal-mime|nodemailer|smtp-server)$/, where: ['channels/email/'] },
  { pattern: /^openai$/, where: ['connectors/'] },
  {
    pattern: /^(@wecom\/.*|@larksuiteoapi\/.*|dingtalk-stream|ws|fast-xml-parser)$/,
    where: ['channels/', 'connectors/'],
  },
]

interface Import {
  readonly file: string
  readonly target: string
}

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((file) => !file.includes('/generated/') && !file.includes('node_modules'))
}

const importPattern =
  /(?:^|\n)\s*(?:import|export)\s[^'"]*?from\s*'([^']+)'|import\(\s*'([^']+)'\s*\)|(?:^|\n)\s*import\s*'([^']+)'/g

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8')
  return [...text.matchAll(importPattern)].map((match) => {
    const name = (match[1] ?? match[2] ?? match[3])!
    return { file, target: name.startsWith('.') ? relative(root, resolve(root, dirname(file), name)) : name }
  })
}

const folders = ['src', 'channels', 'connectors', 'web'].filter((folder) =>
  readdirSync(root).includes(folder),
)
const files = folders.flatMap(sources)
const all = files.flatMap(importsOf)
const roomOf = (path: string) => (path.startsWith('src/') ? path.split('/')[1]! : null)
const show = (i: Import) => `${i.file} → ${i.target}`

describe('the house keeps its import rules', () => {
  it('lets a room import only what the table allows', () => {
    const breaches = all.filter(({ file, target }) => {
      const from = roomOf(file)
      const to = roomOf(target)
      if (!from || from === 'app' || !to || to === from) return false
      if (from === 'http') return !['kernel', 'contract', ...domainRooms, 'queue', 'store'].includes(to)
      return !rooms[from]?.includes(to)
    })
    expect(breaches.map(show)).toEqual([])
  })

  it('lets a room be entered only through its index', () => {
    const breaches = all.filter(({ file, target }) => {
      const from = roomOf(file)
      const to = roomOf(target)
      if (!from || !to || from === to || !domainRooms.includes(to)) return false
      const inner = target.split('/').slice(2).join('/')
      const commandFrame = to === 'access' && ['command.ts', 'can.ts'].includes(inner)
      return inner !== 'index.ts' && !commandFrame && from !== 'app'
    })
    expect(breaches.map(show)).toEqual([])
  })

  it('lets nobody import app', () => {
    const breaches = all.filter(({ file, target }) => roomOf(target) === 'app' && roomOf(file) !== 'app')
    expect(breaches.map(show)).toEqual([])
  })

  it('keeps channels and connectors on the contract, the kernel and their own kit', () => {
    const breaches = all.filter(({ file, target }) => {
      const [kind, name] = file.split('/')
      if (kind !== 'channels' && kind !== 'connectors') return false
      if (!/^(src|channels|connectors|web|test)\//.test(target)) return false
      if (/^src\/(contract|kernel)\//.test(target)) return false
      return !target.startsWith(`${kind}/${name}/`) && !target.startsWith(`${kind}/_kit/`)
    })
    expect(breaches.map(show)).toEqual([])
  })

  it('keeps an emulator apart from the channel that it stands against', () => {
    const breaches = all.filter(
      ({ file, target }) =>
        /^channels\/[^/]+\/emulator\//.test(file) &&
        /^channels\//.test(target) &&
        !/^channels\/[^/]+\/emulator\//.test(target),
    )
    expect(breaches.map(show)).toEqual([])
  })

  it('lets only the demo, tests, benches and other emulators name an emulator', () => {
    const breaches = all.filter(
      ({ file, target }) => target.includes('/emulator/') && !file.includes('/emulator/'),
    )
    const programs = readdirSync(join(root, 'bin')).filter((file) =>
      readFileSync(join(root, 'bin', file), 'utf8').includes('/emulator/'),
    )
    expect([...breaches.map(show), ...programs]).toEqual([])
  })

  it('binds every emulator to loopback', () => {
    const emulators = files.filter((file) => file.includes('/emulator/'))
    expect(emulators.length).toBeGreaterThan(20)
    const open = emulators.flatMap((file) =>
      [...readFileSync(join(root, file), 'utf8').matchAll(/\.listen\(([^;\n]*)/g)]
        // Without arguments it is an emulator's own method.
        .filter(([, given = '']) => !given.startsWith(')') && !given.includes("'127.0.0.1'"))
        .map(([call]) => `${file}: ${call}`),
    )
    expect(open).toEqual([])
  })

  it('keeps the pages away from the server', () => {
    const breaches = all.filter(
      ({ file, target }) => file.startsWith('web/') && /^(src|channels|connectors)\//.test(target),
    )
    expect(breaches.map(show)).toEqual([])
  })

  it('keeps each vendor package in the room that owns it', () => {
    const breaches = all.filter(({ file, target }) => {
      const owner = packages.find((p) => p.pattern.test(target))
      return (
        owner !== undefined &&
        !owner.where.some((where) => file.startsWith(where)) &&
        !file.includes('/emulator/')
      )
    })
    expect(breaches.map(show)).toEqual([])
  })

  it('has no cycle between rooms', () => {
    const edges = new Map<string, Set<string>>()
    // The frame of commands and queries stands on its own below the rooms; access' own commands are built with it too.
    const frame = /^src\/access\/(command|can)\.ts$/
    const placeOf = (path: string) => (frame.test(path) ? 'access (frame)' : roomOf(path))
    for (const { file, target } of all) {
      const from = placeOf(file)
      const to = placeOf(target)
      if (from && to && from !== to) edges.set(from, (edges.get(from) ?? new Set()).add(to))
    }
    const cycles: string[] = []
    const visit = (room: string, path: readonly string[]): void => {
      if (path.includes(room)) {
        cycles.push([...path.slice(path.indexOf(room)), room].join(' → '))
        return
      }
      for (const next of edges.get(room) ?? []) visit(next, [...path, room])
    }
    for (const room of edges.keys()) visit(room, [])
    expect([...new Set(cycles)]).toEqual([])
  })
})

describe('pure code stays pure', () => {
  const pure = files.filter(
    (file) =>
      /^src\/(kernel|rules)\//.test(file) ||
      /^src\/router\/(filters|scorers)\//.test(file) ||
      /^src\/pipeline\/rules\//.test(file) ||
      /^channels\/[^/]+\/(parse|render|verify|convert\/.*)\.ts$/.test(file),
  )

  it('asks neither the clock nor chance', () => {
    const asking = pure.filter((file) => {
      if (file === 'src/kernel/clock.ts') return false
      return /Date\.now\(|new Date\(\)|Math\.random\(/.test(readFileSync(join(root, file), 'utf8'))
    })
    expect(asking).toEqual([])
  })
})
