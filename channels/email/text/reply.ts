import { isForwardMark, isRule, quoteIntroductionEnd } from './quotes.ts'
import { type Signer, signatureStart } from './signature.ts'

/** What a mail's author wrote, without what the program added. */
export interface Reply {
  /** Without quoted mails and signature; empty when nothing else was written. */
  readonly reply: string
  readonly signature: string
}

/** What is known about the mail around its text. */
export interface ReplyContext extends Signer {
  readonly subject: string
  /** Whether headers or subject say that it answers another mail. */
  readonly isReply: boolean
}

const forwardSubject = /^\s*(?:fwd?|wg|tr|转发|轉寄|转寄)\s*[:：]/i

/**
 * Takes quoted mails and the signature off a readable text, for Chinese and English clients. A mail that is passed on
 * keeps its content, answers written between quoted lines stay, and a first mail that would be nothing but quote is
 * left whole. Linear in the number of lines.
 */
export function stripReply(text: string, context: ReplyContext): Reply {
  const lines = text.replace(/[\u00a0\u2007\u202f]/g, ' ').split('\n')
  const own = forwardSubject.test(context.subject)
    ? { lines, passedOn: [] }
    : withoutQuotes(lines, context.isReply)
  const end = signatureStart(own.lines, context)
  const kept = own.lines.slice(0, end)
  if (end < own.lines.length) dropRulesAbove(kept)
  const reply = joined([...kept, ...own.passedOn])
  const signature = joined(own.lines.slice(end))
  if (reply === '' && !context.isReply && signature === '') return { reply: joined(lines), signature: '' }
  return { reply, signature }
}

function withoutQuotes(lines: readonly string[], isReply: boolean): { lines: string[]; passedOn: string[] } {
  const lastLine = lines.findLastIndex((line) => line.trim() !== '')
  const kept: string[] = []
  // a single marked line may be an arrow or a measure; several in an answer are the questions that it answers
  let isInterleaved = isReply && lines.filter((line) => /^\s*> ?\S/.test(line)).length >= 2
  for (let at = 0; at < lines.length; ) {
    const line = lines[at]!
    if (isForwardMark(line)) return { lines: kept, passedOn: lines.slice(at) }
    const introduced = quoteIntroductionEnd(lines, at)
    if (introduced !== null) {
      dropRulesAbove(kept)
      const quoted = quotedRun(lines, introduced)
      if (quoted.count === 0) return { lines: kept, passedOn: [] }
      isInterleaved = true
      at = quoted.end
      continue
    }
    const { end, count } = quotedRun(lines, at)
    if (count >= 2 || (count === 1 && (isInterleaved || end > lastLine))) {
      at = end
      continue
    }
    kept.push(line)
    at++
  }
  return { lines: kept, passedOn: [] }
}

/** A run of `>` lines that begins at `at`; empty lines before and inside it belong to it. */
function quotedRun(lines: readonly string[], at: number): { end: number; count: number } {
  let end = at
  let count = 0
  for (let n = at; n < lines.length; n++) {
    const line = lines[n]!.trimStart()
    if (line.startsWith('>')) {
      end = n + 1
      count++
    } else if (line !== '') break
  }
  return { end, count }
}

function dropRulesAbove(kept: string[]): void {
  while (kept.length > 0 && (kept.at(-1)!.trim() === '' || isRule(kept.at(-1)!))) kept.pop()
}

function joined(lines: readonly string[]): string {
  return lines
    .map((line) => (/^[|\s]+$/.test(line) ? '' : line.trimEnd()))
    .filter((line, at, all) => line !== '' || (at > 0 && all[at - 1] !== ''))
    .join('\n')
    .trim()
}
