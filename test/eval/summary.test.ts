import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Evidence } from '../../src/contract/extraction.ts'
import { casesOf } from '../../src/pipeline/evaluation/case.ts'
import { readByRules } from '../../src/pipeline/extract.ts'
import { sayAppointment } from '../../src/pipeline/read/summary.ts'
import { loadLexicon } from '../../src/pipeline/rules/lexicon.ts'

const lexicon = loadLexicon()
const cases = (name: string) => casesOf(readFileSync(`test/fixtures/eval/${name}.jsonl`, 'utf8'))
const summaryOf = (turns: readonly string[]) => {
  const input = {
    ...{ channel: 'phone', timeZone: 'Asia/Shanghai', receivedAtMs: Date.parse('2026-11-23T10:00:00+08:00') },
    ...{ catalogue: { categories: [], models: [], hotlines: [] }, known: { fields: {} } },
    turns: turns.map((turn, i) => ({
      id: String(i),
      speaker: turn.startsWith('A:') ? ('agent' as const) : ('customer' as const),
      text: turn.replace(/^A:/, ''),
      atMs: Date.parse('2026-11-23T10:00:00+08:00'),
    })),
  }
  return readByRules(input, lexicon).fields.summary?.value ?? ''
}

const squeezed = (text: string) =>
  text
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^\p{L}\p{N}]/gu, '')
const pairs = (text: string) => {
  const chars = [...squeezed(text)]
  return new Set(chars.slice(0, -1).map((c, i) => c + chars[i + 1]))
}
/** Half of the pairs of neighbouring characters of a point stand in the summary. */
const covers = (summary: string, point: string) => {
  const of = [...pairs(point)]
  return of.length > 0 && of.filter((pair) => squeezed(summary).includes(pair)).length >= of.length / 2
}

describe('a summary', () => {
  it.each([
    ['since when', ['烘干机不热', '大概从上个月底开始的'], '从上个月底开始'],
    ['what was tried', ['打印机连不上网', '路由器重启过了,还是不行'], '路由器重启过了'],
    ['what the customer wants', ['咖啡机又漏水', '这次我要换一台新的'], '我要换一台新的'],
    ['when it suits, in the words of the customer', ['洗衣机不脱水', '礼拜四下午三点行'], '礼拜四下午三点行'],
    ['what is to be minded', ['热水器不出热水', '家里有狗,到了打电话'], '家里有狗'],
    ['what an agent promised', ['空调不制冷', 'A:师傅一小时内联系您'], '师傅一小时内联系您'],
    ['what an agent found out', ['我的电视怎么还没到', 'A:查到在南京中转'], '在南京中转'],
    ['how it stands now', ['网页打不开', '刷新之后恢复了'], '刷新之后恢复了'],
  ])('says %s', (_, turns, expected) => {
    expect(summaryOf(turns)).toContain(expected)
  })

  it('says neither numbers that an agent reads back, nor questions, nor thanks', () => {
    const summary = summaryOf([
      '油烟机不转',
      'A:您电话是13812345670对吗,马上安排',
      '对的',
      'A:师傅几点到您方便',
      '谢谢',
    ])
    expect(summary).toContain('油烟机不转')
    expect(summary).not.toMatch(/1381|谢谢|几点|对的/)
  })

  it('says the day of the week beside the date', () => {
    const at = (start: string | null, end: string | null) => sayAppointment({ start, end })
    expect(at('2026-11-26T14:00:00+08:00', '2026-11-26T16:00:00+08:00')).toBe('11月26日(周四)14:00-16:00')
    expect(at(null, '2026-11-29T18:00:00+08:00')).toBe('11月29日(周日)18:00前')
  })

  it('covers six of ten labelled points of the shipped conversations, and stays short', () => {
    const lengths: number[] = []
    let [covered, all] = [0, 0]
    for (const item of cases('dialogues')) {
      const summary = readByRules(item.input, lexicon).fields.summary?.value ?? ''
      lengths.push(summary.length)
      for (const point of (item.expected.summary_points ?? []) as string[]) {
        all++
        if (covers(summary, point)) covered++
      }
    }
    expect(all).toBeGreaterThan(55)
    expect(covered / all).toBeGreaterThanOrEqual(0.58)
    expect(lengths.reduce((a, b) => a + b, 0) / lengths.length).toBeLessThan(60)
  })

  it('is nothing but words of the conversation and the appointment, on every labelled conversation', () => {
    const quotes = (evidence: readonly Evidence[]): string[] =>
      evidence.flatMap((e) => (e.kind === 'span' ? [e.quote] : e.kind === 'derived' ? quotes(e.from) : []))
    for (const item of ['dialogues', 'own-second', 'own-third', 'own-fourth', 'hard'].flatMap(cases)) {
      const { summary, appointment } = readByRules(item.input, lexicon).fields
      if (!summary) continue
      const said = [...quotes(summary.evidence), ...(appointment ? [sayAppointment(appointment.value)] : [])]
      const text = squeezed(said.join(' '))
      for (const clause of summary.value.split('；')) expect(text, item.id).toContain(squeezed(clause))
      expect(summary.value.length, item.id).toBeLessThanOrEqual(340)
    }
  })
})
