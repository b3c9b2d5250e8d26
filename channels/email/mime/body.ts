import { limits } from '../limits.ts'
import { headingOf } from '../text/heading.ts'
import { readableText, safeHtml, trimLines } from '../text/html.ts'
import { readCalendar } from './calendar.ts'
import { decodeText } from './charset.ts'
import { safeFileName } from './filename.ts'
import { unflow } from './flowed.ts'
import { readTnef } from './tnef.ts'
import { type MimePart, readTree } from './tree.ts'
import { findUuFile } from './uuencode.ts'

/** A file that came with a mail. */
interface MailFile {
  readonly name: string
  readonly contentType: string
  readonly contentId: string | undefined
  readonly inline: boolean
  readonly content: Uint8Array
}

/** What a part tree says and carries. */
export interface MailBody {
  /** The whole readable text, quotes and signature included. */
  readonly text: string
  /** Sanitised HTML; null when the mail has none. */
  readonly html: string | null
  readonly files: readonly MailFile[]
  /** The parts of a multipart/report besides its words (RFC 3464, RFC 8098). */
  readonly reports: readonly MimePart[]
  readonly damage: readonly string[]
}

interface Block {
  plain: string
  html: string
}

interface Collected {
  readonly blocks: Block[]
  readonly files: (Omit<MailFile, 'inline'> & { readonly disposition: string; readonly related: boolean })[]
  readonly reports: MimePart[]
  readonly calendars: string[]
  /** Words of messages attached as files: shown when the mail itself says nothing. */
  readonly attached: string[]
  readonly damage: Set<string>
}

interface Place {
  readonly related: boolean
  readonly report: boolean
  readonly nested: number
}

const plainTypes = new Set(['text/plain', 'text/enriched', 'text/richtext'])

/** Puts together the words, the HTML and the files of a part tree. */
export function readBody(root: MimePart, nested = 0): MailBody {
  const found: Collected = {
    blocks: [],
    files: [],
    reports: [],
    calendars: [],
    attached: [],
    damage: new Set(),
  }
  collect(root, found, { related: false, report: false, nested })
  const hasHtml = found.blocks.some((block) => block.html !== '')
  const html = hasHtml ? found.blocks.map((block) => block.html || htmlOf(block.plain)).join('\n') : null
  const words = [...found.blocks.map(wordsOf), ...found.calendars].filter((text) => text.trim() !== '')
  const text = words.length > 0 ? words.join('\n\n') : found.attached.join('\n\n')
  return {
    text: trimLines(text).slice(0, limits.textLength).toWellFormed(),
    html,
    files: found.files.map(({ disposition, related, ...file }) => {
      const shown = file.contentId !== undefined && (html ?? '').includes(`cid:${file.contentId}`)
      const inline = shown || disposition === 'inline' || (related && disposition === '' && !!file.contentId)
      return { ...file, inline }
    }),
    reports: found.reports,
    damage: [...found.damage],
  }
}

function collect(part: MimePart, into: Collected, place: Place): void {
  if (part.parts.length === 0) {
    collectLeaf(part, into, place)
  } else if (part.type === 'multipart/alternative') {
    collectAlternative(part, into, place)
  } else {
    const inner = {
      ...place,
      related: place.related || part.type === 'multipart/related',
      report: place.report || part.type === 'multipart/report',
    }
    for (const child of part.parts) collect(child, into, inner)
  }
}

/** The same words in several forms: one block, so that they are shown once. */
function collectAlternative(part: MimePart, into: Collected, place: Place): void {
  const own: Collected = { ...into, blocks: [] }
  for (const child of part.parts) collect(child, own, place)
  const plain = own.blocks.find((block) => block.plain.trim() !== '')?.plain ?? ''
  const html = own.blocks.map((block) => block.html).filter((text) => text !== '')
  into.blocks.push({ plain, html: html.join('\n') })
}

function collectLeaf(part: MimePart, into: Collected, place: Place): void {
  const { type } = part
  const isFile = part.disposition === 'attachment'
  const isNamedInline =
    part.disposition === 'inline' && fileName(part) !== undefined && into.blocks.length > 0
  const isBody = !isFile && !isNamedInline
  if (place.report && /^(message\/|text\/rfc822-headers$)/.test(type)) {
    into.reports.push(part)
    if (type === 'message/rfc822') addFile(part, into, place)
  } else if (type === 'message/rfc822' || type === 'message/global') {
    collectMessage(part, into, place, isFile)
  } else if (isTnef(part) && collectTnef(part, into)) {
    // Its files and words were taken out of it.
  } else if (isBody && type === 'text/html') {
    addHtml(part, into)
  } else if (isBody && plainTypes.has(type)) {
    addPlain(part, into)
  } else if (!(isBody && type === 'text/x-amp-html')) {
    if (type === 'text/calendar' || type === 'application/ics') addCalendar(part, into)
    addFile(part, into, place)
  }
}

function addCalendar(part: MimePart, into: Collected): void {
  const text = readCalendar(textOf(part))
  if (text !== '' && !into.calendars.includes(text)) into.calendars.push(text)
}

