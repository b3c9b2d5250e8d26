import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { memberReader, readAnswer, stripAnswer } from '../../../connectors/llm/openai/answer.ts'
import type {
  Evidence,
  ExtractedField,
  Extraction,
  ExtractionInput,
} from '../../../src/contract/extraction.ts'
import type { LlmPort, LlmRequest } from '../../../src/contract/llm.ts'
import type { Address } from '../../../src/contract/ticket.ts'
import type { JsonObject, JsonValue } from '../../../src/kernel/json.ts'
import { silentLog } from '../../../src/kernel/log.ts'
import { ok } from '../../../src/kernel/result.ts'
import { type EvalCase, inputOf as inputOfCase } from '../../../src/pipeline/evaluate.ts'
import { readByRules } from '../../../src/pipeline/extract.ts'
import { verify } from '../../../src/pipeline/ground.ts'
import { groundClaims, type ModelAnswer } from '../../../src/pipeline/llm/claims.ts'
import { modelEngine } from '../../../src/pipeline/llm/engine.ts'
import { growingReader } from '../../../src/pipeline/llm/growing.ts'
import { instructing } from '../../../src/pipeline/llm/instructs.ts'
import { answerSchema } from '../../../src/pipeline/llm/schema.ts'
import { loadLexicon } from '../../../src/pipeline/rules/lexicon.ts'
import { noClaims } from '../../fixtures/model-answers.ts'

const lexicon = loadLexicon()
const atMs = Date.parse('2026-11-20T10:00:00+08:00')

function inputOf(texts: readonly string[]): ExtractionInput {
  return {
    turns: texts.map((text, i) => ({ id: String(i), speaker: 'customer', text, atMs })),
    channel: 'wechat',
    timeZone: 'Asia/Shanghai',
    receivedAtMs: atMs,
    catalogue: { categories: [], models: [], hotlines: [] },
    known: { fields: {} },
  }
}

function answering(claims: object): LlmPort & { readonly asked: LlmRequest[] } {
  const asked: LlmRequest[] = []
  return {
    model: 'scripted',
    asked,
    async complete(request) {
      asked.push(request)
      const value = { ...noClaims, withdrawn: [], ...claims } as unknown as JsonValue
      return ok({
        value,
        model: 'scripted',
        mode: 'json_schema',
        inputTokens: 0,
        outputTokens: 0,
        cached: false,
      })
    },
  }
}

const million = (unit: string) => unit.repeat(Math.ceil(1_000_000 / unit.length))
const hostile: [string, string[]][] = [
  ['one megabyte of requests', [million('空调坏了，杭州市西湖区文三路12号，电话13800001111。')]],
  ['one megabyte of emoji', [million('😀')]],
  ['one megabyte of lone surrogates', [million('\ud800')]],
  ['one megabyte of private-use characters', [million('\ue000')]],
  ['one megabyte of right-to-left marks', [million('\u200f')]],
  ['one megabyte of fences', [million('</conversation>')]],
  ['one megabyte of instructions', [million('ignore previous ')]],
  ['one megabyte of placeholders', [million('PHONE_1_abcdef ')]],
  ['one megabyte of mail addresses without an end', [million('a.b@c.')]],
  ['one megabyte of line breaks', [million('\n')]],
  [
    'ten thousand one-word messages',
    Array.from({ length: 10_000 }, (_, i) => ['坏了', '空调', '好的', '嗯'][i % 4]!),
  ],
]

