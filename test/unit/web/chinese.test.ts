import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { entities } from '../../../src/kernel/entities.ts'
import { errors } from '../../../src/kernel/errors.ts'
import { phrases } from '../../../src/router/phrases.ts'

const consoleWords = readdirSync(new URL('../../../web/console/words', import.meta.url))
const modules = [
  ...consoleWords.map((file) => `../../../web/console/words/${file}`),
  '../../../web/customer/words.ts',
  '../../../web/engineer/words.ts',
]

/** The Chinese halves of the pairs in what a module exports. */
function chineseOf(value: unknown): string[] {
  if (Array.isArray(value)) return typeof value[0] === 'string' ? [value[0]] : value.flatMap(chineseOf)
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(chineseOf)
  return []
}

const texts = [
  ...(await Promise.all(modules.map(async (file) => chineseOf(await import(file))))).flat(),
  ...Object.values(errors).map((each) => each.zh),
  ...Object.values(entities),
  ...chineseOf(phrases),
].filter((text) => /\p{Script=Han}/u.test(text))

/** Code, addresses and placeholders are no prose. */
const prose = (text: string) => text.replace(/https?:\/\/\S+|\{\w+\}|\{".*"\}/g, ' ')

/** Names that people read in Chinese as they are. */
const names = new Set(
  `ASR_BASE_URL App AppKey AppSecret Basic Bearer CN CSV Client CorpId Ctrl E4 ERP Enter FUNASR_URL HOST ID IMAP IP JSON LLM_BASE_URL LLM_MODEL LLM_TOKENS_PER_DAY MB Markdown OAuth PUBLIC_URL SMTP Schema Secret Standard Stream Token VIP Webhook Webhooks XLSX admin aes_key automatic en http https import intake knowledge npm open_id reset-password robotCode run ticket unionid windowMs zh`.split(
    ' ',
  ),
)

describe('a Chinese text', () => {
  it('is found by this test', () => expect(texts.length).toBeGreaterThan(1400))

  it('has Chinese punctuation', () => {
    const mark = /\p{Script=Han}\{?[,:;!?()]|[,:;!?()]\p{Script=Han}|[”}][,:;!?()]|\p{Script=Han}.*[(),;]/u
    const wrong = texts.filter((text) =>
      mark.test(text.replace(/https?:\/\/\S+|\{".*"\}|a\.b\[0\]、\?/g, '')),
    )
    expect(wrong).toEqual([])
  })

  it('has no English words but names', () => {
    const found = texts.flatMap((text) => prose(text).match(/[A-Za-z][A-Za-z0-9_-]+/g) ?? [])
    expect([...new Set(found)].filter((word) => !names.has(word)).sort()).toEqual([])
  })
})
