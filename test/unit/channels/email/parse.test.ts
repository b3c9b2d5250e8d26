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
      'office@example.cn',
      'zhangsan@qq.com',
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

  it('is of whoever is answered: the first of Reply-To, with the name that stands there', () => {
    const form = messageOf(
      mailOf({ From: '官网表单 <noreply@site.example>', 'Reply-To': '王芳 <Wang@example.cn>, b@example.cn' }),
    )
    expect(form.senderKey).toBe('wang@example.cn')
    expect(form.identity).toEqual({
      externalId: 'wang@example.cn',
      displayName: '王芳',
      strongIds: { email: 'wang@example.cn' },
    })
    expect(form.message.replyTo).toMatchObject({
      to: [{ name: '王芳', address: 'wang@example.cn' }, { address: 'b@example.cn' }],
    })
    const stranger = messageOf(mailOf({ 'Reply-To': 'eve@example.net' }))
    expect(stranger.identity).toEqual({
      externalId: 'eve@example.net',
      strongIds: { email: 'eve@example.net' },
    })
    expect(stranger.threadKey).toContain('eve@example.net')
  })

  it('is of From where Reply-To says the same, names nobody or names ourselves', () => {
    for (const replyTo of ['zhangsan@qq.com', 'nobody', 'service@example.com, support+T1@example.com']) {
      const { identity, message } = messageOf(mailOf({ 'Reply-To': replyTo }))
      expect(identity).toMatchObject({ externalId: 'zhangsan@qq.com', displayName: '张三' })
      expect(message.replyTo).toHaveProperty('to.0', { name: '张三', address: 'zhangsan@qq.com' })
    }
  })

  it('has a sender nobody can answer when the mail names none', () => {
    expect(messageOf(fixture('broken-from-missing')).identity).toEqual({ externalId: 'unknown@invalid' })
  })
})

describe('the verdict of the receiving server', () => {
  it.each([
    [
      'DMARC failed',
      'mx.example.com; spf=pass smtp.mailfrom=x@evil.example; dkim=pass; dmarc=fail (p=REJECT)',
    ],
    [
      'DMARC failed, in capitals with versions and comments',
      'mx.example.com 1; (a)DMARC (b) / 1 (c)=(d (e)) FAIL(f)',
    ],
    ['DMARC failed, folded', 'mx.example.com;\r\n\tspf=none;\r\n dmarc=fail\r\n\theader.from=qq.com'],
    [
      'DMARC failed, by a server that leaves its name out',
      'spf=pass (sender IP is 1.2.3.4); dmarc=fail action=none',
    ],
    ['SPF failed and nothing is signed', 'mx.example.com; spf=fail smtp.mailfrom=qq.com; dkim=none'],
    ['SPF failed softly and nobody says anything else', 'mx.example.com; spf=softfail'],
    ['SPF failed and there is no DMARC', 'mx.example.com; dmarc=none; spf=fail; dkim=fail'],
    [
      'SPF failed for the address, not for the server',
      'm; spf=pass smtp.helo=evil; spf=fail smtp.mailfrom=qq.com',
    ],
    ['what the sender wrote pretends the contrary', 'm; dmarc=fail reason="; dmarc=pass" (; dmarc=pass)'],
  ])('is that a mail is forged: %s', (_name, verdict) => {
    const envelope = messageOf(mailOf({ 'Authentication-Results': verdict }))
    expect(envelope.identity).toEqual({ externalId: 'unauthenticated: zhangsan@qq.com' })
    expect(envelope.participants).toEqual(['unauthenticated: zhangsan@qq.com'])
    expect(envelope.message.replyTo).toHaveProperty('to.0.address', 'zhangsan@qq.com')
  })

  it.each([
    ['all is well', 'mx.example.com; dkim=pass header.d=qq.com; spf=pass; dmarc=pass (p=QUARANTINE)'],
    ['DMARC holds though SPF failed', 'mx.example.com; spf=fail; dkim=none; dmarc=pass'],
    [
      'a signature holds though SPF failed',
      'mx.example.com; spf=softfail; dkim=fail; dkim=pass header.d=qq.com',
    ],
    ['only the name of the sending server failed', 'm; spf=fail smtp.helo=a; spf=pass smtp.mailfrom=qq.com'],
    ['nothing was looked at', 'mx.example.com; none'],
    ['the server could not tell', 'mx.example.com; dmarc=temperror; spf=temperror; dkim=permerror'],
    ['it stands in a comment', 'mx.example.com; dkim=pass (dmarc=fail; dmarc=fail \\) ; dmarc=fail)'],
    ['it stands between quotation marks', 'm; auth=pass smtp.auth="a; dmarc=fail \\" ; spf=fail"@x'],
    ['a comment does not end', 'mx.example.com; (dmarc=fail; dmarc=fail'],
    ['another method ends with the word', 'mx.example.com; x-dmarc=fail; dmarc-x=fail; xspf=fail'],
    ['it is garbage', ';;=;dmarc;=fail;dmarc=;spf==fail'],
  ])('is no such verdict: %s', (_name, verdict) => {
    expect(messageOf(mailOf({ 'Authentication-Results': verdict })).identity.externalId).toBe(
      'zhangsan@qq.com',
    )
  })

  it('is the topmost one: what stands below may have come with the mail', () => {
    const plain = mailOf({}).toString()
    const below = `Authentication-Results: mx.example.com; dmarc=pass\r\n${plain}`
    const top = (verdict: string) =>
      messageOf(Buffer.from(`Authentication-Results: mx.example.com; dmarc=${verdict}\r\n${below}`)).identity
        .externalId
    expect(top('fail')).toBe('unauthenticated: zhangsan@qq.com')
    expect(top('pass')).toBe('zhangsan@qq.com')
  })
})
