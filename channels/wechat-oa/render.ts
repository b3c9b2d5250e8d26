import type { Outbound, ProviderCall } from '../../src/contract/channel.ts'
import type { JsonObject } from '../../src/kernel/json.ts'
import { cardText } from '../_kit/card-text.ts'
import { splitBytes } from '../_kit/split-bytes.ts'
import type { WechatOaConfig } from './config.ts'
import { limits } from './limits.ts'

/**
 * Text in pieces of 2048 bytes, the last one as a menu message when there are quick replies, then one call for each file. The first
 * part carries the template message that takes its place when the reply window is closed. Pure.
 */
export function render(out: Outbound, config: WechatOaConfig): ProviderCall[] {
  const said = [out.text, ...(out.card ? [cardText(out.card, out.lang)] : [])].filter((part) => part !== '')
  const words = said.join('\n\n')
  const replies = (out.quickReplies ?? []).slice(0, limits.menuItems)
  const messages = words === '' && replies.length === 0 ? [] : textMessages(words, replies, out.lang)
  const files = out.attachments ?? []
  const total = messages.length + files.length
  const label = (what: string, i: number) => (total === 1 ? what : `${what} ${i + 1}/${total}`)
  const texts = messages.map((message, i) => ({
    name: 'send',
    label: label('客服消息', i),
    body: { to: out.to, message, ...(i === 0 ? templateOf(out, words, config) : {}) },
  }))
  const attached = files.map((file, i) => ({
    name: 'file',
    label: label(file.name, messages.length + i),
    body: { to: out.to, file: { ...file } },
  }))
  return [...texts, ...attached]
}

function textMessages(words: string, replies: readonly string[], lang: 'zh' | 'en'): JsonObject[] {
  const pieces = splitBytes(words, limits.textBytes)
  return pieces.map((piece, i): JsonObject => {
    if (replies.length === 0 || i < pieces.length - 1) return { msgtype: 'text', text: { content: piece } }
    const list = replies.map((content, n) => ({ id: String(n + 1), content }))
    const head = piece === '' ? (lang === 'zh' ? '请选择：' : 'Please choose:') : piece
    return { msgtype: 'msgmenu', msgmenu: { head_content: head, list, tail_content: '' } }
  })
}

/** The template message for this one; nothing when the account has no template. */
function templateOf(out: Outbound, words: string, config: WechatOaConfig): JsonObject {
  const { templateId, templateFields } = config
  if (templateId === null) return {}
  const values: Readonly<Record<string, string>> = {
    reference: out.reference,
    text: words.replace(/\s+/g, ' '),
    title: out.card?.title ?? out.subject ?? out.reference,
  }
  const data = templateFields.map((line) => {
    const at = line.indexOf('=')
    const name = line.slice(0, at)
    // The time is that of sending: deliver knows it.
    const value = line.slice(at + 1).replace(/\{(reference|text|title)\}/g, (_, key: string) => values[key]!)
    return [name, { value: shortened(name, value) }] as const
  })
  const url = out.card?.buttons.find((button) => button.url)?.url
  return { template: { template_id: templateId, data: Object.fromEntries(data), ...(url ? { url } : {}) } }
}

/** WeChat refuses longer values by the kind of field, e.g. 20 characters for `thing`. */
function shortened(name: string, value: string): string {
  const most = name.startsWith('thing') ? limits.templateThing : limits.templateText
  const points = [...value]
  return points.length <= most ? value : `${points.slice(0, most - 1).join('')}…`
}
