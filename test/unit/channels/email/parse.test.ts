import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { threadKeyOf } from '../../../../channels/email/config.ts'
import { parse } from '../../../../channels/email/parse.ts'
import { addressTag, ownMessageId, subjectTag } from '../../../../channels/email/thread/token.ts'
import { config, mailOf, messageOf, verifiedMail } from './samples.ts'

const key = threadKeyOf(config)
const fixture = (name: string) =>
  readFileSync(new URL(`../../../fixtures/email/${name}.eml`, import.meta.url))

describe('threading of mail', () => {
  it('names In-Reply-To first, then References from the nearest to the root', () => {
    const { threadRefs } = messageOf(mailOf({ 'In-Reply-To': '<c@x>', References: '<a@x> <b@x>\r\n <c@x>' }))
    expect(threadRefs).toEqual(['<c@x>', '<b@x>', '<a@x>'])
  })

  it('believes a reference in the subject only with the signature of this account', () => {
    const signed = messageOf(mailOf({ Subject: `Re: 空调 ${subjectTag('T1000427', key)}` }))
    expect(signed.threadRefs).toEqual(['ref:T1000427'])
    const forged = messageOf(mailOf({ Subject: 'Re: 空调 [T1000427-aaaaaaaa] [T1000427]' }))
    expect(forged.threadRefs).toEqual([])
    const otherKey = messageOf(mailOf({ Subject: `Re: ${subjectTag('T1000427', 'another key')}` }))
    expect(otherKey.threadRefs).toEqual([])
  })

  it('finds the signed reference after a plus in the address, in any case', () => {
    const to = `support+${addressTag('T1000427', key)}@example.com`
    expect(messageOf(mailOf({ To: to })).threadRefs).toEqual(['ref:T1000427'])
    expect(messageOf(mailOf({ To: to.toLowerCase() })).threadRefs).toEqual(['ref:T1000427'])
  })

  it('tells which outgoing message a reply answers even when nobody stored its Message-ID', () => {
    const id = ownMessageId('0195f000-0000-7000-8000-000000000001', 1, config.address, key)
    const { threadRefs } = messageOf(mailOf({ 'In-Reply-To': id }))
    expect(threadRefs).toEqual([id, 'out:0195f000-0000-7000-8000-000000000001'])
  })

  it('keeps everybody who may answer: sender, reply-to, to and cc', () => {
    const envelope = messageOf(mailOf({ Cc: 'Boss <Boss@example.cn>', 'Reply-To': 'office@example.cn' }))
    expect(envelope.participants).toEqual([
      'zhangsan@qq.com',
      'office@example.cn',
      'support@example.com',
      'boss@example.cn',
    ])
  })

  it('gives a stranger who repeats a Message-ID a thread key of his own', () => {
    const mine = messageOf(mailOf({}))
    const stranger = messageOf(mailOf({ From: 'eve@example.net' }))
    expect(stranger.threadKey).not.toBe(mine.threadKey)
    expect(stranger.dedupeKey).not.toBe(mine.dedupeKey)
  })
})

describe('dedupe keys of mail', () => {
  it('are the same for the same mail in another mailbox, with other transport fields', () => {
    const again = mailOf({ Received: 'from x by y', 'Delivered-To': 'service@example.com' })
    expect(messageOf(again).dedupeKey).toBe(messageOf(mailOf({})).dedupeKey)
  })

  it('differ for two mails of a sender whose program writes no Message-ID', () => {
    const first = messageOf(mailOf({ 'Message-ID': '' }, 'one'))
    const second = messageOf(mailOf({ 'Message-ID': '' }, 'two'))
    expect(first.dedupeKey).not.toBe(second.dedupeKey)
    expect(first.message.providerMessageId).toMatch(/^<.+@yitong\.invalid>$/)
  })

  it('differ for two mails of a sender whose program repeats its Message-ID', () => {
    expect(messageOf(mailOf({ Date: 'Fri, 20 Nov 2026 10:00:01 +0800' })).dedupeKey).not.toBe(
      messageOf(mailOf({})).dedupeKey,
    )
  })
})

