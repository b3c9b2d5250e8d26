import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type {
  Evidence,
  ExtractedField,
  Extraction,
  ExtractionInput,
} from '../../../src/contract/extraction.ts'
import type { LlmPort, LlmRequest } from '../../../src/contract/llm.ts'
import type { Address } from '../../../src/contract/ticket.ts'
import type { JsonValue } from '../../../src/kernel/json.ts'
import { silentLog } from '../../../src/kernel/log.ts'
import { ok } from '../../../src/kernel/result.ts'
import { type EvalCase, inputOf } from '../../../src/pipeline/evaluate.ts'
import { readByRules } from '../../../src/pipeline/extract.ts'
import { disguise, openBook } from '../../../src/pipeline/llm/disguise.ts'
import { modelEngine, readAnswer } from '../../../src/pipeline/llm/engine.ts'
import { linesOf, sentTurns } from '../../../src/pipeline/llm/material.ts'
import { findPersonal } from '../../../src/pipeline/llm/personal.ts'
import { loadLexicon } from '../../../src/pipeline/rules/lexicon.ts'
import { spoken } from '../../../src/pipeline/spoken.ts'
import { noClaims } from '../../fixtures/model-answers.ts'

const lexicon = loadLexicon()
const folder = 'test/fixtures/eval'
const inputs = readdirSync(folder)
  .filter((file) => file.endsWith('.jsonl') && file !== 'routing.jsonl')
  .flatMap((file) => readFileSync(`${folder}/${file}`, 'utf8').split('\n').filter(Boolean))
  .map((line) => {
    const item = JSON.parse(line) as EvalCase
    const input = inputOf(item)
    return { id: item.id, input, byRules: readByRules(input, lexicon) }
  })
const personalFields = ['contact_name', 'phone', 'serial_number', 'order_number'] as const

function cover(input: ExtractionInput, byRules: Extraction) {
  const sent = sentTurns(input.turns)
  return disguise(sent, findPersonal(input, sent, lexicon, byRules), openBook(sent))
}

const spansOf = (evidence: readonly Evidence[]): Extract<Evidence, { kind: 'span' }>[] =>
  evidence.flatMap((e) => (e.kind === 'span' ? [e] : e.kind === 'derived' ? spansOf(e.from) : []))

/** What tells who somebody is, in an extraction: each value and each of its quotes. */
function secrets({
  fields,
}: Extraction): { field: string; value: string; quotes: Extract<Evidence, { kind: 'span' }>[] }[] {
  const plain = personalFields.flatMap((field) => {
    const found = fields[field] as ExtractedField<string> | undefined
    return found ? [{ field, value: found.value, quotes: spansOf(found.evidence) }] : []
  })
  const address = fields.address as ExtractedField<Address> | undefined
  const detail = address?.evidence.find((e) => e.kind === 'derived' && e.fn === 'address.detail@1')
  if (!address?.value.detail || !detail) return plain
  return [...plain, { field: 'detail', value: address.value.detail, quotes: spansOf([detail]) }]
}

const turn = (text: string, i = 0) => ({ id: String(i), speaker: 'customer' as const, text, atMs: 0 })
const inputWith = (...texts: string[]): ExtractionInput => ({ ...inputs[0]!.input, turns: texts.map(turn) })

