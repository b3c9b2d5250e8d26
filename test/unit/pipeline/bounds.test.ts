import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ExtractionInput } from '../../../src/contract/extraction.ts'
import { verify } from '../../../src/pipeline/ground.ts'
import { codePointOffset, fold, sliceCodePoints } from '../../../src/pipeline/reading.ts'
import { extractByRules } from '../../../src/pipeline/rules/extract-by-rules.ts'
import { loadLexicon } from '../../../src/pipeline/rules/lexicon.ts'
import { limits } from '../../../src/pipeline/rules/scene.ts'
import { spoken } from '../../../src/pipeline/spoken.ts'

const lexicon = loadLexicon()
const atMs = Date.parse('2026-11-20T10:00:00+08:00')

function inputOf(texts: readonly string[]): ExtractionInput {
  return {
    turns: texts.map((text, i) => ({
      id: String(i),
      speaker: i % 5 === 3 ? 'agent' : 'customer',
      text,
      atMs,
    })),
    channel: 'wechat',
    timeZone: 'Asia/Shanghai',
    receivedAtMs: atMs,
    catalogue: { categories: [], models: [], hotlines: [] },
    known: { fields: {} },
  }
}

const million = (unit: string) => unit.repeat(Math.ceil(1_000_000 / unit.length))

describe('input that nobody sends in good faith', () => {
  it.each([
    [
      'one megabyte of requests',
      million('空调坏了，杭州市西湖区文三路12号，电话13800001111，明天下午三点。'),
    ],
    ['one megabyte of digits', million('7')],
    ['one megabyte of spoken digits', million('幺二三')],
    ['one megabyte of single letters', million('A B ')],
    ['one megabyte of line breaks', million('\n')],
    ['one megabyte of mail quotes', million('> a\n')],
    ['one megabyte of road names', million('路号')],
    ['one megabyte of spaces', million(' ')],
    ['one megabyte of one surname', million('王')],
    ['one megabyte of surnames that explain themselves', million('王的王')],
    ['one megabyte of hours without end', million('点到')],
    ['one megabyte of days', million('中午有')],
    ['one megabyte of emoji', million('😀')],
    ['one megabyte of lone surrogates', million('\ud800')],
    ['one megabyte of private-use characters', million('\ue000')],
    ['one megabyte of right-to-left marks', million('\u200f')],
    ['one megabyte of combining marks', million('\u0301')],
    ['one megabyte of "double"', million('double ')],
    ['one megabyte of English address parts', million('Room 1, 12 Aa Road, ')],
  ])('is read as far as the limit, which the extraction states: %s', (_, text) => {
    const extraction = extractByRules(inputOf([text]), lexicon)
    expect(extraction.dropped).toEqual([
      { field: 'input', value: text.length - limits.turnUnits, reason: 'input.beyond_limit' },
    ])
  })

  // Each of these took longer than the thread that extracts is given, and held up everybody's conversations.
  it.each(['AB-138 女士', '一', '一二', '二十', '我姓11'])(
    'reads six messages of nothing but "%s" as quickly as any others',
    (unit) => {
      const texts = Array.from({ length: 6 }, () => unit.repeat(20_000 / unit.length))
      expect(extractByRules(inputOf(texts), lexicon).fields.phone).toBeUndefined()
    },
    6_000,
  )

  it('reads the newest of ten thousand one-word messages', () => {
    const words = ['坏了', '空调', '好的', '杭州市', '明天', '嗯']
    const texts = [...Array.from({ length: 10_000 }, (_, i) => words[i % words.length]!), '电话13800001111']
    const extraction = extractByRules(inputOf(texts), lexicon)
    expect(extraction.fields.phone?.value).toBe('13800001111')
    expect(extraction.dropped[0]).toMatchObject({ field: 'input' })
  })

  it.each([
    ['emoji inside a number', '📞138👍电话 138\ufe0f0000\u200b1111 😀', '13800001111'],
    ['right-to-left marks', '电话\u200f138\u200e0000\u202a1111\u202c', '13800001111'],
    ['full-width digits', '电话：１３８００００１１１１', '13800001111'],
    ['private-use characters before it', '\ue000\ue001电话13800001111', '13800001111'],
    ['lone surrogates before it', '\ud83d电话13800001111\udc00', '13800001111'],
  ])('finds the number, with evidence in code points, among %s', (_, text, phone) => {
    const input = inputOf([text])
    const verified = verify(extractByRules(input, lexicon), input, lexicon)
    expect(verified.fields.phone?.value).toBe(phone)
    for (const e of verified.fields.phone!.evidence) {
      expect(e.kind === 'span' && Array.from(text).slice(e.start, e.end).join('')).toBe(
        e.kind === 'span' && e.quote,
      )
    }
  })

  it('never throws, and gives nothing that its own verifier refuses, on any text', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.constantFrom(
        '电话',
        '幺三八',
        '杭州市西湖区',
        '文三路',
        '12号',
        '姓王',
        '明天下午',
        '三点',
        '\n',
        '主题：',
        '不对',
        '是二零三',
        '序列号',
        'AB12-3',
      ),
      fc.string({
        unit: fc.constantFrom('一', '二', '十', '百', '号', '路', 'A', '-', ' ', '1', '的', '\ud800'),
        maxLength: 20,
      }),
    )
    fc.assert(
      fc.property(
        fc.array(
          fc.array(piece, { maxLength: 8 }).map((p) => p.join('')),
          { maxLength: 5 },
        ),
        (texts) => {
          const input = inputOf(texts)
          const extraction = extractByRules(input, lexicon)
          expect(verify(extraction, input, lexicon).dropped).toEqual(extraction.dropped)
        },
      ),
      { numRuns: 100 },
    )
  }, 60_000)

  it('never cuts a summary between the halves of a character', () => {
    const input = inputOf([`好${'😀'.repeat(60)}`])
    const extraction = extractByRules(input, lexicon)
    expect(verify(extraction, input, lexicon).dropped).toEqual([])
  })
})

