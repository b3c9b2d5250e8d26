/**
 * Where a quoted mail begins: the separators, header blocks and introductions that mail clients write above the mail
 * they answer. Works on lines, looks at a bounded number of them, and uses no pattern that backtracks.
 */

/** Words between two runs of dashes above an answered mail, in lower case without blanks. */
const separators = new Set([
  '原始邮件',
  '原始郵件',
  '原始信息',
  '原邮件',
  '邮件原件',
  '回复的原邮件',
  '回复的邮件',
  '原始约会',
  'original',
  'originalmessage',
  'originalmail',
  'originalemail',
  'originale-mail',
  'originalappointment',
  'repliedmessage',
  'repliedmail',
  'ursprünglichenachricht',
  'originalnachricht',
  "messaged'origine",
  'mensajeoriginal',
  'messaggiooriginale',
  'mensagemoriginal',
  'oorspronkelijkbericht',
  'oprindeligbesked',
  '元のメッセージ',
  '원본메시지',
  '원본메일',
])

/** The same above a mail that is passed on: what follows is what the person wants to say. */
const forwards = new Set([
  '转发邮件',
  '转发的邮件',
  '转发邮件信息',
  '轉寄郵件',
  '转发信息',
  '转发的消息',
  'forwardedmessage',
  'forwardedmail',
  'forwardedemail',
  'forwardedletter',
  'beginforwardedmessage',
  '下面是被转发的邮件',
  '以下是转发的邮件',
  '开始转发的邮件',
  'weitergeleitetenachricht',
])

type Label = 'from' | 'date' | 'to' | 'cc' | 'subject'

const labels: Readonly<Record<string, Label>> = Object.fromEntries(
  (
    [
      ['from', '发件人 發件人 寄件者 寄件人 发送人 差出人 送信者 from von de van da fra från'],
      [
        'date',
        '发送时间 发件时间 发送日期 日期 时间 時間 寄件日期 傳送時間 送信日時 日付 sent date gesendet datum envoyé enviado inviato sentat',
      ],
      ['to', '收件人 收件者 宛先 to an à para aan til'],
      ['cc', '抄送 抄送人 副本 cc kopie copie'],
      [
        'subject',
        '主题 主題 主旨 标题 件名 題名 subject betreff objet asunto oggetto onderwerp assunto ämne emne',
      ],
    ] as const
  ).flatMap(([label, names]) => names.split(' ').map((name) => [name, label])),
)

const maxLine = 600

/** Whether a line opens a mail that was passed on. */
export function isForwardMark(line: string): boolean {
  const words = separatorWords(line, 0)
  return words !== null && forwards.has(words)
}

/** The line after the introduction of a quoted mail that begins at `at`; null when none begins there. */
export function quoteIntroductionEnd(lines: readonly string[], at: number): number | null {
  const line = lines[at] ?? ''
  if (line.trim() === '' || line.length > maxLine) return null
  const words = separatorWords(line, 2)
  if (words !== null && separators.has(words)) return at + 1
  return headerBlockEnd(lines, at) ?? wroteLineEnd(lines, at)
}

/** Whether a line is only a rule, as clients draw above a quoted mail or a signature. */
export function isRule(line: string): boolean {
  const trimmed = line.trim()
  return trimmed.length >= 3 && /^[-_=*─—~\s]+$/.test(trimmed)
}

/** What stands between the dashes of a separator, without blanks; null when there are fewer dashes than asked for. */
function separatorWords(line: string, dashes: number): string | null {
  if (line.length > 200) return null
  // QQ writes the blanks of its separator as entities even where the text is plain
  const trimmed = line.replaceAll('&nbsp;', ' ').trim()
  const lead = /^[-_=*─—>|\s]*/.exec(trimmed)![0]
  if (lead.replace(/[\s|>]/g, '').length < dashes) return null
  let end = trimmed.length
  while (end > lead.length && /[-_=*─—|:：\s]/.test(trimmed[end - 1]!)) end--
  return trimmed.slice(lead.length, end).replace(/\s/g, '').toLowerCase()
}