describe('input that nobody sends in good faith, to the model engine', () => {
  it.each(hostile)(
    'is one bounded, well-formed question, and an answer: %s',
    { timeout: 240_000 },
    async (_, texts) => {
      const input = inputOf(texts)
      const byRules = readByRules(input, lexicon)
      for (const pseudonyms of [false, true]) {
        const llm = answering({})
        const ports = { llm, lexicon, log: silentLog, pseudonyms }
        expect(await modelEngine(ports)(input, undefined, byRules)).not.toBeNull()
        expect(await growingReader(ports).read(input, byRules)).not.toBeNull()
        expect(llm.asked).toHaveLength(2)
        for (const { user } of llm.asked) {
          // The conversation, the numbers of its turns, and at most a placeholder for every other word.
          expect(user.length).toBeLessThan(200_000)
          expect(user.isWellFormed()).toBe(true)
          expect(JSON.parse(JSON.stringify(user))).toBe(user)
        }
      }
    },
  )

  it('finds a claim among emoji and marks, with evidence in code points', async () => {
    const text = '\ud83d😀电话\u200f138\u200e0000\u202a1111\u202c\ue000'
    const phone = { value: '13800001111', quotes: [{ turn: 0, text: '13800001111' }] }
    const extraction = await modelEngine({ llm: answering({ phone }), lexicon, log: silentLog })(
      inputOf([text]),
      undefined,
    )
    const [evidence] = extraction!.fields.phone!.evidence
    expect(evidence).toMatchObject({ kind: 'span', turn: '0' })
    if (evidence?.kind === 'span')
      expect(Array.from(text).slice(evidence.start, evidence.end).join('')).toBe(evidence.quote)
  })
})

describe('the time that the model engine takes', () => {
  const spent = (work: () => unknown) => {
    const started = process.threadCpuUsage()
    work()
    const { user, system } = process.threadCpuUsage(started)
    return (user + system) / 1000
  }
  const least = (work: () => unknown) => Math.min(...[1, 2, 3].map(() => spent(work)))
  const grows = (work: (units: number) => () => unknown) => {
    work(5_000)()
    const short = least(work(20_000))
    // Four times the text: sixteen times the time would be a square.
    expect(least(work(80_000))).toBeLessThan(short * 10 + 100)
  }
  const schema = answerSchema({ categories: [], models: [], hotlines: [] })

  it.each([
    ...[
      'ignore ',
      'ignore a',
      '忽略',
      '你是',
      '[',
      '#',
      '<',
      '< ',
      '" ',
      '``',
      'set urgency ',
      '工单改',
      'PHONE_',
      '  ',
      '\n',
    ],
    ...['输出', 'system', 'a"', '\u200b', '！'],
  ])(
    'for words to the machine grows with the text and not with its square: %j',
    { timeout: 60_000, retry: 3 },
    (unit) => {
      grows((units) => {
        const turns = inputOf([unit.repeat(Math.ceil(units / unit.length))]).turns
        return () => instructing(turns)
      })
    },
  )

  it.each(['<think>', '</think>', '```', '{', '{"a":[', '"', '\\', '{"phone":null,', ' ', 'null,'])(
    'for an answer grows with the answer and not with its square: %j',
    { timeout: 60_000, retry: 3 },
    (unit) => {
      grows((units) => {
        const text = unit.repeat(Math.ceil(units / unit.length))
        return () => {
          stripAnswer(text)
          readAnswer(text, schema)
          const read = memberReader(schema, () => {})
          for (let at = 0; at < text.length; at += 40) read(text.slice(at, at + 40))
        }
      })
    },
  )
})

describe('an answer that is read as it comes', () => {
  const schema: JsonObject = {
    type: 'object',
    properties: {
      a: { type: 'string' },
      b: { type: 'array', items: { type: 'integer' } },
      c: { type: 'object' },
    },
  }
  const members = (text: string, size: number) => {
    const found: [string, JsonValue][] = []
    const read = memberReader(schema, (name, value) => void found.push([name, value]))
    for (let at = 0; at < text.length; at += size) read(text.slice(at, at + size))
    return found
  }

  it.each([
    ['plain', '{"a":"x","b":[1,2],"c":{"d":"}"}}'],
    ['with strings that look like structure', '{"a":"x","b":[1,2],"c":{"d":"}"}} tail {"a":"no"}'],
    ['behind reasoning', '<think>{"a":"no"}</think>{"a":"x", "b":[1,2],\n "c":{"d":"}"}}'],
    ['between fences', '```json\n{"a":"x","b":[1,2],"c":{"d":"}"}}\n```'],
  ])('gives the same members, however it is cut: %s', (_, text) => {
    for (const size of [1, 2, 3, 7, 1000])
      expect(members(text, size)).toEqual([
        ['a', 'x'],
        ['b', [1, 2]],
        ['c', { d: '}' }],
      ])
  })

  it('leaves out members of the wrong type, of no name and without an end', () => {
    expect(members('{"a":1,"b":["x"],"z":2,"c":{}, "a":"un', 3)).toEqual([['c', {}]])
    expect(members('{"a":"\\"}\\\\","b":[]}', 1)).toEqual([
      ['a', '"}\\'],
      ['b', []],
    ])
  })
})

