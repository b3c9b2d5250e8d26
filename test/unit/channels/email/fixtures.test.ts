import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { summaryOf } from './summary.ts'

const folder = new URL('../../../fixtures/email/', import.meta.url)
const expected = JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8')) as Record<string, unknown>
const files = readdirSync(folder).filter((name) => name.endsWith('.eml'))

describe('the mails of the fixtures', () => {
  it('all have an expectation, and no expectation is left without its mail', () => {
    expect(files.sort()).toEqual(Object.keys(expected).sort())
  })

  it.each(files)('%s is read as its expectation says', (name) => {
    expect(summaryOf(readFileSync(new URL(name, folder)))).toEqual(expected[name])
  })
})
