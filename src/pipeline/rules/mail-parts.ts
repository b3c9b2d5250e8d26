/** Where a mail quotes what somebody else wrote before. */
const quoteStart =
  /^[ \t]*(?:-{2,}\s*(?:原始邮件|原邮件|Original Message|转发的?邮件|Forwarded message|转发邮件信息|回复的?原邮件)|(?:在|On) ?.{4,80}(?:写道|wrote)\s*[:：]|_{10,}$|发自我的.{0,20}\s*-{2,})/im
/** The head of a quoted mail as Outlook writes it, without any line above it. */
const quotedHead =
  /^[ \t]*(?:From|发件人|寄件人)\s*[:：].+\n[ \t]*(?:Sent|Date|To|发送时间|日期|时间|收件人)\s*[:：]/im
const headerLine =
  /^[ \t>]*(?:发件人|寄件人|收件人|抄送|日期|时间|发送时间|主题|发送日期|From|To|Cc|Date|Sent|Subject)\s*[:：].*$/i
const quotedLine = /^[ \t]*>.*$/
const asksForQuote =
  /^\s*(?:主题|Subject)\s*[:：]\s*(?:\[[^\]]*\]\s*)?(?:Fwd?|FW|转发|转)\s*[:：]|(?:按|看|见|参考|处理)(?:一下)?(?:下面|下方|以下|附件|如下)|see below|as below|forwarding/i
const machineLine =
  /^\s*(?:[—–-]{1,2}\s*)?(?:此邮件由|发自我的|发送自|Sent from my|来自我的|从我的|Get Outlook for|本邮件及其附件|This e-?mail (?:and|is)).*$/i

const handsOver =
  /直接(?:联系|找|打给|和|跟)(?!我)|不用回我|别回我|(?:contact|call|ring) (?:them|him|her|the (?:shop|store|site)) directly/i

/**
 * The text with what is not the sender's own request blanked out by line breaks, length unchanged: quoted mails, header
 * lines, machine signatures. When the sender forwards a mail ("按下面处理"), the forwarded words are the request and stay.
 */
export function ownWords(text: string): string {
  if (!/\n/.test(text)) return text
  const quote = firstQuote(text)
  const head = quote ? text.slice(0, quote.index) : text
  const end = quote && !asksForQuote.test(head) ? quote.index : text.length
  // 请直接联系店里，不用回我: who hands a mail on with these words is not whom to call
  const leaves = quote && end === text.length ? handsOver.exec(head) : null
  const signed = leaves ? text.indexOf('\n', leaves.index) : text.length
  const lines: string[] = []
  let at = 0
  for (const line of text.slice(0, end).split('\n')) {
    const forwardedHeader = quote !== null && at >= quote.index && headerLine.test(line)
    const signature = leaves !== null && quote !== null && at > signed && at < quote.index
    const foreign = quotedLine.test(line) || machineLine.test(line) || forwardedHeader || signature
    lines.push(foreign ? '\n'.repeat(line.length) : line)
    at += line.length + 1
  }
  return lines.join('\n') + '\n'.repeat(text.length - end)
}

/** Where what somebody else wrote begins. A head with nothing above it but a subject is that of a mail that is handed on. */
function firstQuote(text: string): RegExpExecArray | null {
  const marked = quoteStart.exec(text)
  const head = quotedHead.exec(text)
  if (!head || (marked && marked.index <= head.index)) return marked
  const own = text.slice(0, head.index).replace(/^\s*(?:主题|Subject)\s*[:：].*$/im, '')
  const handedOn = /^\s*(?:转发|转|Fwd?|FW)\s*[:：]/i.test(own)
  return !handedOn && /[\p{L}\p{N}]{2}/u.test(own) ? head : marked
}
