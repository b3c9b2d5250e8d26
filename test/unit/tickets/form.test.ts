import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject, JsonValue } from '../../../src/kernel/json.ts'
import { sentence } from '../../../src/kernel/sentence.ts'
import {
  diff,
  type Form,
  formSchema,
  missing,
  parseForm,
  readForm,
  validate,
} from '../../../src/tickets/form.ts'
import { patternFault } from '../../../src/tickets/pattern.ts'

const title = (zh: string, en: string) => ({ title: { zh, en } })
const form: Form = formSchema.parse({
  type: 'object',
  properties: {
    cause: { type: 'string', ...title('故障原因', 'cause'), maxLength: 20 },
    grade: { type: 'string', ...title('等级', 'grade'), enum: ['A', 'B'] },
    serial_in: { type: 'string', ...title('内机条码', 'inner serial'), pattern: '^[A-Z]{2}\\d{6,8}$' },
    bought: { type: 'string', ...title('购买日期', 'bought'), format: 'date' },
    pressure: { type: 'number', ...title('压力', 'pressure'), minimum: 0, maximum: 5.5 },
    floors: { type: 'integer', ...title('楼层', 'floors') },
    lift: { type: 'boolean', ...title('有电梯', 'lift') },
    tools: {
      type: 'array',
      ...title('工具', 'tools'),
      items: { type: 'string', enum: ['梯子', '吊绳', '氧气'] },
      maxItems: 2,
    },
  },
  required: ['cause', 'tools'],
})

describe('values against a form', () => {
  it('are accepted with texts trimmed and empty values left out', () => {
    const values = {
      cause: ' 缺氟 ',
      grade: '',
      serial_in: 'AB123456',
      bought: '2026-02-28',
      pressure: 5.5,
      floors: 0,
      lift: false,
      tools: ['梯子'],
    }
    const { grade: _, ...kept } = values
    expect(validate(form, values)).toEqual({ ok: true, value: { ...kept, cause: '缺氟' } })
    expect(validate(form, { tools: [], cause: null })).toEqual({ ok: true, value: {} })
  })

  it.each<[string, JsonValue, string, string]>([
    ['cause', 1, '应为文字', 'must be a text'],
    ['cause', '故'.repeat(21), '最多 20 个字', 'must have at most 20 characters'],
    ['grade', 'C', '应为其中之一\uff1aA、B', 'must be one of A, B'],
    ['serial_in', 'AB12345', '格式不对', 'has the wrong form'],
    ['serial_in', `AB${'1'.repeat(250)}`, '最多 200 个字', 'must have at most 200 characters'],
    ['bought', '2026-02-30', '应为日期\uff0c例如 2026-05-01', 'must be a date such as 2026-05-01'],
    ['pressure', 5.6, '不能大于 5.5', 'must be at most 5.5'],
    ['pressure', '5', '应为数字', 'must be a number'],
    ['floors', 1.5, '应为整数', 'must be a whole number'],
    ['lift', 'yes', '应为是或否', 'must be true or false'],
    ['tools', ['梯子', '梯子'], '有一项重复了', 'an entry appears twice'],
    ['tools', ['梯子', '吊绳', '氧气'], '最多 2 项', 'must have at most 2 entries'],
    ['tools', ['锤子'], '应为其中之一\uff1a梯子、吊绳、氧气', 'must be one of 梯子, 吊绳, 氧气'],
    ['tools', '梯子', '应为列表', 'must be a list'],
    ['colour', 'red', '表单里没有这一项', 'the form has no such field'],
    ['constructor', 'x', '表单里没有这一项', 'the form has no such field'],
  ])('%s = %j is refused in words: %s', (name, value, messageZh, message) => {
    const checked = validate(form, { cause: '好', [name]: value })
    expect(checked.ok).toBe(false)
    if (!checked.ok) expect(checked.refusal.issues).toEqual([{ path: name, message, messageZh }])
  })

  it('are counted in characters, not in halves of them', () => {
    expect(validate(form, { cause: '𠮷'.repeat(20) }).ok).toBe(true)
    expect(validate(form, { cause: '𠮷'.repeat(21) }).ok).toBe(false)
  })

  it('name what is refused by its title', () => {
    const checked = validate(form, { pressure: -1, lift: 0 })
    if (checked.ok) throw new Error('must be refused')
    expect(sentence(checked.refusal, 'zh')).toBe('这些内容不符合要求：压力、有电梯。')
  })

  it('lack the required ones that are empty', () => {
    expect(missing(form, { cause: ' ', grade: 'A' })).toEqual([
      { name: 'cause', zh: '故障原因', en: 'cause' },
      { name: 'tools', zh: '工具', en: 'tools' },
    ])
    expect(missing(form, { cause: 'x', tools: ['梯子'] })).toEqual([])
  })

  it('never make the check throw, and what it accepts it accepts again unchanged', () => {
    const name = fc.constantFrom(...Object.keys(form.properties), 'other')
    fc.assert(
      fc.property(fc.dictionary(name, fc.jsonValue()), (values) => {
        const checked = validate(form, JSON.parse(JSON.stringify(values)) as JsonObject)
        if (checked.ok) expect(validate(form, checked.value)).toEqual(checked)
      }),
    )
  })
})

