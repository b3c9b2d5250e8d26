import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { variables } from '../../../src/app/config.ts'
import { errors } from '../../../src/kernel/errors.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')

describe('the documents say what the code says', () => {
  it('has an anchor, the status and both sentences for every error code, and no other code', () => {
    const page = read('docs/errors.md')
    const sections = new Map(
      page
        .split(/^### /m)
        .slice(1)
        .map((section) => [/^`([^`]+)`/.exec(section)![1], section]),
    )
    expect([...sections.keys()].sort()).toEqual(Object.keys(errors).sort())
    for (const [code, { status, zh, en }] of Object.entries(errors)) {
      const section = sections.get(code)!
      expect(section, code).toContain(`HTTP ${status}`)
      expect(section, code).toContain(zh)
      expect(section, code).toContain(en)
    }
  })

  it('explains every variable of the environment in .env.example, and none that nobody reads', () => {
    const named = [...read('.env.example').matchAll(/^#?\s?([A-Z][A-Z0-9_]+)=/gm)].map((m) => m[1]!)
    expect([...new Set(named)].sort()).toEqual([...variables].sort())
  })

  it('gives a reason for every dependency', () => {
    const { dependencies, devDependencies, optionalDependencies } = JSON.parse(
      read('package.json'),
    ) as Record<string, Record<string, string>>
    const page = read('docs/dependencies.md')
    const all = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies })
    const missing = all.filter((name) => !page.includes(`\`${name}\``))
    expect(missing).toEqual([])
  })

  it('pins every dependency to one version', () => {
    const { dependencies, devDependencies, optionalDependencies } = JSON.parse(
      read('package.json'),
    ) as Record<string, Record<string, string>>
    const loose = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies }).filter(
      ([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version),
    )
    expect(loose).toEqual([])
  })

  it('reads the environment in one place', () => {
    const files = ['src', 'channels', 'connectors'].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .map((file) => join(folder, file)),
    )
    const readers = files.filter((file) => /process\.env\b/.test(read(file)))
    const allowed = ['src/app/commands/run-command.ts']
    // The tools of development and the embedded server's child processes pass the environment on, they read nothing of it.
    const reading = readers.filter(
      (file) => /process\.env[.[]/.test(read(file)) && !file.startsWith('src/store/development/'),
    )
    expect(reading).toEqual([])
    expect(allowed.every((file) => readers.includes(file))).toBe(true)
  })
})
