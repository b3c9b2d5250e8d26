import type { ExtractedField, Extraction, ExtractionInput, Turn } from '../../contract/extraction.ts'
import type { Address } from '../../contract/ticket.ts'
import { readCode } from '../read/code.ts'
import { readName } from '../read/name.ts'
import { sourceRange } from '../reading.ts'
import { findAddresses } from '../rules/address.ts'
import { chooseCodes, findCodes } from '../rules/code.ts'
import type { Lexicon } from '../rules/lexicon.ts'
import { findNames } from '../rules/name.ts'
import { findPhones } from '../rules/phone.ts'
import { readScene } from '../rules/scene.ts'
import { type Mark, quoteOf } from '../span.ts'
import { spoken } from '../spoken.ts'
import type { SentTurn } from './material.ts'

/** What a placeholder says it stands for. */
export type PersonalKind = 'NAME' | 'PHONE' | 'ADDRESS' | 'CODE' | 'MAIL' | 'NUMBER'

/** Words that tell who somebody is. Two of the same kind and key say the same. */
export interface Personal {
  readonly kind: PersonalKind
  readonly key: string
  /** UTF-16 range of the turn's text. */
  readonly start: number
  readonly end: number
}

/** Values that are looked for again in all turns; more than these nobody says in good faith. */
const mostValues = 200
/** Shortest run of digits that may tell who somebody is. */
const fewestDigits = 5

const mail = /[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}/g
const digits = /\d+(?:[ -]\d+)*/g
const date = /^(?:19|20)\d\d-\d{1,2}-\d{1,2}$/
const title = '先生|女士|小姐|太太|老师|师傅|经理|总'

type Found = Map<number, Personal[]>

/**
 * Everything in the sent turns that tells who somebody is, by turn: the rules' findings, whatever their likelihood, mail
 * addresses, long numbers, and every other place where one of these values stands. Ranges of a turn do not overlap.
 */
export function findPersonal(
  input: ExtractionInput,
  sent: readonly SentTurn[],
  lexicon: Lexicon,
  byRules?: Extraction,
): ReadonlyMap<number, readonly Personal[]> {
  const turns = sent.map(
    (turn): Turn => ({ id: String(turn.at), speaker: turn.speaker, text: turn.text, atMs: 0 }),
  )
  const found: Found = new Map(sent.map((turn) => [turn.at, []]))
  const values = new Map<string, Pick<Personal, 'kind' | 'key'>>()
  const add = (kind: PersonalKind, key: string, mark: Mark) => {
    found.get(Number(mark.turn.id))!.push({ kind, key, start: mark.start, end: mark.end })
    if (values.size >= mostValues) return
    values.set(quoteOf(mark), { kind, key })
    // 王小明 is also called 小明
    if (kind === 'NAME' && /^[\u4e00-\u9fa5]{3}$/.test(key))
      values.set(key.slice(1), { kind, key: `given ${key}` })
  }
  ruled(input, turns, lexicon, add)
  for (const [text, value] of told(input, byRules)) values.set(text, value)
  for (const turn of sent) found.get(turn.at)!.push(...mails(turn.text))
  repeated(sent, values, found)
  const known = new Map([...values.values()].filter((v) => /^\d+$/.test(v.key)).map((v) => [v.key, v.kind]))
  for (const turn of sent) found.get(turn.at)!.push(...numbers(turn.text, known))
  return new Map(sent.map(({ at, text }) => [at, apart(found.get(at)!, text.length)]))
}

const bare = (text: string) =>
  text
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^\p{L}\p{N}]/gu, '')
const digitsOf = (text: string) => spoken(text).text.replace(/\D/g, '')

/** What the extractors of the rules find, the unlikely findings too. */
function ruled(
  input: ExtractionInput,
  turns: readonly Turn[],
  lexicon: Lexicon,
  add: (kind: PersonalKind, key: string, mark: Mark) => void,
): void {
  const scene = readScene({ ...input, turns })
  const phones = findPhones(scene)
  for (const { marks } of phones) {
    for (const mark of marks) add('PHONE', digitsOf(quoteOf(mark)), mark)
    for (const mark of between(marks)) add('NUMBER', digitsOf(quoteOf(mark)), mark)
  }
  const addresses = findAddresses(scene, lexicon.divisions, phones)
  for (const { marks } of addresses) {
    const detail = marks.detail ?? []
    for (const mark of detail) add('ADDRESS', bare(quoteOf(mark)), mark)
    for (const mark of between(detail)) add('ADDRESS', bare(quoteOf(mark)), mark)
  }
  const taken = [...phones.flatMap((p) => p.marks), ...addresses.flatMap((a) => a.marks.detail ?? [])]
  const codes = findCodes(scene, taken)
  const chosen = chooseCodes(codes, undefined)
  for (const code of codes) {
    const { device_model, serial_number, order_number } = code.scores
    const own = chosen.serial_number === code || chosen.order_number === code
    if (own || Math.max(serial_number, order_number) > Math.max(0, device_model))
      for (const mark of code.marks)
        add('CODE', bare(code.marks.length > 1 ? quoteOf(mark) : code.value), mark)
  }
  for (const { value, marks } of findNames(scene, phones, taken)) {
    for (const mark of marks) {
      add('NAME', value, mark)
      // 姓裘裘文杰: the surname was said before
      const { turn, start } = mark
      if (start > 0 && turn.text[start - 1] === value[0])
        add('NAME', value[0]!, { turn, start: start - 1, end: start })
    }
  }
}