/** From, Sent, To, Subject on lines of their own; with an address in them, since parcels have senders too. */
function headerBlockEnd(lines: readonly string[], at: number): number | null {
  if (labelOf(lines[at]!) !== 'from') return null
  const found = new Set<Label>()
  let hasAddress = false
  let end = at
  for (let n = at, others = 0; n < lines.length && n < at + 14 && others < 3; n++) {
    const line = lines[n]!
    const label = line.length > maxLine * 4 ? undefined : labelOf(line)
    if (label) {
      if (found.has(label)) break
      found.add(label)
      end = n + 1
      others = 0
    } else others++
    if (others < 2 && line.slice(0, maxLine).includes('@')) hasAddress = true
  }
  if (isFormBelow(lines, end)) return null
  const isFull = found.has('date') && found.has('subject')
  return found.size >= 2 && (hasAddress || isFull) ? end : null
}

/** A web form that mails what was typed into it goes on with its message as one more labelled line. */
function isFormBelow(lines: readonly string[], at: number): boolean {
  const next = lines.slice(at, at + 3).find((line) => line.trim() !== '') ?? ''
  return /^[\s|*]{0,10}(?:内容|正文|留言|留言内容|消息|详情|描述|问题描述|message|body|content|comments?)\s{0,3}\*?\s{0,3}[:\uff1a|]/i.test(
    next,
  )
}

function labelOf(line: string): Label | undefined {
  const head = line.slice(0, 60).replace(/^[\s>|*"']+/, '')
  const colon = head.search(/[:：|]/)
  if (colon < 1 || colon > 14) return undefined
  return labels[
    head
      .slice(0, colon)
      .replace(/[\s*\u3000|]/g, '')
      .toLowerCase()
  ]
}

const wrote =
  /(?:\bwrote|\bwrites|写道|寫道|来信|schrieb|écrit|escribió|scritto|escreveu|schreef|skrev|napisał|napisała|napisał\(a\)|пишет|написала?|のメッセージ|書きました|작성)\s{0,3}[:：]$/i
const wroteBefore = /\b(?:schrieb|schreef|skrev)\s[^:]{1,150}:$/i
/** Gmail in Japanese and others: date, name and address, and nothing about writing. */
const addressed = /<[^<>\s]{1,200}@[^<>\s]{1,200}>\s{0,3}[:\uff1a]$/
const opening =
  /^(?:On|At|Am|Le|El|Il|In data|Op|Em|Den|W dniu|Dnia)\s|^[在于於]|^\d{4}[-/年.]|^["“'<]|<[^<>\s]{1,200}@[^<>\s]{1,200}>\s?[於于在]\s?\d{4}/
const moment = /\d{1,4}\s?[-/.年]\s?\d{1,2}|\d{1,2}:\d{2}|\b(?:19|20)\d{2}\b/

/** `On …, … wrote:` and its sisters, also broken over up to four lines. */
function wroteLineEnd(lines: readonly string[], at: number): number | null {
  let joined = ''
  for (let n = at; n < lines.length && n < at + 4; n++) {
    const line = lines[n]!.replace(/^[\s>|]+/, '').trim()
    if (line === '' || (n > at && !opening.test(joined))) return null
    joined = joined === '' ? line : `${joined} ${line}`
    if (joined.length > maxLine) return null
    if (endsInWrote(joined)) return n + 1
  }
  return null
}

function endsInWrote(text: string): boolean {
  const bare = text.replace(/^-{2,}\s*/, '').replace(/\s{0,3}-{2,}$/, '')
  const isDashed = bare.length <= text.length - 4
  const said =
    wrote.test(bare) || wroteBefore.test(bare) || addressed.test(bare) || (isDashed && wrote.test(`${bare}:`))
  return said && (moment.test(bare) || (bare.includes('@') && !addressed.test(bare)))
}
