import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type QrConfig, qrConfigSchema } from '../../channels/qr/config.ts'
import { qrChannel } from '../../channels/qr/index.ts'
import { formLifeMs, signLink, signPass, signUpload } from '../../channels/qr/token.ts'
import type { RawRequest } from '../../src/contract/channel.ts'
import { sha256 } from '../../src/kernel/hash.ts'
import { channelContract } from './channel.ts'
import type { ChannelSubject, Vendor } from './channel-subject.ts'

const startMs = Date.parse('2026-11-20T02:00:00Z')
const accountId = '00000000-0000-4000-8000-0000000000a1'
const deviceId = '00000000-0000-4000-8000-0000000000d1'
const secret = () => randomBytes(32).toString('base64url')
const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))
const linkOf = (config: QrConfig, id = deviceId) =>
  signLink({ accountId, kind: 'device', id, linkVersion: 1 }, config.linkSecrets)

function filled(config: QrConfig, fault: string, submissionId: string, extra: object = {}): Uint8Array {
  const link = linkOf(config)
  return bytes({
    link,
    submissionId,
    lang: 'zh',
    fault,
    phone: '13605712844',
    name: '裘文杰',
    uploads: [],
    ...extra,
  })
}

function request(config: QrConfig, body: Uint8Array, nowMs: number, signedBy = config): RawRequest {
  const pass = { version: 3, expiresAtMs: nowMs + formLifeMs }
  return {
    method: 'POST',
    path: `/channels/qr/${accountId}`,
    query: {},
    headers: { 'x-form-pass': signPass(linkOf(config), pass, signedBy.linkSecrets) },
    body,
    remoteAddress: '127.0.0.1',
    receivedAtMs: nowMs,
  }
}

/** The customer's progress page: it shows each message of the conversation once, by its id. */
function page(
  config: QrConfig,
): Vendor<QrConfig> & { show(id: string, words: string, reference: string): void } {
  const shown = new Map<string, { words: string; reference: string }>()
  return {
    config,
    show: (id, words, reference) => void shown.set(id, { words, reference }),
    mood: () => ({ never: 'nothing is sent: the page reads the conversation' }),
    received: () => [...shown.values()],
    refusedByWindow: () => 0,
    customerWrote: () => {},
    close: async () => {},
  }
}

channelContract('qr', async (): Promise<ChannelSubject<QrConfig>> => {
  const config = qrConfigSchema.parse({ linkSecrets: [secret(), secret()] })
  const stranger = qrConfigSchema.parse({ linkSecrets: [secret()] })
  const screen = page(config)
  return {
    channel: {
      ...qrChannel,
      async deliver(call, key, io) {
        const receipt = await qrChannel.deliver(call, key, io)
        screen.show(receipt.providerMessageId, String(call.body.text), String(call.body.reference))
        return receipt
      },
    },
    config,
    secretMembers: ['linkSecrets'],
    startMs,
    sign: (body, _id, nowMs) => request(config, body, nowMs),
    text: (text, id) => filled(config, text, `submission-${id}`),
    unknown: { never: 'there is one form, and what is no form is refused' },
    echo: { never: 'the form is filled in by people only' },
    media: { never: 'files are uploaded before and named by a signed token; the test below follows one' },
    unsigned: (r) => ({ ...r, headers: {} }),
    forged: (r) => request(config, r.body, r.receivedAtMs, stranger),
    tampered: (r) => {
      const other = linkOf(config, '00000000-0000-4000-8000-0000000000d2')
      return { ...r, body: Buffer.from(Buffer.from(r.body).toString().replace(linkOf(config), other)) }
    },
    toleranceMs: formLifeMs,
    accepts: (response) => response.status === 202,
    receiver: { to: 'customer', thread: {} },
    wordsOf: (call) => String(call.body.text),
    vendor: async () => screen,
  }
})

describe('a submission of the QR form', () => {
  const config = qrConfigSchema.parse({ linkSecrets: [secret()] })
  const read = (body: Uint8Array) => {
    const verified = qrChannel.verify(request(config, body, startMs), config, startMs)
    if (!verified.ok) return verified.refusal.code
    const [envelope] = qrChannel.parse(verified.value, config)
    return envelope?.kind === 'message' ? envelope : 'no message'
  }

  it('names the device with the version that the form showed, so that its facts count as records', () => {
    expect(read(filled(config, '不制冷', 'submission-1'))).toMatchObject({
      message: {
        kind: 'form',
        record: { kind: 'device', id: deviceId, version: 3 },
        form: { contact_name: '裘文杰', phone: '13605712844', fault_description: '不制冷' },
      },
    })
  })

  it('is the same request when it is sent again, and a further message of it when the customer changed a word', () => {
    const first = read(filled(config, '不制冷', 'submission-1'))
    const again = read(filled(config, '不制冷', 'submission-1'))
    const changed = read(filled(config, '完全不制冷', 'submission-1'))
    if (typeof first === 'string' || typeof again === 'string' || typeof changed === 'string')
      throw new Error()
    expect(again.dedupeKey).toBe(first.dedupeKey)
    expect(changed.dedupeKey).not.toBe(first.dedupeKey)
    expect(changed).toMatchObject({ threadKey: first.threadKey })
  })

  it('carries only files that this hub took for this link', async () => {
    const content = Buffer.from('x')
    const stored = { hash: sha256(content), size: 1, contentType: 'image/jpeg', expiresAtMs: startMs + 1000 }
    const own = signUpload(linkOf(config), stored, config.linkSecrets)
    const elsewhere = signUpload(linkOf(config, accountId), stored, config.linkSecrets)
    const late = signUpload(linkOf(config), { ...stored, expiresAtMs: startMs - 1 }, config.linkSecrets)
    const withFile = (upload: string) =>
      read(filled(config, '漏水', 'submission-2', { uploads: [{ upload, name: '../../照片.jpg' }] }))
    expect(withFile(own)).toMatchObject({
      message: { attachments: [{ contentType: 'image/jpeg', source: { kind: 'media', hash: stored.hash } }] },
    })
    expect([elsewhere, late, 'e30.AAAAAAAAAAAAAAAAAAAAAA'].map(withFile)).toEqual(
      Array(3).fill('request.invalid'),
    )
  })

  it('stays believed after the account got a newer secret, until the old one is taken away', () => {
    const both = { ...config, linkSecrets: [secret(), ...config.linkSecrets] }
    const sent = request(config, filled(config, '不制冷', 'submission-1'), startMs)
    expect(qrChannel.verify(sent, both, startMs).ok).toBe(true)
    const newest = { ...config, linkSecrets: [both.linkSecrets[0]!] }
    expect(qrChannel.verify(sent, newest, startMs)).toMatchObject({ refusal: { code: 'link.invalid' } })
  })
})
