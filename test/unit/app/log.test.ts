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

  it('leaves out the rows, keys and values that a database quotes, also in causes and as Prisma wraps them', () => {
    const told = (code: string, message: string, members: object = {}) =>
      Object.assign(new Error(message), {
        severity: 'ERROR',
        code,
        schema: 'public',
        table: 'contact',
        ...members,
      })
    const row = told('23502', 'null value in column "name" violates not-null constraint', {
      detail: `Failing row contains (1, ${phone}).`,
      where: `COPY contact, line 1: "${phone}"`,
      internalQuery: `select '${phone}'`,
      parameters: [phone],
      constraint: 'contact_phone_key',
    })
    const value = told('22P02', `invalid input syntax for type date: "${phone}" or "so"`)
    const driverAdapterError = {
      cause: { originalCode: '23505', originalMessage: phone, detail: `Key (phone)=(${phone})` },
    }
    const prisma = Object.assign(new Error('Unique constraint failed'), { meta: { driverAdapterError } })
    const { text, lines } = written((log) => {
      log.warn({ err: row, envelopeId: 'e1' }, 'x')
      log.warn({ err: new Error('the step failed', { cause: row }) }, 'x')
      log.warn({ err: new Error('the step failed', { cause: value }) }, 'x')
      log.warn({ err: new AggregateError([row, value], 'both') }, 'x')
      log.warn({ err: prisma, reason: row }, 'x')
      log.child({ last: row }).info({ failed: [{ of: value }] }, 'x')
    })
    expect(text).not.toContain(phone)
    expect(lines[0]).toMatchObject({
      envelopeId: 'e1',
      err: {
        type: 'Error',
        message: row.message,
        code: '23502',
        table: 'contact',
        constraint: 'contact_phone_key',
      },
    })
    expect((lines[0]!.err as { stack: string }).stack).toContain('log.test.ts')
    expect(lines[1]).toMatchObject({ err: { message: `the step failed: ${row.message}` } })
    expect(lines[2]).toMatchObject({
      err: { message: 'the step failed: invalid input syntax for type date: "[pii]"' },
    })
    expect(lines[3]).toMatchObject({ err: { aggregateErrors: [{ code: '23502' }, { code: '22P02' }] } })
    expect(lines[4]).toMatchObject({
      err: { meta: { driverAdapterError: { cause: { originalCode: '23505' } } } },
    })
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
