import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'

const dist = join(import.meta.dirname, '..', '..', 'web', 'dist')
const kilobyte = 1000

/** Scripts that a page's HTML names: they load before anything is drawn. */
function scriptsOf(page: string): string[] {
  const html = readFileSync(join(dist, page), 'utf8')
  return [...html.matchAll(/(?:src|href)="\/assets\/([^"]+\.js)"/g)].map((match) => match[1]!)
}

/** A script by the name of its source file; the build adds a hash. */
function scriptNamed(name: string): string {
  const found = readdirSync(join(dist, 'assets')).filter(
    (file) => file.startsWith(`${name}-`) && /^[\w-]{8}\.js$/.test(file.slice(name.length + 1)),
  )
  if (found.length !== 1) throw new Error(`${found.length} scripts are named ${name}`)
  return found[0]!
}

/** Scripts with everything that they import at once. */
function withImports(scripts: readonly string[]): Set<string> {
  const all = new Set<string>()
  const visit = (script: string) => {
    if (all.has(script)) return
    all.add(script)
    const text = readFileSync(join(dist, 'assets', script), 'utf8')
    for (const [, imported] of text.matchAll(/(?:\bfrom|\bimport)\s*["'`]\.\/([\w.-]+\.js)["'`]/g))
      visit(imported!)
  }
  for (const script of scripts) visit(script)
  return all
}

function gzipBytes(scripts: Iterable<string>): number {
  let bytes = 0
  for (const script of scripts) bytes += gzipSync(readFileSync(join(dist, 'assets', script))).length
  return bytes
}

describe('the first load of the pages', () => {
  it('was built', () => {
    expect(existsSync(join(dist, 'assets')), 'run `npm run prepare`').toBe(true)
  })

  it('of the console, signed in, up to the ticket list, is at most 350 kB of script', () => {
    const scripts = withImports([
      ...scriptsOf('console/index.html'),
      scriptNamed('ticket-list'),
      scriptNamed('live-worker'),
    ])
    expect(scripts.size).toBeGreaterThan(5)
    expect(gzipBytes(scripts)).toBeLessThanOrEqual(350 * kilobyte)
  })

  it.each(['form', 'progress'])("of the customer's %s page is at most 120 kB of script", (page) => {
    const scripts = withImports(scriptsOf(`customer/${page}.html`))
    expect(scripts.size).toBeGreaterThan(1)
    expect(gzipBytes(scripts)).toBeLessThanOrEqual(120 * kilobyte)
  })

  it("of the engineer's page is at most 150 kB of script", () => {
    const scripts = withImports(scriptsOf('engineer/job.html'))
    expect(scripts.size).toBeGreaterThan(1)
    expect(gzipBytes(scripts)).toBeLessThanOrEqual(150 * kilobyte)
  })
})
