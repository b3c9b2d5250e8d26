import type { z } from 'zod'

/** What is wrong with a member of an input, for people. */
export interface Fault {
  readonly path: string
  readonly message: string
  readonly messageZh: string
}

type Said = readonly [zh: string, en: string]
type Issue = z.core.$ZodIssue

/** What a schema says of its own accord, in both languages: `z.string().regex(code, both('六位数字', 'six digits'))`. */
export const both = (zh: string, en: string) => `${zh}\n${en}`

const types: Readonly<Record<string, Said>> = {
  string: ['文字', 'a text'],
  number: ['数字', 'a number'],
  int: ['整数', 'a whole number'],
  boolean: ['是或否', 'true or false'],
  array: ['列表', 'a list'],
  object: ['一组名称和值', 'names with values'],
  record: ['一组名称和值', 'names with values'],
  date: ['日期', 'a date'],
  null: ['空', 'null'],
}

const formats: Readonly<Record<string, Said>> = {
  email: ['邮箱地址', 'an e-mail address'],
  url: ['网址', 'a web address'],
  uuid: ['编号（UUID）', 'a UUID'],
  datetime: [
    '日期和时间，例如 2026-05-01T09:00:00+08:00',
    'a date and time such as 2026-05-01T09:00:00+08:00',
  ],
  date: ['日期，例如 2026-05-01', 'a date such as 2026-05-01'],
  time: ['时间，例如 09:30', 'a time such as 09:30'],
  ipv4: ['IP 地址', 'an IP address'],
  ipv6: ['IP 地址', 'an IP address'],
  cidrv4: ['IP 网段', 'a range of IP addresses'],
  cidrv6: ['IP 网段', 'a range of IP addresses'],
  e164: ['电话号码', 'a phone number'],
  base64: ['Base64 编码', 'base64'],
  json_string: ['JSON', 'JSON'],
}

const list = (values: readonly unknown[], separator: string) =>
  values.slice(0, 30).map(String).join(separator)

function size(issue: Issue & { code: 'too_big' | 'too_small' }): Said {
  const small = issue.code === 'too_small'
  const n = Number(small ? issue.minimum : issue.maximum)
  const { origin } = issue
  if (origin === 'number' || origin === 'int' || origin === 'bigint') {
    if (issue.inclusive === false) {
      return small ? [`应大于 ${n}`, `must be more than ${n}`] : [`应小于 ${n}`, `must be less than ${n}`]
    }
    return small ? [`不能小于 ${n}`, `must be at least ${n}`] : [`不能大于 ${n}`, `must be at most ${n}`]
  }
  if (small && n <= 1) return ['不能为空', 'must not be empty']
  const [zh, en] = origin === 'string' ? ['个字', 'characters'] : ['项', 'entries']
  const counted = n === 1 ? { characters: 'character', entries: 'entry' }[en] : en
  if (issue.exact) return [`应为 ${n} ${zh}`, `must have ${n} ${counted}`]
  return small
    ? [`至少要有 ${n} ${zh}`, `must have at least ${n} ${counted}`]
    : [`最多 ${n} ${zh}`, `must have at most ${n} ${counted}`]
}

const oneOf = (values: readonly unknown[]): Said =>
  values.length === 1
    ? [`只能是 ${String(values[0])}`, `must be ${String(values[0])}`]
    : [`应为其中之一：${list(values, '、')}`, `must be one of ${list(values, ', ')}`]

function said(issue: Issue): Said {
  const [zh, en] = issue.message.split('\n')
  if (zh && en) return [zh, en]
  switch (issue.code) {
    case 'invalid_type': {
      if (/received undefined$/.test(issue.message)) return ['必须填写', 'must be given']
      const type = types[issue.expected]
      return type ? [`应为${type[0]}`, `must be ${type[1]}`] : ['类型不对', 'is of the wrong kind']
    }
    case 'too_big':
    case 'too_small':
      return size(issue)
    case 'invalid_format': {
      const format = formats[issue.format]
      return format ? [`应为${format[0]}`, `must be ${format[1]}`] : ['格式不对', 'has the wrong form']
    }
    case 'invalid_value':
      return oneOf(issue.values)
    case 'unrecognized_keys':
      return [
        `没有这样的内容：${list(issue.keys, '、')}`,
        `there is no such member: ${list(issue.keys, ', ')}`,
      ]
    case 'not_multiple_of':
      return [`应为 ${issue.divisor} 的倍数`, `must be a multiple of ${issue.divisor}`]
    case 'invalid_key':
      return ['名称不符合要求', 'has a name that is not accepted']
    case 'invalid_union':
      // What tells the kinds of a union apart has none of their values.
      if ('options' in issue && issue.options) return oneOf(issue.options)
      return ['不是可以接受的写法', 'is written in no way that is accepted']
    case 'invalid_element':
      return ['有一项不符合要求', 'has an entry that is not accepted']
    case 'custom':
      return ['不符合要求', issue.message]
  }
}

/** What a schema found wrong, one fault per member; `at` is the path of what was read. */
export function faultsOf(error: z.ZodError, at: readonly PropertyKey[] = []): Fault[] {
  return error.issues.map((issue) => {
    const [messageZh, message] = said(issue)
    return { path: [...at, ...issue.path].join('.'), message, messageZh }
  })
}

/** The first fault as the reason that a refusal's sentence gives, in both languages. */
export function reasonOf([fault]: readonly Fault[]): {
  readonly reason: string
  readonly reasonZh: string
} {
  if (!fault) return { reason: '', reasonZh: '' }
  const at = fault.path === '' ? '' : fault.path
  const join = (mark: string, text: string) => (at === '' ? text : `${at}${mark}${text}`)
  return { reason: join(': ', fault.message), reasonZh: join('\uff1a', fault.messageZh) }
}
