import type { Outbound, ProviderCall } from '../../src/contract/channel.ts'
import type { JsonObject } from '../../src/kernel/json.ts'
import { choicesText } from '../_kit/choices.ts'
import { splitText } from '../_kit/split-text.ts'
import { type CardCall, fileTypeOf, imageTypes, type Target, type TextCall } from './call.ts'
import { actionMessage, cardParams, fitsTemplate } from './card.ts'
import { type DingtalkConfig, robotCodeOf } from './config.ts'
import { limits } from './limits.ts'

/** Longest text that goes into the card itself, code points; a longer one is sent before it. */
const textInCard = 300

/** An outgoing message as calls to DingTalk: text, card, files. Pure. */
export function render(out: Outbound, config: DingtalkConfig): ProviderCall[] {
  const target = targetOf(out, config)
  const text = [out.text, choicesText(out)].filter(Boolean).join('\n\n')
  const inCard = out.card !== undefined && [...text].length <= textInCard
  const files = (out.attachments ?? []).flatMap((attachment) => fileCalls(attachment, target))
  const words = inCard ? '' : text
  const hasMore = out.card !== undefined || files.length > 0
  return [
    ...(words === '' && hasMore ? [] : textCalls(words, target)),
    ...(out.card ? [cardCall(out, inCard ? text : '', target, config)] : []),
    ...files,
  ]
}

/** Where it goes: into the group that the customer wrote in, or to the person. */
function targetOf(out: Outbound, config: DingtalkConfig): Target {
  const { chat, conversationId, nick, robotCode } = out.thread
  const by = typeof robotCode === 'string' && robotCode !== '' ? robotCode : robotCodeOf(config)
  if (chat === 'group' && typeof conversationId === 'string') {
    return { robotCode: by, conversationId, nick: typeof nick === 'string' ? nick : '' }
  }
  return { robotCode: by, userId: out.to }
}

function textCalls(text: string, target: Target): ProviderCall[] {
  // A robot cannot call anybody by @ in this way; the name says in a busy group who is meant.
  const prefix = 'conversationId' in target && target.nick ? `@${target.nick} ` : ''
  const pieces = splitText(prefix + text, limits.textLength)
  return pieces.map((content, i) => {
    const body: TextCall = { target, content }
    const label = pieces.length === 1 ? '文本 text' : `文本 text ${i + 1}/${pieces.length}`
    return { name: 'text', body: body as unknown as JsonObject, label }
  })
}

function cardCall(out: Outbound, text: string, target: Target, config: DingtalkConfig): ProviderCall {
  const { card, replaces, lang, messageId } = out
  const message = actionMessage(card!, text, lang)
  const outTrackId = card!.id ?? replaces?.cardId ?? messageId
  const native = config.cardTemplateId !== '' && fitsTemplate(card!)
  const body: CardCall = {
    target,
    message,
    ...(native
      ? {
          native: {
            outTrackId,
            cardTemplateId: config.cardTemplateId,
            callbackType: config.mode === 'stream' ? 'STREAM' : 'HTTP',
            params: cardParams(card!, text, lang),
            preview: [...(text.split('\n')[0] || card!.title)].slice(0, limits.messageTitle).join(''),
            update: replaces !== undefined,
          },
        }
      : {}),
  }
  const label = native ? (replaces ? '更新卡片 card update' : '卡片 card') : '按钮消息 message with buttons'
  return { name: 'card', body: body as unknown as JsonObject, label }
}

type Attachment = NonNullable<Outbound['attachments']>[number]

/** An image, a file, or, for what robots cannot send, a line that says so. */
function fileCalls({ name, contentType, hash, size }: Attachment, target: Target): ProviderCall[] {
  const kind = imageTypes.has(contentType) ? 'image' : fileTypeOf(name) ? 'file' : null
  if (kind === null || size > limits.mediaBytes) {
    const reason = kind === null ? '钉钉机器人不支持此类文件' : '超过 20 MB'
    return textCalls(`📎 ${name}（${reason}）`, target)
  }
  return [{ name: kind, body: { target, hash, name, contentType } as unknown as JsonObject, label: name }]
}