describe('the time that an extraction takes', () => {
  const took = (unit: string, units: number) => {
    const turns = Array.from({ length: Math.ceil(units / 5000) }, () =>
      unit.repeat(Math.ceil(5000 / unit.length)),
    )
    const input = inputOf(turns)
    // Processor time of this thread: other work on the machine does not count.
    const started = process.threadCpuUsage()
    extractByRules(input, lexicon)
    const { user, system } = process.threadCpuUsage(started)
    return (user + system) / 1000
  }
  const least = (unit: string, units: number) => Math.min(...[1, 2, 3].map(() => took(unit, units)))

  it.each(['中午有', '点到', '王', '杭州', '0571-', '12 Aa Road, ', '不是', 'A B ', '路号'])(
    'grows with the text and not with its square: %s',
    // A collection of garbage may fall into one of the runs: a square would show every time.
    { timeout: 60_000, retry: 3 },
    (unit) => {
      took(unit, 5000)
      const short = least(unit, 10_000)
      // four times the text: sixteen times the time would be a square
      expect(least(unit, 40_000)).toBeLessThan(short * 10 + 100)
    },
  )
})

describe('readings', () => {
  it('know for every character where its source stands, in order and inside the text', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom('幺', '三', '杠', 'A', ' ', '１', '\u200b', '个', '😀', 'double ', 'oh '),
          maxLength: 40,
        }),
        (text) => {
          for (const reading of [fold(text), spoken(text)]) {
            expect(reading.starts).toHaveLength(reading.text.length)
            let last = 0
            for (const [i, start] of reading.starts.entries()) {
              expect(start).toBeGreaterThanOrEqual(last)
              expect(reading.ends[i]).toBeLessThanOrEqual(text.length)
              last = start
            }
          }
        },
      ),
    )
  })

  it('count code points as Array.from does, lone surrogates included', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '😀', '\ud83d', '\udc00', '空'), maxLength: 20 }),
        fc.nat(20),
        fc.nat(20),
        (text, a, b) => {
          const points = Array.from(text)
          const [start, end] = [Math.min(a, b, points.length), Math.min(Math.max(a, b), points.length)]
          expect(sliceCodePoints(text, start, end)).toBe(points.slice(start, end).join(''))
          expect(codePointOffset(text, points.slice(0, start).join('').length)).toBe(start)
        },
      ),
    )
  })
})

describe('what to do next', () => {
  it.each([
    ['转人工', 'handover'],
    ['空调坏了，电话13800001111', 'ask'],
    ['谢谢', 'none'],
  ])('is decided apart from the fields: %s → %s', (text, kind) => {
    expect(extractByRules(inputOf([text]), lexicon).action.kind).toBe(kind)
  })
})
