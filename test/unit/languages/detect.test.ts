import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  customerLanguage,
  detectLanguage,
  houseLanguage,
  messageLanguage,
} from '../../../src/languages/detect.ts'
import { languages } from '../../../src/languages/list.ts'

const cases = readFileSync(new URL('../../fixtures/languages.tsv', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => line.split('\t') as [string, string])

/** Share of the labelled sentences that must be found right. */
const gate = 0.97

describe('the languages that the hub knows', () => {
  it('are 28, each with its names, and labelled sentences for each', () => {
    expect(languages).toHaveLength(28)
    expect(new Set(languages.map(({ code }) => code)).size).toBe(28)
    expect(cases.length).toBeGreaterThanOrEqual(200)
    const labelled = new Map<string, number>()
    for (const [code] of cases) labelled.set(code, (labelled.get(code) ?? 0) + 1)
    expect([...labelled.keys()].sort()).toEqual(languages.map(({ code }) => code).sort())
    expect(Math.min(...labelled.values())).toBeGreaterThanOrEqual(7)
  })
})

describe('the language of a message', () => {
  it('is found in nearly all labelled sentences of customers', () => {
    const wrong = cases.filter(([code, text]) => detectLanguage(text)?.code !== code)
    expect(
      1 - wrong.length / cases.length,
      wrong.map((each) => each.join(': ')).join('\n'),
    ).toBeGreaterThanOrEqual(gate)
  })

  it('is seldom a wrong one that is shown: where it is not sure, nothing is said', () => {
    const wrong = cases.filter(([code, text]) => (messageLanguage(text) ?? code) !== code)
    expect(wrong.length / cases.length, wrong.map((each) => each.join(': ')).join('\n')).toBeLessThanOrEqual(
      0.02,
    )
    const silent = cases.filter(([, text]) => messageLanguage(text) === null)
    expect(
      silent.length / cases.length,
      silent.map((each) => each.join(': ')).join('\n'),
    ).toBeLessThanOrEqual(0.05)
  })

  it.each([
    ['ERP 系统 login 不了', 'zh-CN'],
    ['请帮我 reset 一下 Windows Active Directory 的 password', 'zh-CN'],
    ['這台電腦 WiFi 連不上', 'zh-TW'],
    ['My 格力 air conditioner stopped cooling yesterday', 'en'],
    ['Windows Update не устанавливается', 'ru'],
    ['修理をお願いします', 'ja'],
    ['故障', 'zh-CN'],
    ['优惠の活动还有吗', 'zh-CN'],
    ['hola', 'es'],
    ['https://example.com/manual.html صفحة الدليل لا تعمل', 'ar'],
  ])('of "%s" is %s', (text, code) => {
    expect(detectLanguage(text)).toEqual({ code, sure: true })
  })

  it.each([
    '',
    '13800138000',
    'https://example.com/a?b=c',
    '👍👍',
    'Не працює кондиціонер, у нас її вже немає',
  ])('is nothing for "%s"', (text) => {
    expect(detectLanguage(text)).toBeNull()
  })

  it('takes time that grows with the length of the text, whatever stands in it', () => {
    for (const text of [
      'a1'.repeat(200_000),
      '@'.repeat(200_000),
      `${'a.'.repeat(100_000)}@`,
      'é'.repeat(200_000),
    ])
      expect(() => detectLanguage(text)).not.toThrow()
  })
})

describe('the language of a customer', () => {
  it('is one Chinese for both ways of writing it', () => {
    expect(customerLanguage('請問什麼時候來')).toBe('zh')
    expect(customerLanguage('请问什么时候来')).toBe('zh')
  })

  it('is English where words could be anything, and Chinese where there are none', () => {
    expect(customerLanguage('pls fix asap')).toBe('en')
    expect(customerLanguage('13800138000')).toBe('zh')
  })

  it('decides which texts of the house are sent: English for everybody who does not read Chinese', () => {
    expect(['zh', 'zh-TW', 'en', 'de', null].map(houseLanguage)).toEqual(['zh', 'zh', 'en', 'en', 'zh'])
  })
})