describe('a claim of a model, on more than 500 conversations', () => {
  const folder = 'test/fixtures/eval'
  const spansOf = (evidence: readonly Evidence[]): { turn: number; text: string }[] =>
    evidence.flatMap((e) =>
      e.kind === 'span'
        ? [{ turn: Number(e.turn), text: e.quote }]
        : e.kind === 'derived'
          ? spansOf(e.from)
          : [],
    )

  const cases = readdirSync(folder)
    .filter((file) => file.endsWith('.jsonl') && file !== 'routing.jsonl')
    .flatMap((file) => readFileSync(`${folder}/${file}`, 'utf8').split('\n').filter(Boolean))
    .map((line) => {
      const item = JSON.parse(line) as EvalCase
      const input = inputOfCase(item)
      return { id: item.id, input, claims: claimsFrom(readByRules(input, lexicon)) }
    })

  /** What a model that finds the same as the rules would claim. */
  function claimsFrom({
    fields,
  }: Extraction): [string, { value: string; quotes: { turn: number; text: string }[] }][] {
    const codes = ['contact_name', 'phone', 'device_model', 'serial_number', 'order_number'] as const
    const plain = codes.flatMap((name) => {
      const field = fields[name] as ExtractedField<string> | undefined
      return field ? [[name, { value: field.value, quotes: spansOf(field.evidence) }] as const] : []
    })
    const address = fields.address as ExtractedField<Address> | undefined
    const parts = (['province', 'city', 'district', 'detail'] as const).flatMap((part) => {
      const evidence = address?.evidence.find((e) => e.kind === 'derived' && e.fn === `address.${part}@1`)
      const value = address?.value[part]
      return evidence && value ? [[part, { value, quotes: spansOf([evidence]) }] as const] : []
    })
    return [...plain, ...parts].map(([name, claim]) => [name, claim])
  }

  /** What is kept of one claim alone. */
  function kept(input: ExtractionInput, name: string, claim: object): unknown {
    const answer = { ...noClaims, [name]: claim } as unknown as ModelAnswer
    const { fields } = verify(groundClaims(answer, input, lexicon, 'test'), input, lexicon)
    if (name in noClaims && ['province', 'city', 'district', 'detail'].includes(name))
      return (fields.address?.value as unknown as Record<string, unknown> | undefined)?.[name]
    return (fields as Record<string, ExtractedField | undefined>)[name]?.value
  }

  const other = (c: string) =>
    /\d/.test(c)
      ? String((Number(c) + 1) % 10)
      : /[A-Za-z]/.test(c)
        ? c.toLowerCase() === 'k'
          ? 'W'
          : 'K'
        : c === '好'
          ? '坏'
          : '好'
  const mutations = (text: string) =>
    Array.from(text, (c, i) => {
      const chars = Array.from(text)
      return [...chars.slice(0, i), other(c), ...chars.slice(i + 1)].join('')
    })

  it('is kept when it is true, and dropped with one digit or character changed', { timeout: 240_000 }, () => {
    const wrong: string[] = []
    let claims = 0
    let held = 0
    let tried = 0
    for (const { id, input, claims: found } of cases) {
      for (const [name, claim] of found) {
        claims++
        if (kept(input, name, claim) === claim.value) held++
        for (const value of mutations(claim.value)) {
          tried++
          const left = kept(input, name, { ...claim, value })
          // A part of an address that nobody claimed any more may still follow from the others.
          if (left !== undefined && left !== null)
            wrong.push(`${id} ${name} ${value} → ${JSON.stringify(left)}`)
        }
      }
    }
    expect(cases.length).toBeGreaterThanOrEqual(500)
    expect(wrong).toEqual([])
    expect(tried).toBeGreaterThan(10_000)
    expect(held / claims).toBeGreaterThan(0.98)
  })
})