/** Words between the pieces of one value: what was said first and then corrected. */
function between(marks: readonly Mark[]): Mark[] {
  return marks.flatMap((mark, i) => {
    const next = marks[i + 1]
    if (!next || next.turn !== mark.turn || next.start <= mark.end || next.start - mark.end > 40) return []
    const gap = mark.turn.text.slice(mark.end, next.start)
    return digitsOf(gap).length > 0 ? [{ turn: mark.turn, start: mark.end, end: next.start }] : []
  })
}

/** Values that are known without the turns that are sent: filled in by name, kept in a record, or said earlier. */
function told(
  input: ExtractionInput,
  byRules: Extraction | undefined,
): Map<string, Pick<Personal, 'kind' | 'key'>> {
  const values = new Map<string, Pick<Personal, 'kind' | 'key'>>()
  const put = (kind: PersonalKind, text: unknown, key: (text: string) => string) => {
    if (typeof text === 'string' && Array.from(text).length > 1) values.set(text, { kind, key: key(text) })
  }
  const named = (name: string, value: unknown) => {
    if (name === 'contact_name') put('NAME', value, (text) => readName([text]) ?? text)
    if (name === 'phone') put('PHONE', value, digitsOf)
    if (name === 'serial_number' || name === 'order_number')
      put('CODE', value, (text) => bare(readCode([text]) ?? text))
    if (name === 'address') put('ADDRESS', (value as Partial<Address> | null)?.detail, bare)
  }
  const fields = { ...input.known.fields, ...byRules?.fields } as Record<
    string,
    Pick<ExtractedField, 'value'> | undefined
  >
  for (const [name, field] of Object.entries(fields)) named(name, field?.value)
  for (const [name, field] of Object.entries(byRules?.fields ?? {}) as [string, ExtractedField][]) {
    if (!field) continue
    for (const e of field.evidence) {
      if (e.kind === 'span') named(name, e.quote)
      if (e.kind === 'derived' && e.fn === 'address.detail@1')
        for (const from of e.from) if (from.kind === 'span') put('ADDRESS', from.quote, bare)
    }
  }
  for (const turn of input.turns)
    for (const [name, value] of Object.entries(turn.form ?? {})) named(name, value)
  return values
}

function mails(text: string): Personal[] {
  return Array.from(text.matchAll(mail), (m) => ({
    kind: 'MAIL' as const,
    key: m[0].toLowerCase(),
    start: m.index,
    end: m.index + m[0].length,
  }))
}

/** Every other place where a known value stands as it was said, or with its digits said otherwise; of a name also the surname with a title. */
function repeated(
  sent: readonly SentTurn[],
  values: ReadonlyMap<string, Pick<Personal, 'kind' | 'key'>>,
  found: Found,
): void {
  const surnames = new Map<string, string>()
  for (const [text, value] of values)
    if (value.kind === 'NAME' && /^[\u4e00-\u9fa5]/.test(text)) surnames.set(text[0]!, value.key)
  const address =
    surnames.size > 0 ? new RegExp(`([${[...surnames.keys()].join('')}])(?:${title})`, 'g') : null
  // 官南大道八八幺号 is read back as 官南大道八百八十一号
  const written = [...values].flatMap(([said, { kind, key }]) => {
    const text = kind === 'ADDRESS' || kind === 'CODE' ? spoken(said).text : ''
    return /\d{2}/.test(text) && text.length > 4 ? [{ text, kind, key }] : []
  })
  for (const { at, text } of sent) {
    const into = found.get(at)!
    const heard = written.length > 0 ? spoken(text) : null
    for (const value of heard ? written : [])
      for (
        let start = heard!.text.indexOf(value.text);
        start >= 0;
        start = heard!.text.indexOf(value.text, start + 1)
      ) {
        const range = sourceRange(heard!, start, start + value.text.length)
        if (range) into.push({ kind: value.kind, key: value.key, start: range[0], end: range[1] })
      }
    for (const [said, { kind, key }] of values) {
      if (Array.from(said).length < 2) continue
      for (let start = text.indexOf(said); start >= 0; start = text.indexOf(said, start + said.length))
        into.push({ kind, key, start, end: start + said.length })
    }
    for (const m of address ? text.matchAll(address) : [])
      into.push({ kind: 'NAME', key: m[1]!, start: m.index, end: m.index + 1 })
  }
}

/** Long runs of digits, written or spoken: telephone numbers that nobody called so, identity cards, accounts, plates. */
function numbers(text: string, known: ReadonlyMap<string, PersonalKind>): Personal[] {
  const reading = spoken(text)
  const keys = [...known.keys()].join(' ')
  return Array.from(reading.text.matchAll(digits)).flatMap((m) => {
    const key = m[0].replace(/\D/g, '')
    const tail = key.length === 4 && keys.includes(key)
    if ((key.length < fewestDigits && !tail) || date.test(m[0])) return []
    const range = sourceRange(reading, m.index, m.index + m[0].length)
    return range ? [{ kind: known.get(key) ?? ('NUMBER' as const), key, start: range[0], end: range[1] }] : []
  })
}

/** Ranges that do not overlap and cover the same: the longest stay whole, of the others what is left beside them. */
function apart(found: readonly Personal[], length: number): Personal[] {
  const covered = new Uint8Array(length)
  const kept: Personal[] = []
  const order = [...found].sort((a, b) => b.end - b.start - (a.end - a.start) || a.start - b.start)
  for (const each of order) {
    for (let start = each.start; start < each.end; start++) {
      if (covered[start]) continue
      let end = start
      while (end < each.end && !covered[end]) covered[end++] = 1
      const whole = start === each.start && end === each.end
      kept.push(whole ? each : { ...each, start, end, key: `${each.key} ${start - each.start}` })
      start = end
    }
  }
  return kept.sort((a, b) => a.start - b.start)
}