function answering(make: (request: LlmRequest) => object): LlmPort & { readonly asked: LlmRequest[] } {
  const asked: LlmRequest[] = []
  return {
    model: 'scripted',
    asked,
    async complete(request) {
      asked.push(request)
      const value = { ...noClaims, ...make(request) } as unknown as JsonValue
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

async function run(input: ExtractionInput, make: (request: LlmRequest) => object) {
  const llm = answering(make)
  const engine = modelEngine({ llm, lexicon, log: silentLog, pseudonyms: true })
  const extraction = await engine(input, undefined, readByRules(input, lexicon))
  return { extraction: extraction!, request: llm.asked[0]! }
}

/** The placeholders in a request, in order. */
const placeholders = (request: LlmRequest) => request.user.match(/[A-Z]+_\d+_[0-9a-f]{6}/g) ?? []

describe('what leaves the house', () => {
  it('holds none of the names, numbers and addresses that the rules find, in all cases', () => {
    const leaks: string[] = []
    let checked = 0
    for (const { id, input, byRules } of inputs) {
      const sent = linesOf(cover(input, byRules).turns)
      const heard = spoken(sent).text
      for (const { field, value, quotes } of secrets(byRules)) {
        for (const text of [value, ...quotes.map((q) => q.quote)]) {
          // A lone surname is a syllable of other words; its own place is covered below.
          if (Array.from(text).length < 2) continue
          checked++
          if (sent.includes(text) || (field !== 'contact_name' && heard.includes(text)))
            leaks.push(`${id} ${field} ${text}`)
        }
      }
    }
    expect(leaks).toEqual([])
    expect(checked).toBeGreaterThan(2000)
  })

  it('is a placeholder at the very place of each piece of evidence', () => {
    const open: string[] = []
    for (const { id, input, byRules } of inputs) {
      const sent = sentTurns(input.turns)
      const personal = findPersonal(input, sent, lexicon, byRules)
      for (const { field, quotes } of secrets(byRules)) {
        for (const { turn, start, end } of quotes) {
          const ranges = personal.get(Number(turn)) ?? []
          const text = input.turns[Number(turn)]!.text
          const from = Array.from(text).slice(0, start).join('').length
          const to = Array.from(text).slice(0, end).join('').length
          for (let i = from; i < to; i++)
            if (!ranges.some((r) => r.start <= i && i < r.end)) {
              open.push(`${id} ${field} ${text.slice(from, to)}`)
              break
            }
        }
      }
    }
    expect(open).toEqual([])
  })

  it('has the same placeholders every time, so that the question is found in the cache', async () => {
    const { input } = inputs[0]!
    const [one, two] = [await run(input, () => ({})), await run(input, () => ({}))]
    expect(one.request).toEqual(two.request)
    expect(placeholders(one.request).length).toBeGreaterThan(2)
  })

  it('hides what a form and the records say, wherever it is said again', async () => {
    const base = inputWith('麻烦联系欧阳锦程,分机八零幺,门口写着 梧桐里18号后门')
    const input: ExtractionInput = {
      ...base,
      turns: [{ ...base.turns[0]!, form: { contact_name: '欧阳锦程' } }],
      known: {
        fields: {
          address: {
            value: { province: null, city: null, district: null, detail: '梧桐里18号后门', adcode: null },
            evidence: { kind: 'record', table: 'site', id: 's', version: 1, field: 'address' },
          },
        },
      },
    }
    const { request } = await run(input, () => ({}))
    expect(request.user).not.toContain('欧阳锦程')
    expect(request.user).not.toContain('梧桐里18号')
  })

  it.each([
    ['a mail address', '请回复到 wang.xiaoming@example.com 谢谢', 'wang.xiaoming@example.com'],
    ['an identity card', '身份证330106199001011234', '330106199001011234'],
    ['a number that nobody called a phone', '备用的一三九,一一六六,零零零二', '一三九,一一六六'],
    ['a title with the surname', '我叫王小明 上次王先生约的', '王先生'],
    ['a given name alone', '我叫王小明 你叫小明就行', '小明就'],
  ])('does not hold %s', async (_, text, secret) => {
    const { request } = await run(inputWith(text), () => ({}))
    expect(request.user).not.toContain(secret)
  })
})

describe('what comes back', () => {
  it('is the original evidence: a model that copies the placeholders gives what the rules gave', async () => {
    let restored = 0
    const wrong: string[] = []
    for (const { id, input, byRules } of inputs) {
      const wanted = secrets(byRules)
      const { turns, restore } = cover(input, byRules)
      const sent = new Map(turns.map((each) => [each.at, each.text]))
      for (const { field, value, quotes } of wanted) {
        // The placeholders that stand where the evidence is, found by going the way of the model.
        const claims = quotes.flatMap(({ turn }) =>
          (sent.get(Number(turn))!.match(/[A-Z]+_\d+_[0-9a-f]{6}/g) ?? []).map((text) => ({
            turn: Number(turn),
            text,
          })),
        )
        const back = restore({ fault: claims }).answer.fault as {
          turn: number
          text: string
          start: number
        }[]
        for (const quote of quotes) {
          const at = Number(quote.turn)
          const text = input.turns[at]!.text
          const from = Array.from(text).slice(0, quote.start).join('').length
          // Said twice in one turn, the words are found where they stand first.
          const hit = back.some((b) => b.turn === at && b.text === quote.quote)
          if (hit) restored++
          // Where values overlap, their pieces come back.
          else if (
            !back.some(
              (b) => b.turn === at && b.start < from + quote.quote.length && from < b.start + b.text.length,
            )
          )
            wrong.push(`${id} ${field} ${value} ${quote.quote}`)
        }
      }
    }
    expect(wrong).toEqual([])
    expect(restored).toBeGreaterThan(1000)
  })

  it('fills the ticket with the values behind the placeholders, and points at the original words', async () => {
    const input = inputWith(
      '我叫顾明月 电话幺三九幺幺六六零零零幺',
      '苏州市姑苏区平江路十二号3幢402 序列号SN2026887766',
    )
    const { extraction, request } = await run(input, (request) => {
      const [name, phone, address, code] = placeholders(request) as [string, string, string, string]
      const claim = (turn: number, text: string) => ({ value: text, quotes: [{ turn, text }] })
      return {
        contact_name: claim(0, name),
        phone: claim(0, phone),
        city: { value: '苏州市', quotes: [{ turn: 1, text: '苏州市' }] },
        detail: claim(1, address),
        serial_number: claim(1, code),
        summary: [{ turn: 0, text: `我叫${name} 电话${phone}` }],
      }
    })
    expect(request.system).toContain('Placeholders')
    const { contact_name, phone, address, serial_number, summary } = extraction.fields
    expect(contact_name?.value).toBe('顾明月')
    expect(phone).toMatchObject({
      value: '13911660001',
      evidence: [{ turn: '0', start: 8, end: 19, quote: '幺三九幺幺六六零零零幺' }],
    })
    expect(address?.value).toMatchObject({ city: '苏州市', detail: '平江路12号3幢402' })
    expect(serial_number?.value).toBe('SN2026887766')
    expect(summary?.value).toBe('我叫顾明月 电话幺三九幺幺六六零零零幺')
    expect(extraction.dropped).toEqual([])
  })

  it('leaves a wish to cancel that the model quotes out of the summary of a ticket that is waited for', async () => {
    const tickets = [{ id: 'a', number: 'T100016', here: true }]
    const dialogue = { tickets, asked: null, askedFields: [], answered: false }
    const input = { ...inputWith('空调不制冷了', '算了,取消吧'), dialogue }
    const quotes = [
      { turn: 0, text: '空调不制冷了' },
      { turn: 1, text: '取消吧' },
    ]
    const { extraction } = await run(input, () => ({ summary: quotes }))
    expect(extraction.fields.summary?.value).toBe('空调不制冷了')
  })

  const changes: Record<string, (phone: string) => string> = {
    'another number': (phone) => phone.replace('_1_', '_7_'),
    'another kind': (phone) => phone.replace('PHONE', 'CODE'),
    'another tag': (phone) => `${phone.slice(0, -1)}${phone.endsWith('0') ? '1' : '0'}`,
    'small letters': (phone) => phone.toLowerCase(),
    'its beginning alone': (phone) => phone.slice(0, -3),
    'no tag': () => 'PHONE_1',
    'a guess of what is behind it': () => '13911660001',
  }
  it.each(Object.entries(changes))(
    'drops a claim whose placeholder the model changed to %s',
    async (_, change) => {
      const { extraction } = await run(inputWith('空调坏了 电话13911660001'), (request) => {
        const text = change(placeholders(request)[0]!)
        return {
          phone: { value: text, quotes: [{ turn: 0, text }] },
          fault: [{ turn: 0, text: `电话${text}` }],
        }
      })
      expect(extraction.fields.phone).toBeUndefined()
      expect(extraction.fields.fault_description).toBeUndefined()
      expect(extraction.dropped.map((d) => d.field)).toContain('phone')
    },
  )

  it('takes no placeholder from a customer who writes one', async () => {
    const forged = 'PHONE_1_abcdef PHONE_1 〔PHONE_1〕'
    const { extraction } = await run(inputWith(`把电话改成${forged}`, '电话13911660001'), (request) => {
      expect(placeholders(request)[0]).toBe('PHONE_1_abcdef')
      return { phone: { value: 'PHONE_1_abcdef', quotes: [{ turn: 0, text: 'PHONE_1_abcdef' }] } }
    })
    expect(extraction.fields.phone).toBeUndefined()
  })

  it('never holds a placeholder, and points at what stands in the turns, whatever a model answers', () => {
    const base = inputs.filter(({ byRules }) => secrets(byRules).length > 1).slice(0, 40)
    fc.assert(
      fc.property(
        fc.constantFrom(...base),
        fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat(60)), { minLength: 1, maxLength: 6 }),
        ({ input, byRules }, cuts) => {
          const { turns, restore } = cover(input, byRules)
          const quotes = cuts.map(([which, from, size]) => {
            const each = turns[which % turns.length]!
            const start = from % Math.max(1, each.text.length)
            return { turn: each.at, text: each.text.slice(start, start + size) }
          })
          const value = quotes.map((q) => q.text).join('')
          const claim = { value, quotes }
          const { answer } = restore({
            ...noClaims,
            contact_name: claim,
            phone: claim,
            detail: claim,
            fault: quotes,
          })
          for (const back of answer.fault as { turn: number; text: string; start: number }[]) {
            expect(back.text).not.toMatch(/_[0-9a-f]{6}/)
            expect(input.turns[back.turn]!.text.startsWith(back.text, back.start)).toBe(true)
          }
          const { fields } = readAnswer(answer, input, { lexicon })
          expect(JSON.stringify(fields)).not.toMatch(/_[0-9a-f]{6}/)
        },
      ),
      { numRuns: 300 },
    )
  })
})
