import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { both, faultsOf, reasonOf } from '../../../src/contract/faults.ts'
import { fieldSchemas } from '../../../src/tickets/values.ts'

const schema = z.strictObject({
  text: z.string().min(2).max(3),
  name: z.string().min(1).max(1),
  count: z.int().min(1).max(9),
  share: z.number().positive(),
  list: z.array(z.string()).max(1),
  kind: z.enum(['a', 'b']),
  mail: z.email(),
  code: z.string().regex(/^x/, both('以 x 开头', 'begins with x')),
  bare: z.string().regex(/^x/),
  step: z.discriminatedUnion('do', [z.object({ do: z.literal('go') }), z.object({ do: z.literal('stop') })]),
})
const right = {
  text: 'abc',
  name: 'a',
  count: 1,
  share: 1,
  list: [],
  kind: 'a',
  mail: 'a@b.example',
  code: 'x',
  bare: 'x',
  step: { do: 'go' },
}

describe('a fault that a schema finds', () => {
  it.each([
    [{ text: 'abcd' }, 'text', '最多 3 个字', 'must have at most 3 characters'],
    [{ text: 'a' }, 'text', '至少要有 2 个字', 'must have at least 2 characters'],
    [{ name: 'ab' }, 'name', '最多 1 个字', 'must have at most 1 character'],
    [{ name: '' }, 'name', '不能为空', 'must not be empty'],
    [{ text: undefined }, 'text', '必须填写', 'must be given'],
    [{ text: 5 }, 'text', '应为文字', 'must be a text'],
    [{ count: 10 }, 'count', '不能大于 9', 'must be at most 9'],
    [{ count: 0 }, 'count', '不能小于 1', 'must be at least 1'],
    [{ count: 1.5 }, 'count', '应为整数', 'must be a whole number'],
    [{ share: 0 }, 'share', '应大于 0', 'must be more than 0'],
    [{ list: ['a', 'b'] }, 'list', '最多 1 项', 'must have at most 1 entry'],
    [{ list: [1] }, 'list.0', '应为文字', 'must be a text'],
    [{ kind: 'c' }, 'kind', '应为其中之一\uff1aa、b', 'must be one of a, b'],
    [{ mail: 'a' }, 'mail', '应为邮箱地址', 'must be an e-mail address'],
    [{ bare: 'a' }, 'bare', '格式不对', 'has the wrong form'],
    [{ code: 'a' }, 'code', '以 x 开头', 'begins with x'],
    [{ step: { do: 'fly' } }, 'step.do', '应为其中之一\uff1ago、stop', 'must be one of go, stop'],
    [{ more: 1 }, '', '没有这样的内容\uff1amore', 'there is no such member: more'],
  ])('is told in both languages: %j', (change, path, messageZh, message) => {
    const { error } = schema.safeParse({ ...right, ...change })
    expect(faultsOf(error!)).toEqual([{ path, message, messageZh }])
  })

  it('is told as a reason with its place', () => {
    const own = z.object({ own: z.string().refine(() => false, both('已被占用', 'is taken')) })
    const { error } = own.safeParse({ own: 'a' })
    expect(reasonOf(faultsOf(error!, ['value']))).toEqual({
      reason: 'value.own: is taken',
      reasonZh: 'value.own\uff1a已被占用',
    })
  })

  it('is told of the fields of a ticket in plain words', () => {
    const wrong = [
      fieldSchemas.appointment.safeParse({ start: '2026-07-02T08:00:00Z', end: '2026-07-01T08:00:00Z' }),
      fieldSchemas.phone.safeParse('abc'),
      fieldSchemas.contact_name.safeParse('张'.repeat(61)),
      fieldSchemas.contact_name.safeParse(' '),
    ]
    const said = wrong.map(({ error }) => faultsOf(error!)[0]!)
    expect(said.map((each) => each.messageZh)).toEqual([
      '结束时间不能早于开始时间',
      '不像电话号码\uff1a只用数字、空格、+、-\uff0c分机写“转 8001”',
      '最多 60 个字',
      '不能为空',
    ])
    for (const { message } of said) expect(message).not.toMatch(/\p{Script=Han}/u)
  })
})
