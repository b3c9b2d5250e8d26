import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isForged } from '../../../../channels/email/authentication.ts'
import { readMail } from '../../../../channels/email/mail.ts'
import { decompressRtf, rtfText } from '../../../../channels/email/mime/rtf.ts'
import { readTnef } from '../../../../channels/email/mime/tnef.ts'
import { parse } from '../../../../channels/email/parse.ts'
import { safeHtml } from '../../../../channels/email/text/html.ts'
import { stripReply } from '../../../../channels/email/text/reply.ts'
import { config, verifiedMail } from './samples.ts'

const folder = new URL('../../../fixtures/email/', import.meta.url)
const mails = readdirSync(folder)
  .filter((name) => name.endsWith('.eml'))
  .map((name) => readFileSync(new URL(name, folder)))
  .filter((raw) => raw.length < 20_000)

const bytes = fc.uint8Array({ maxLength: 3000 })

/** A fixture with bytes changed, cut out and repeated. */
const mutated = fc
  .record({
    mail: fc.constantFrom(...mails),
    edits: fc.array(
      fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        put: fc.uint8Array({ maxLength: 30 }),
        drop: fc.nat(60),
      }),
      {
        maxLength: 8,
      },
    ),
  })
  .map(({ mail, edits }) => {
    let raw = mail
    for (const { at, put, drop } of edits) {
      const offset = Math.floor(at * raw.length)
      raw = Buffer.concat([raw.subarray(0, offset), put, raw.subarray(offset + drop)])
    }
    return raw
  })

function expectSound(raw: Uint8Array) {
  const envelopes = parse(verifiedMail(raw), config)
  const message = envelopes.at(-1)!
  expect(message.kind).toBe('message')
  if (message.kind !== 'message') return
  const { text, fullText, subject, html, attachments } = message.message
  for (const value of [text, fullText, subject, html, message.threadKey, message.identity.displayName]) {
    expect(value ?? '').not.toMatch(/\0/)
    expect((value ?? '').isWellFormed()).toBe(true)
  }
  expect(`${subject ?? ''}${message.identity.displayName ?? ''}${message.identity.externalId}`).not.toMatch(
    /[\r\n]/,
  )
  for (const { name } of attachments) expect(name).not.toMatch(/^\.|[/\\\r\n\0]/)
  expect(parse(verifiedMail(raw), config)).toEqual(envelopes)
}