function addHtml(part: MimePart, into: Collected): void {
  const source = textOf(part)
  const html = safeHtml(source)
  if (html !== '') into.blocks.push({ plain: '', html })
}

function addPlain(part: MimePart, into: Collected): void {
  let bytes = part.content.subarray(0, limits.textBytes)
  for (let n = 0; n < 20; n++) {
    const file = findUuFile(bytes)
    if (!file) break
    const kind = { type: 'application/octet-stream', disposition: 'attachment', contentId: undefined }
    pushFile({ ...kind, content: file.content }, file.name, into, false)
    bytes = Buffer.concat([bytes.subarray(0, file.start), bytes.subarray(file.end)])
  }
  const decoded = decodeText(bytes, part.params.charset)
  const isFlowed = part.params.format?.toLowerCase() === 'flowed'
  const text = isFlowed ? unflow(decoded, part.params.delsp?.toLowerCase() === 'yes') : decoded
  into.blocks.push({
    plain: part.type === 'text/plain' ? text : text.replace(/<[^<>]{0,200}>/g, ''),
    html: '',
  })
}

function collectMessage(part: MimePart, into: Collected, place: Place, isFile: boolean): void {
  if (place.nested >= limits.nestedMessages) {
    into.damage.add(`messages nested more than ${limits.nestedMessages} deep`)
    addFile(part, into, place)
    return
  }
  const tree = readTree(part.content)
  const inner = readBody(tree.root, place.nested + 1)
  for (const damage of [...tree.damage, ...inner.damage]) into.damage.add(damage)
  const text = `${headingOf(tree.root.fields)}\n\n${inner.text}`
  if (isFile) {
    into.attached.push(text)
    addFile(part, into, place)
    return
  }
  into.blocks.push({ plain: text, html: inner.html ?? '' })
  for (const { inline, ...file } of inner.files) {
    into.files.push({ ...file, disposition: inline ? 'inline' : 'attachment', related: false })
  }
}

function isTnef(part: MimePart): boolean {
  return (
    part.type === 'application/ms-tnef' ||
    part.type === 'application/vnd.ms-tnef' ||
    /^winmail\.dat$/i.test(fileName(part) ?? '')
  )
}

function collectTnef(part: MimePart, into: Collected): boolean {
  const tnef = readTnef(part.content)
  if (!tnef) return false
  // Outlook sends the words beside it as well, except when it does not.
  const isOnlyText = into.blocks.every((block) => block.plain.trim() === '' && block.html === '')
  if (isOnlyText && (tnef.text || tnef.html))
    into.blocks.push({ plain: tnef.text, html: safeHtml(tnef.html) })
  for (const file of tnef.files) {
    pushFile(
      { type: file.contentType, disposition: '', contentId: file.contentId, content: file.content },
      file.name,
      into,
      true,
    )
  }
  return true
}

function addFile(part: MimePart, into: Collected, place: Place): void {
  if (part.type.startsWith('multipart/') || (part.content.length === 0 && fileName(part) === undefined))
    return
  const subject = part.type === 'message/rfc822' ? subjectName(part) : undefined
  pushFile(part, fileName(part) ?? subject, into, place.related)
}

function pushFile(
  part: Pick<MimePart, 'type' | 'disposition' | 'contentId' | 'content'>,
  name: string | undefined,
  into: Collected,
  related: boolean,
): void {
  if (into.files.length >= limits.attachments) {
    into.damage.add(`more than ${limits.attachments} files`)
    return
  }
  into.files.push({
    name: safeFileName(name, part.type, into.files.length + 1),
    contentType: part.type,
    contentId: part.contentId,
    content: part.content,
    disposition: part.disposition,
    related,
  })
}

function fileName(part: MimePart): string | undefined {
  return part.dispositionParams.filename || part.params.name || undefined
}

function subjectName(part: MimePart): string | undefined {
  const subject = readTree(part.content.subarray(0, 64_000)).root.fields.find(
    (field) => field.name === 'subject',
  )
  return subject?.value ? `${subject.value.slice(0, 300)}.eml` : undefined
}

function textOf(part: MimePart): string {
  return decodeText(part.content.subarray(0, limits.textBytes), part.params.charset)
}

const excuses =
  /(?:view|read|display|see)[^.]{0,60}\bhtml\b|html[^.]{0,30}(?:viewer|capable|compatible|format)|does not support html|不支持\s?html|html\s?格式/i

/** The block as text: its plain form, unless that is only an excuse for the HTML one. */
function wordsOf(block: Block): string {
  const plain = trimLines(block.plain)
  if (block.html === '' || plain.length > 400) return plain
  const fromHtml = readableText(block.html)
  return plain === '' || excuses.test(plain) || plain.length * 5 < fromHtml.length ? fromHtml : plain
}

function htmlOf(plain: string): string {
  const escaped = plain.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
  return `<div>${escaped.replace(/\n/g, '<br />')}</div>`
}