describe('mail that machines wrote', () => {
  it.each([
    ['auto-reply-qq', 'auto-reply'],
    ['auto-reply-rfc3834', 'auto-reply'],
    ['auto-reply-outlook-zh', 'auto-reply'],
    ['auto-reply-subject-only-163', 'auto-reply'],
    ['read-receipt-mdn', 'auto-reply'],
    ['bulk-newsletter', 'bulk'],
    ['bounce-qq-words', 'bounce'],
    ['bounce-qmail', 'bounce'],
    ['loop-own-address', 'loop'],
    ['auto-forward-qq-is-a-person', undefined],
  ])('%s is marked as %s', (name, automatic) => {
    expect(messageOf(fixture(name)).message.automatic).toBe(automatic)
  })

  it('marks our own mail that comes back as a loop by its signed Message-ID, whoever forwards it', () => {
    const id = ownMessageId('0195f000', 1, config.address, key)
    expect(messageOf(mailOf({ 'Message-ID': id })).message.automatic).toBe('loop')
  })

  it('turns a bounce of our own mail into a receipt before the kept message', () => {
    const id = ownMessageId('0195f000', 1, config.address, key)
    const raw = Buffer.from(
      fixture('bounce-postfix-rfc3464').toString('latin1').replace('<orig@example.com>', id),
      'latin1',
    )
    const [receipt, message] = parse(verifiedMail(raw), config)
    expect(receipt).toMatchObject({ kind: 'receipt', providerMessageId: id, status: 'failed' })
    expect(receipt).toHaveProperty('detail', expect.stringContaining('User unknown'))
    expect(message).toMatchObject({ kind: 'message', message: { automatic: 'bounce' } })
  })

  it('believes no bounce about a mail that we did not send', () => {
    expect(
      parse(verifiedMail(fixture('bounce-postfix-rfc3464')), config).map((envelope) => envelope.kind),
    ).toEqual(['message'])
  })

  it('takes a delayed notice as automatic mail without a receipt', () => {
    const id = ownMessageId('0195f000', 1, config.address, key)
    const raw = Buffer.from(
      fixture('bounce-delayed').toString('latin1').replace('<orig@example.com>', id),
      'latin1',
    )
    expect(parse(verifiedMail(raw), config).map((envelope) => envelope.kind)).toEqual(['message'])
  })
})

describe('the message of a mail', () => {
  it('keeps the whole text, the words without quote, and the signature apart', () => {
    const { message } = messageOf(fixture('client-foxmail'))
    expect(message.text).toBe('您好,\n照片已补充,请查收。')
    expect(message.fullText).toContain('某某售后')
    expect(message.signature).toContain('wangwu@example.cn')
  })

  it('says what an answer needs', () => {
    const raw = mailOf({ References: '<a@x>', 'In-Reply-To': '<b@x>', Cc: 'boss@example.cn' })
    expect(messageOf(raw).message.replyTo).toEqual({
      messageId: '<m1@qq.com>',
      references: ['<a@x>', '<b@x>'],
      subject: '空调坏了',
      from: 'zhangsan@qq.com',
      to: [{ name: '张三', address: 'zhangsan@qq.com' }],
      cc: [
        { name: '', address: 'support@example.com' },
        { name: '', address: 'boss@example.cn' },
      ],
    })
  })

  it('stands for a mail that was too large to fetch', () => {
    const raw = mailOf({ 'Content-Type': 'multipart/mixed; boundary=b' }, '')
    const [envelope] = parse(verifiedMail(raw, { oversize: true, size: 99_000_000 }), config)
    expect(envelope).toMatchObject({
      message: { subject: '空调坏了', unsupported: expect.stringContaining('99000000') },
    })
  })

  it('has a sender nobody can answer when the mail names none', () => {
    expect(messageOf(fixture('broken-from-missing')).identity).toEqual({ externalId: 'unknown@invalid' })
  })
})
