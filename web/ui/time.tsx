import { useSyncExternalStore } from 'react'
import { type Language, language } from './language.ts'
import { inBusinessZone } from './zone.ts'

let nowMs = Date.now()
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

/** The moment, renewed every ten seconds, so that relative times never look newer than they are. */
export function useNow(): number {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      timer ??= setInterval(() => {
        nowMs = Date.now()
        for (const each of listeners) each()
      }, 10_000)
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0) return
        clearInterval(timer)
        timer = undefined
      }
    },
    () => nowMs,
  )
}

const units = [
  [86_400_000, '天', 'd'],
  [3_600_000, '小时', 'h'],
  [60_000, '分钟', 'min'],
] as const

/** A length of time in its one or two largest units: 1 小时 20 分钟, 3 d 2 h. */
export function duration(ms: number, lang: Language): string {
  const absolute = Math.abs(ms)
  const at = units.findIndex(([size]) => absolute >= size)
  if (at === -1) return lang === 'zh' ? '不到 1 分钟' : '< 1 min'
  const parts: string[] = []
  let rest = absolute
  for (const [size, zh, en] of units.slice(at, at + 2)) {
    const count = Math.floor(rest / size)
    rest -= count * size
    if (count > 0) parts.push(lang === 'zh' ? `${count} ${zh}` : `${count} ${en}`)
  }
  return parts.join(' ')
}

/** The exact moment for people, in the business's zone. */
export function exact(ms: number, lang: Language): string {
  return new Intl.DateTimeFormat(lang === 'zh' ? 'zh-CN' : 'en-GB', {
    ...inBusinessZone(),
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hour12: false,
  }).format(ms)
}

/** 刚刚, 5 分钟前, 3 h ago; a future moment is said as 后 / in. */
export function relative(ms: number, now: number, lang: Language): string {
  const difference = now - ms
  if (Math.abs(difference) < 60_000) return lang === 'zh' ? '刚刚' : 'just now'
  const [size, zh, en] = units.find(([each]) => Math.abs(difference) >= each) ?? units[2]
  const count = Math.floor(Math.abs(difference) / size)
  if (lang === 'zh') return `${count} ${zh}${difference > 0 ? '前' : '后'}`
  return difference > 0 ? `${count} ${en} ago` : `in ${count} ${en}`
}

/** A moment: relative in the text, exact when pointed at. */
export function Moment({ at, className }: { at: string | number; className?: string }) {
  const now = useNow()
  const lang = language.use()
  const ms = typeof at === 'number' ? at : Date.parse(at)
  return (
    <time className={className} dateTime={new Date(ms).toISOString()} title={exact(ms, lang)}>
      {relative(ms, now, lang)}
    </time>
  )
}