describe('reading mail', { timeout: 60_000 }, () => {
  it('never throws and gives storable text for any bytes', () => {
    fc.assert(fc.property(bytes, expectSound), { numRuns: 300 })
  })

  it('never throws and gives storable text for damaged mails', () => {
    fc.assert(fc.property(mutated, expectSound), { numRuns: 600 })
  })

  it('never throws for any TNEF or RTF behind a right signature', () => {
    fc.assert(
      fc.property(bytes, fc.nat(0x9100), (tail, id) => {
        const head = Buffer.alloc(15)
        head.writeUInt32LE(0x223e9f78, 0)
        head.writeUInt16LE(id, 7)
        head.writeUInt32LE(tail.length, 11)
        readTnef(Buffer.concat([head, tail]))
        const rtf = Buffer.concat([Buffer.from('0000000000100000000000004c5a467500000000', 'hex'), tail])
        rtfText(decompressRtf(rtf))
      }),
      { numRuns: 300 },
    )
  })

  it('leaves no script, handler or remote image in any HTML', () => {
    const piece = fc.constantFrom(
      '<script>',
      '</script>',
      '<img src=',
      '"http://x/',
      'cid:a',
      '<a href="',
      'javascript:',
      ' onerror=',
      '<svg>',
      '<style>',
      '</',
      '>',
      '"',
      "'",
      '<!--',
      '-->',
      '<p ',
      'x',
      '\n',
      '&#x6a;',
      '<math>',
      '<base href="//x">',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const clean = safeHtml(pieces.join(''))
        expect(clean).not.toMatch(/<(script|style|svg|math|base|iframe|form|object)/i)
        expect(clean.replace(/"[^"]*"/g, '""')).not.toMatch(/<[^>]*\son\w+=/i)
        expect(clean).not.toMatch(/<img[^>]*src="(?!cid:|data:image)/i)
        expect(clean).not.toMatch(/href="\s*javascript:/i)
      }),
      { numRuns: 1000 },
    )
  })

  it('finds the verdict of the receiving server whatever the sender had it quote, and none in garbage', () => {
    const said = (value: string) => isForged([{ name: 'authentication-results', value }])
    const piece = fc.constantFrom(
      ...['dmarc=fail', 'dmarc=pass', 'spf=fail', 'dkim=pass', ';', '(', ')', '"', '\\', ' ', '=', 'm', '/1'],
    )
    const words = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''))
    const quoted = words.map((text) => `"${text.replace(/["\\]/g, '\\$&')}"`)
    const comment = words.map((text) => `(${text.replace(/[()\\]/g, '\\$&')})`)
    const noise = fc.oneof(quoted, comment)
    fc.assert(
      fc.property(noise, noise, noise, (a, b, c) => {
        expect(said(`m${a}; spf=pass x=${b}; dmarc=fail ${c}`)).toBe(true)
        expect(said(`m${a}; spf=fail x=${b}; dkim=none; dmarc=pass ${c}`)).toBe(false)
        expect(said(`m${a}; auth=pass x=${b} ${c}`)).toBe(false)
      }),
    )
    fc.assert(fc.property(fc.oneof(words, fc.string({ maxLength: 300 })), (text) => void said(text)))
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'abc(;=)" '), maxLength: 200 }),
        (text) => !said(text),
      ),
    )
  })

  it('takes only whole lines off a text when it strips quotes and signatures', () => {
    const line = fc.constantFrom(
      '> a',
      '',
      '发件人: a@b.c',
      '主题: x',
      '在 2026-11-20 10:00,a@b.c 写道:',
      '---- 原始邮件 ----',
      '-- ',
      '空调坏了',
      'On 1.1.2026 x wrote:',
      '谢谢',
      '张三',
      '---------- Forwarded message ----------',
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
        const text = lines.join('\n')
        const { reply } = stripReply(text, { name: '张三', address: 'a@b.c', subject: 'x', isReply: true })
        const known = new Set(lines.map((entry) => entry.trimEnd()))
        for (const kept of reply.split('\n')) expect(kept === '' || known.has(kept)).toBe(true)
      }),
    )
  })

  it('passes over a header section that is far too large and still reads the body', () => {
    const mail = readMail(
      Buffer.from(`From: a@b.c\r\nX-Big: ${'y'.repeat(1_500_000)}\r\nSubject: late\r\n\r\nbody`),
    )
    expect(mail.body.text).toBe('body')
    expect(mail.damage).toContain('header section too large')
  })

  it('stays linear on texts made to make patterns backtrack', () => {
    const hostile = [
      '>'.repeat(100_000),
      `${'-'.repeat(100_000)}x`,
      '发件人'.repeat(50_000),
      'On '.repeat(80_000),
      `${' '.repeat(200_000)}x`,
      '> a\nb\n'.repeat(60_000),
      '\n'.repeat(300_000),
      '<'.repeat(200_000),
      '=?utf-8?Q?'.repeat(20_000),
      '张三 <a@b.c> '.repeat(20_000),
      '\n发件人: x\n'.repeat(20_000),
      'From: a@b\n\n\n'.repeat(20_000),
      `spf${' '.repeat(200_000)}x`,
      '('.repeat(200_000),
      'dmarc / 1 ;'.repeat(50_000),
    ]
    for (const text of hostile) {
      const raw = Buffer.from(
        `From: a@b.c\r\nSubject: ${text.replaceAll('\n', '\r\n ')}\r\nTo: ${text.replaceAll('\n', '\r\n ')}\r\n\r\n${text}`,
      )
      expect(readMail(raw).from.address).toBe('a@b.c')
      expect(isForged([{ name: 'authentication-results', value: text }])).toBe(false)
    }
  })
})