describe('the definition of a form', () => {
  const one = (field: JsonObject, name = 'extra', required: string[] = []) =>
    parseForm({ type: 'object', properties: { [name]: { ...title('甲', 'a'), ...field } }, required })

  const list = { type: 'array', items: { type: 'string', enum: ['a', 'b'] } }

  it.each<[string, ReturnType<typeof one>, string]>([
    ['an unknown type', one({ type: 'file' }), 'properties.extra.type'],
    ['an unknown member', one({ type: 'boolean', default: true }), 'properties.extra'],
    [
      'no title',
      parseForm({ type: 'object', properties: { extra: { type: 'boolean' } } }),
      'properties.extra.title',
    ],
    ['the name of a standard field', one({ type: 'string' }, 'phone'), 'properties.phone'],
    ['a name that is no name', one({ type: 'string' }, 'Bad Name'), 'properties.Bad Name'],
    ['a required field that is not there', one({ type: 'string' }, 'extra', ['gone']), 'required'],
    ['a slow pattern', one({ type: 'string', pattern: '(a+)+$' }), 'properties.extra.pattern'],
    ['a double choice', one({ type: 'string', enum: ['a', 'a'] }), 'properties.extra.enum'],
  ])('is refused for %s, and the place is named', (_, parsed, path) => {
    expect(parsed.ok).toBe(false)
    if (!parsed.ok) expect(parsed.refusal.issues!.map((i) => i.path)).toContain(path)
  })

  it.each<[string, object, string, string, string]>([
    ['a number', { type: 'integer', minimum: 5, maximum: 1 }, 'minimum', '5', '1'],
    ['a whole number', { type: 'integer', minimum: 1.2, maximum: 1.8 }, 'minimum', '2', '1'],
    ['a text', { type: 'string', minLength: 9, maxLength: 1 }, 'minLength', '9 characters', '1 character,'],
    ['a text with a pattern', { type: 'string', minLength: 300, pattern: 'a' }, 'minLength', '300', '200'],
    ['a text of nothing', { type: 'string', maxLength: 0 }, 'maxLength', '1 character ', '0 characters'],
    ['a list', { ...list, minItems: 2, maxItems: 1 }, 'minItems', '2 entries', '1 entry,'],
    ['a list with too few choices', { ...list, minItems: 3 }, 'minItems', '3 entries', '2 entries'],
  ])(
    'is refused when nothing can keep the limits of %s, but is read where it is stored',
    (_, field, member, least, most) => {
      const definition = { type: 'object', properties: { extra: { ...title('甲', 'a'), ...field } } }
      const refused = parseForm(definition)
      expect(refused.ok).toBe(false)
      if (refused.ok) return
      expect(refused.refusal.code).toBe('ticket.form_definition_invalid')
      const [issue] = refused.refusal.issues!
      expect(issue!.path).toBe(`properties.extra.${member}`)
      expect(issue!.message).toMatch(`asks for at least ${least}`)
      expect(issue!.message).toMatch(`allows at most ${most}`)
      expect(issue!.messageZh).toMatch(/^要求至少 \d+.*，却最多只能 \d+.*请修改其中一个限制$/)
      expect(readForm(definition).ok).toBe(true)
    },
  )

  it('has its fields in the order that it names, then as they stand, and says so from then on', () => {
    const named = (name: string) => [name, { type: 'boolean', ...title(name, name) }] as const
    const stored = { type: 'object', properties: Object.fromEntries(['a', 'b', 'c', 'd'].map(named)) }
    const read = (order?: readonly string[]) => {
      const parsed = parseForm({ ...stored, ...(order ? { order } : {}) })
      return parsed.ok && [parsed.value.order, Object.keys(parsed.value.properties)]
    }
    expect(read()).toEqual([Object.keys(stored.properties), ['a', 'b', 'c', 'd']])
    expect(read(['d', 'gone', 'b', 'd'])).toEqual([
      ['d', 'b', 'a', 'c'],
      ['d', 'b', 'a', 'c'],
    ])
  })
})

