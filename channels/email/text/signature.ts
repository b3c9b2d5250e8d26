import { isRule } from './quotes.ts'

/** Who signs: lets the address card that QQ and Foxmail put below a mail be recognised. */
export interface Signer {
  readonly name: string
  readonly address: string
}

const program =
  'iphone|ipad|android|outlook|windows|foxmail|gmail|yahoo|proton|samsung|galaxy|huawei|honor|xiaomi|redmi|oppo|vivo|pixel|mail|mobile|phone|tablet|邮箱|邮件|郵件|手机|手機|平板|客户端|企业微信|微信|钉钉|飞书|华为|荣耀|小米|红米|三星'

/** Lines that a phone or a mail program adds by itself. */
const devices = new RegExp(
  [
    '(?:发|發)自(?:我的|于)?\\s?.{1,40}',
    `(?:来|來)自(?:我的)?\\s?.{0,20}(?:${program}).{0,12}`,
    `(?:从|從|通过|使用)(?:我的)?\\s?.{0,20}(?:${program}).{0,12}(?:发送|發送|傳送)`,
    `sent (?:from|via|using) (?:my |the )?.{0,30}(?:${program}).{0,40}`,
    'sent from my .{1,40}',
    '(?:get|获取|下载|取得)\\s?outlook.{0,40}',
    'von meinem .{1,40}gesendet',
    `gesendet (?:von|mit) .{0,30}(?:${program}).{0,40}`,
    `envoyé (?:de|depuis|à partir de) .{0,30}(?:${program}).{0,40}`,
    `(?:enviado desde|inviato da|verzonden vanaf|verstuurd vanaf) .{0,30}(?:${program}).{0,40}`,
    '.{1,30}から送信',
  ]
    .map((line) => `^${line}$`)
    .join('|'),
  'i',
)

/** Phrases that close a letter; what follows is a signature. */
const closings =
  /^(?:此致|此致敬礼|敬礼|敬禮|祝好|祝商祺|顺祝商祺|顺颂商祺|順頌商祺|商祺|致礼|以上|祝(?:您|你)?(?:工作|生活|身体|一切)?(?:愉快|顺利|健康|安好)|best|best regards|best wishes|all the best|kind regards|kindest regards|warm regards|warmest regards|with best regards|with kind regards|regards|br|rgds|b\. ?rgds|sincerely|sincerely yours|yours sincerely|yours faithfully|yours truly|respectfully|cheers|thanks and regards|thanks & regards|thanks and best regards|many thanks|mit freundlichen grüßen|mit freundlichem gruß|viele grüße|beste grüße|freundliche grüße|mfg|cordialement|bien cordialement|saludos|un saludo|atentamente|cordiali saluti|met vriendelijke groet|以上、?よろしくお願いいたします)$/i
/** Thanks that close only when a name follows. */
const thanks =
  /^(?:谢谢|谢谢您|多谢|感谢|thanks|thank you|thx|thanks a lot|thanks in advance|danke|merci|gracias)$/i

const contact =
  /@|https?:|www\.|(?:电话|手机|传真|地址|邮编|邮箱|网址|公司|微信|tel|fax|phone|mobile|mob|cell|e-?mail|web|address|add|ltd|inc|gmbh|co\.)/i

const disclaimers =
  /^(?:本(?:邮件|電郵|电子邮件)|此(?:邮件|电子邮件)|该邮件|免责声明|保密声明|法律声明|this (?:e-?mail|message|communication|mail)|the (?:information|contents?) (?:contained )?(?:in|of) this|confidential|disclaimer|notice:|important notice)/i
const disclaimerWords = /保密|机密|误收|收件人|删除|confidential|privileged|intended|recipient|disclos/i

/** The line at which the signature below a text begins; the number of lines when there is none. */
export function signatureStart(lines: readonly string[], signer: Signer): number {
  let end = disclaimerStart(lines)
  for (const find of [delimiterStart, closingStart, ruledCardStart, deviceStart, ownCardStart]) {
    const found = find(lines.slice(0, end), signer)
    if (found !== null) end = found
  }
  return end
}

function bare(line: string): string {
  return line.replace(/^[\s<*>[\]|]+/, '').replace(/[\s<*>[\]|,.!~\uff0c\u3002\uff01]{1,20}$/, '')
}

/** An empty line, or one of the empty table rows that NetEase's app draws around a name card. */
function isBlank(line: string): boolean {
  return /^[|\s]*$/.test(line)
}

