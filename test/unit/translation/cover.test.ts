import { describe, expect, it } from 'vitest'
import type { Evidence, KnownFacts } from '../../../src/contract/extraction.ts'
import { coverText, loadLexicon } from '../../../src/pipeline/index.ts'

const evidence: Evidence = { kind: 'record', table: 'contact', id: '0', version: 1, field: 'contact_name' }
const jonas: KnownFacts = { fields: { contact_name: { value: 'Jonas Weber', evidence } } }
const lexicon = loadLexicon()

describe('a text that leaves the house for translation', () => {
  it('loses the name, telephone number, order and mail address of who wrote it, and gets them back', () => {
    const text =
      'Order 778812 of Jonas Weber, jonas@web.example, phone 13605712844; the AC shows E4 in Room 302'
    const cover = coverText(text, jonas, lexicon, { names: true })
    for (const word of ['Jonas', '778812', 'jonas@web', '13605712844']) expect(cover.text).not.toContain(word)
    expect(cover.text).toContain('E4 in Room 302')
    expect(cover.reveal(cover.text)).toBe(text)
  })

  it('does not take a German noun for a name, but does take out the known one', () => {
    const cover = coverText('Meine Nummer ist 13605712844, Jonas Weber.', jonas, lexicon, { names: false })
    expect(cover.text).toMatch(/^Meine Nummer ist PHONE_1_\w{6}, NAME_1_\w{6}\.$/)
  })

  it('stays as it is where no placeholders are wanted', () => {
    expect(coverText('Jonas Weber', jonas, null, { names: true }).text).toBe('Jonas Weber')
  })

  it('knows what is left of a placeholder that was changed', () => {
    const cover = coverText('电话13605712844', { fields: {} }, lexicon, { names: true })
    const [word] = cover.placeholders(cover.text)
    expect(cover.broken(`call ${word}`)).toBe(false)
    expect(cover.broken(`call ${word!.toLowerCase()}`)).toBe(true)
  })
})