describe('a pattern', () => {
  it.each([
    ['^[A-Z]{2}\\d{6,8}$', null],
    ['^(?:[0-9A-F]{2}:){5}[0-9A-F]{2}$', null],
    ['^(SN|MAC)-?\\d+$', null],
    ['.*故障.*', null],
    ['^\\p{L}+[)\\]]$', null],
    ['(a+)+$', 'too_slow'],
    ['(a|a)*b', 'too_slow'],
    ['(a?){40}a{40}', 'too_slow'],
    ['a*a*a*b', 'too_slow'],
    ['(?:a|b|ab){30}', 'too_slow'],
    ['(a)\\1', 'unsupported'],
    ['(?=a)b', 'unsupported'],
    ['(?<n>a)', 'unsupported'],
    ['[a-', 'syntax'],
    ['a{2,1}', 'syntax'],
    ['a'.repeat(201), 'too_long'],
  ])('%s: %s', (pattern, fault) => {
    expect(patternFault(pattern)).toBe(fault)
  })

  it('is judged without throwing, whatever it is', () => {
    const piece = fc.constantFrom(
      'a',
      '(',
      ')',
      '[',
      ']',
      '{',
      '}',
      '2',
      ',',
      '*',
      '+',
      '?',
      '|',
      '\\',
      '^',
      '$',
      ':',
      'd',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        const fault = patternFault(pieces.join(''))
        if (fault !== 'syntax') expect(() => new RegExp(pieces.join(''), 'u')).not.toThrow()
      }),
      { numRuns: 2000 },
    )
  })
})

describe('two versions of a form', () => {
  const changed = (edit: (properties: Record<string, JsonObject>, required: string[]) => void) => {
    const copy = structuredClone(form) as unknown as {
      properties: Record<string, JsonObject>
      required: string[]
    }
    edit(copy.properties, copy.required)
    return diff(form, formSchema.parse(copy)).map((c) => `${c.name} ${c.what}${c.breaking ? '!' : ''}`)
  }

  it('differ by name, by kind of change, and by whether old values may be refused', () => {
    expect(changed(() => {})).toEqual([])
    const edited = changed((p, required) => {
      p.cause!.maxLength = 10
      p.grade!.enum = ['A', 'B', 'C']
      p.serial_in!.title = { zh: '条码', en: 'serial' }
      p.pressure!.maximum = 6
      p.floors!.type = 'number'
      p.tools!.items = { type: 'string', enum: ['梯子'] }
      p.extra = { type: 'boolean', ...title('新', 'new') }
      delete p.bought
      required.splice(1, 1, 'lift')
    })
    expect(edited).toEqual([
      'cause limits!',
      'grade choices',
      'serial_in wording',
      'pressure limits',
      'floors type',
      'lift required!',
      'tools choices!',
      'tools optional',
      'extra added',
      'bought removed!',
    ])
    expect(
      changed((p) => Object.assign(p, { floors: { type: 'string', ...title('楼层', 'floors') } })),
    ).toEqual(['floors type!'])
  })
})