/** `-- ` on a line of its own (RFC 3676 section 4.3), with few lines below it. */
function delimiterStart(lines: readonly string[]): number | null {
  for (let at = Math.max(0, lines.length - 25); at < lines.length; at++) {
    if (/^\s{0,2}(?:--|—|――)\s{0,2}$/.test(lines[at]!)) return at
  }
  return null
}

function deviceStart(lines: readonly string[]): number | null {
  let seen = 0
  for (let at = lines.length - 1; at >= 0 && seen < 4; at--) {
    const line = lines[at]!
    if (isBlank(line)) continue
    seen++
    const text = bare(
      line.replace(/\((?:https?|mailto):[^)\s]{1,300}\)/g, '').replace(/<https?:[^>\s]{1,300}>/g, ''),
    )
    if (text.length <= 80 && devices.test(text)) return at
  }
  return null
}

function closingStart(lines: readonly string[]): number | null {
  let seen = 0
  for (let at = lines.length - 1; at > 0 && seen < 30; at--) {
    const line = lines[at]!
    if (isBlank(line)) continue
    seen++
    if (line.length > 110) return null
    const text = bare(line)
    const below = lines.slice(at + 1).filter((entry) => !isBlank(entry))
    if (closings.test(text)) return firstClosing(lines, at)
    if (thanks.test(text) && below.length > 0 && below.length <= 8 && isName(below[0]!)) return at
  }
  return null
}

/** 此致 and 敬礼 stand on two lines; the upper one begins the signature. Null when nothing is written above. */
function firstClosing(lines: readonly string[], at: number): number | null {
  let first = at
  for (let n = at - 1; n >= 0; n--) {
    if (isBlank(lines[n]!)) continue
    if (!closings.test(bare(lines[n]!))) return first
    first = n
  }
  return null
}

/** A short line without digits or sentence marks: a name, as it stands below a letter. */
function isName(line: string): boolean {
  const text = line.trim()
  return text.length <= 30 && !/[\d@,?!;:\u3002\uff0c\uff1f\uff01\uff1b\uff1a]/.test(text)
}

/** A name card below a ruled line. */
function ruledCardStart(lines: readonly string[]): number | null {
  for (let at = Math.max(1, lines.length - 14); at < lines.length; at++) {
    if (!isRule(lines[at]!)) continue
    const below = lines.slice(at + 1).filter((line) => !isBlank(line))
    if (below.length === 0 || below.some((line) => line.length > 90)) continue
    // Eighteen dashes are what QQ Mail puts above a signature.
    if (below.some((line) => contact.test(line)) || /^-{16,20}$/.test(lines[at]!.trim())) return at
  }
  return null
}

/** The sender's own name or address as the last lines: what QQ, Foxmail and NetEase add. */
function ownCardStart(lines: readonly string[], signer: Signer): number | null {
  const last = lastLine(lines, lines.length)
  const text = bare(lines[last] ?? '')
  // A name in the middle of a paragraph is what it talks about.
  const isApart = isBlank(lines[last - 1] ?? '') || /[.!?~\u3002\uff01\uff1f]\s*$/.test(lines[last - 1] ?? '')
  if (signer.name !== '' && text === signer.name && last > 0 && isApart) return last
  const address = text.toLowerCase().replace(/^mailto:/, '')
  if (signer.address === '' || !(address === signer.address || address.endsWith(`: ${signer.address}`)))
    return null
  const above = lastLine(lines, last)
  const name = bare(lines[above] ?? '')
  const isAlone = isBlank(lines[above - 1] ?? '')
  return name !== '' && (name === signer.name || (name.length <= 12 && isName(name) && isAlone))
    ? above
    : last
}

function lastLine(lines: readonly string[], end: number): number {
  let at = end - 1
  while (at >= 0 && isBlank(lines[at]!)) at--
  return at
}

function disclaimerStart(lines: readonly string[]): number {
  for (let at = Math.max(1, lines.length - 30); at < lines.length; at++) {
    const text = lines[at]!.replace(/^[\s*_-]+/, '')
    const rest = lines
      .slice(at, at + 6)
      .join(' ')
      .slice(0, 3000)
    if (disclaimers.test(text) && disclaimerWords.test(rest.slice(text.length > 12 ? 8 : 0))) return at
  }
  return lines.length
}
