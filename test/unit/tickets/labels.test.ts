import { describe, expect, it } from 'vitest'
import type { Labels } from '../../../src/contract/extraction.ts'
import {
  labelColumns,
  labelledBy,
  mergeLabels,
  readLabels,
  unlabelledBy,
} from '../../../src/tickets/labels.ts'
import { trendOf } from '../../../src/tickets/queries/moods.ts'

const span = { kind: 'span', turn: 'm1', start: 0, end: 2, quote: '漏水' } as const
const read = (...tags: string[]): Labels => ({
  tags: tags.map((value) => ({ value, evidence: [span], method: 'rules' })),
  risks: [],
  moods: [],
})
const none = readLabels({})
const paths = (labels: { readonly tags: readonly { readonly value: string }[] }) =>
  labels.tags.map((t) => t.value)

describe('labels of a ticket', () => {
  it('grow by what is read, and the same again is nothing', () => {
    const first = mergeLabels(none, read('故障/漏水/机身漏水'))!
    expect(paths(first.labels)).toEqual(['故障/漏水/机身漏水'])
    expect(mergeLabels(first.labels, read('故障/漏水/机身漏水'))).toBeNull()
    expect(mergeLabels(first.labels, read('故障/漏水')), 'a branch is implied').toBeNull()
    expect(mergeLabels(first.labels, undefined)).toBeNull()
  })

  it('keep their words when a person confirms them, and stay off when a person took them off', () => {
    const { labels } = mergeLabels(none, read('费用/赔偿'))!
    const tag = { kind: 'tag', value: '费用/赔偿' } as const
    const confirmed = labelledBy(labels, tag, 'c1')!
    expect(confirmed.labels.tags).toEqual([
      { value: '费用/赔偿', evidence: [span, { kind: 'human', commandId: 'c1' }], method: 'human' },
    ])
    expect(labelledBy(confirmed.labels, tag, 'c2')).toBeNull()
    const off = unlabelledBy(confirmed.labels, tag)!
    expect(off.removed.tags).toEqual(['费用/赔偿'])
    expect(unlabelledBy(off.labels, tag)).toBeNull()
    expect(mergeLabels(off.labels, read('费用/赔偿'))).toBeNull()
    const back = labelledBy(off.labels, tag, 'c3')!
    expect(paths(back.labels)).toEqual(['费用/赔偿'])
    expect(back.labels.refused.tags).toEqual([])
  })

  it('fill the columns with the branches above and the risks in order', () => {
    const { labels } = mergeLabels(none, read('故障/漏水/机身漏水', '故障/声音'))!
    const risky = labelledBy(
      labelledBy(labels, { kind: 'risk', value: 'safety' }, 'c')!.labels,
      { kind: 'risk', value: 'legal' },
      'c',
    )!
    expect(labelColumns(risky.labels)).toEqual({
      tags: ['故障', '故障/声音', '故障/漏水', '故障/漏水/机身漏水'],
      risks: ['legal', 'safety'],
    })
  })

  it('stop at thirty where a machine reads more, but not for people', () => {
    const { labels } = mergeLabels(none, read(...Array.from({ length: 40 }, (_, i) => `标签${i}`)))!
    expect(labels.tags).toHaveLength(30)
    expect(labelledBy(labels, { kind: 'tag', value: '费用' }, 'c')!.labels.tags).toHaveLength(31)
  })
})

describe('where the mood leads', () => {
  const trend = (...sentiments: ('positive' | 'neutral' | 'negative' | 'angry')[]) =>
    trendOf(sentiments.map((sentiment) => ({ sentiment })))
  it('is the end against the beginning', () => {
    expect(trend('neutral', 'neutral', 'angry')).toBe('worse')
    expect(trend('angry', 'neutral', 'positive')).toBe('better')
    expect(trend('negative', 'angry', 'negative')).toBe('steady')
    expect(trend('neutral', 'angry', 'angry', 'neutral', 'neutral', 'neutral')).toBe('better')
    expect([trend(), trend('angry')]).toEqual(['steady', 'steady'])
  })
})
