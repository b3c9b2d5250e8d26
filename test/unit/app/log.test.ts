import { describe, expect, it } from 'vitest'
import { makeLog } from '../../../src/app/log.ts'

const phone = '13605712844'

/** The lines that `use` writes, and their text as it stands in the file. */
function written(use: (log: ReturnType<typeof makeLog>) => void, level = 'debug') {
  let text = ''
  const write = (line: string) => {
    text += line
  }
  use(makeLog(level, { write }))
  const lines = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  return { lines, text }
}

describe('the log', () => {
  it('writes one JSON object a line, with level and time', () => {
    const { lines } = written((log) => log.warn({ account: 'a1' }, 'a mailbox is away'))
    expect(lines).toEqual([
      { level: 'warn', time: expect.any(String), account: 'a1', msg: 'a mailbox is away' },
    ])
  })

  it.each([
    ['pii', { pii: phone }],
    ['pii_phone', { pii_phone: phone }],
    ['phonePii', { phonePii: phone }],
    ['customer.pii', { 'customer.pii': { phone } }],
    ['a member of a member', { ticket: { contact: { pii: { phone } } } }],
    ['an item of a list', { calls: [{ at: 1 }, { pii_from: phone }] }],
  ])('hides what stands under %s', (_where, fields) => {
    const { text } = written((log) => log.info(fields, 'x'))
    expect(text).toContain('[pii]')
    expect(text).not.toContain(phone)
  })

  it('hides it in the fields of a child and in what an error carries', () => {
    const { text, lines } = written((log) => {
      log.child({ pii_sender: phone, account: 'a1' }).info({}, 'x')
      log.error({ err: Object.assign(new Error('refused'), { pii: { phone } }) }, 'y')
    })
    expect(text).not.toContain(phone)
    expect(lines[0]).toMatchObject({ account: 'a1', pii_sender: '[pii]' })
    expect(lines[1]).toMatchObject({ err: { message: 'refused', pii: '[pii]' } })
  })

  it('cuts off what lies too deep to be looked at, also a thing that holds itself', () => {
    const nest = (inner: object, levels: number): object =>
      levels === 0 ? inner : { in: nest(inner, levels - 1) }
    const round: Record<string, unknown> = { name: 'round' }
    round.self = round
    const { text, lines } = written((log) => {
      log.info(nest({ pii: phone }, 12), 'x')
      log.info({ round }, 'y')
    })
    expect(text).not.toContain(phone)
    expect(lines).toHaveLength(2)
    expect(text.match(/\[cut\]/g)).toHaveLength(2)
  })

  it('leaves other keys alone, though the three letters stand in them', () => {
    const { lines } = written((log) => log.info({ apiId: 'a', happiidom: 'b' }, 'x'))
    expect(lines[0]).toMatchObject({ apiId: 'a', happiidom: 'b' })
  })

  it('says nothing below its level', () => {
    expect(written((log) => log.info({}, 'x'), 'warn').lines).toEqual([])
  })
})
