import { limits } from '../limits.ts'

interface Line {
  readonly name: string
  readonly params: string
  readonly value: string
}

const methods: Readonly<Record<string, string>> = {
  REQUEST: '日程邀请',
  CANCEL: '日程取消',
  REPLY: '日程答复',
  COUNTER: '日程改期建议',
  PUBLISH: '日程',
}

/** An iCalendar object (RFC 5545) as lines that a person can read; empty when it holds no event. */
export function readCalendar(text: string): string {
  const lines = contentLines(text)
  const method = lines.find((line) => line.name === 'METHOD')?.value.toUpperCase() ?? 'PUBLISH'
  const events: string[] = []
  let event: Line[] | null = null
  for (const line of lines) {
    if (line.name === 'BEGIN' && line.value.toUpperCase() === 'VEVENT') event = []
    else if (line.name === 'END' && line.value.toUpperCase() === 'VEVENT' && event) {
      events.push(describe(event, methods[method] ?? '日程'))
      event = null
    } else event?.push(line)
    if (events.length >= 20) break
  }
  return events.join('\n\n')
}

function describe(event: readonly Line[], title: string): string {
  const value = (name: string) => plain(event.find((line) => line.name === name)?.value ?? '')
  const when = (name: string) => {
    const line = event.find((entry) => entry.name === name)
    return line ? readableTime(line) : ''
  }
  const organiser = event.find((line) => line.name === 'ORGANIZER')
  const rows: [string, string][] = [
    ['时间', [when('DTSTART'), when('DTEND')].filter(Boolean).join(' – ')],
    ['重复', value('RRULE')],
    ['地点', value('LOCATION')],
    ['组织者', organiser ? person(organiser) : ''],
    ['说明', value('DESCRIPTION')],
  ]
  const shown = rows.filter(([, text]) => text !== '').map(([label, text]) => `${label}：${text}`)
  return [`${title}：${value('SUMMARY')}`, ...shown].join('\n')
}

/** `20261125T140000` with its zone as `2026-11-25 14:00 (Asia/Shanghai)`. */
function readableTime(line: Line): string {
  const found = /^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})\d{0,2}(Z)?)?/.exec(line.value)
  if (!found) return plain(line.value)
  const [, y, mo, d, h, mi, z] = found
  const zone = z ? 'UTC' : (/TZID="?([^";:]{1,60})/i.exec(line.params)?.[1] ?? '')
  return `${y}-${mo}-${d}${h ? ` ${h}:${mi}` : ''}${zone ? ` (${zone})` : ''}`
}

function person(line: Line): string {
  const name = /CN="?([^";:]{1,100})/i.exec(line.params)?.[1] ?? ''
  const address = line.value.replace(/^mailto:/i, '')
  return name && name !== address ? `${name} <${address}>` : address
}

function plain(value: string): string {
  return value
    .replace(/\\n/gi, '\n')
    .replace(/\\([,;\\])/g, '$1')
    .trim()
}

function contentLines(text: string): Line[] {
  const unfolded = text.slice(0, limits.textLength).replace(/\n[ \t]/g, '')
  const lines: Line[] = []
  for (const line of unfolded.split('\n')) {
    const colon = colonOutsideQuotes(line)
    if (colon <= 0) continue
    const [name = '', ...params] = line.slice(0, colon).split(';')
    lines.push({
      name: name.trim().toUpperCase(),
      params: params.join(';'),
      value: line.slice(colon + 1).trim(),
    })
  }
  return lines
}

function colonOutsideQuotes(line: string): number {
  let quoted = false
  for (let at = 0; at < line.length; at++) {
    if (line[at] === '"') quoted = !quoted
    else if (line[at] === ':' && !quoted) return at
  }
  return -1
}
