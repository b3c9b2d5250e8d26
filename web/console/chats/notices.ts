import { useEffect, useRef, useSyncExternalStore } from 'react'
import { language, say } from '../../ui/language.ts'
import { chatWords } from '../words/chats.ts'
import type { Chat } from './list.tsx'

/** `ask`: nobody decided yet; `blocked`: the browser forbids it; `none`: there is no such thing here (plain http). */
export type Notices = 'on' | 'ask' | 'blocked' | 'none'

const listeners = new Set<() => void>()

function state(): Notices {
  if (typeof Notification === 'undefined' || !isSecureContext) return 'none'
  if (Notification.permission === 'granted') return 'on'
  return Notification.permission === 'denied' ? 'blocked' : 'ask'
}

/** Whether the browser shows notices of this site. */
export function useNotices(): Notices {
  return useSyncExternalStore((listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }, state)
}

/** Asks the person; only a press of a button may. */
export function askForNotices(): void {
  void Notification.requestPermission().then(() => {
    for (const each of listeners) each()
  })
}

/** Chats that are new to the person, and those in which the customer spoke since the lists were last seen. */
export function spokenSince(
  before: ReadonlyMap<string, string>,
  now: readonly Pick<Chat, 'id' | 'lastMessageAt' | 'lastDirection'>[],
): readonly string[] {
  return now
    .filter(
      (each) =>
        !before.has(each.id) || (each.lastDirection === 'in' && before.get(each.id) !== each.lastMessageAt),
    )
    .map((each) => each.id)
}

/** Shows a notice for each of the person's chats that is new or in which a customer spoke while the page was not looked at. */
export function useDesktopNotices(mine: readonly Chat[] | undefined, open: (id: string) => void): void {
  const seen = useRef<ReadonlyMap<string, string> | null>(null)
  useEffect(() => {
    if (!mine) return
    const before = seen.current
    seen.current = new Map(mine.map((each) => [each.id, each.lastMessageAt]))
    // A page on the second screen is in sight, but nobody looks at it while they type elsewhere.
    const away = document.hidden || !document.hasFocus()
    if (before === null || !away || state() !== 'on') return
    const spoken = new Set(spokenSince(before, mine))
    for (const chat of mine.filter((each) => spoken.has(each.id))) {
      const name = chat.customerName ?? say(chatWords, language.get(), 'unknownCustomer')
      const body = say(chatWords, language.get(), 'notifyText', { name, text: chat.last })
      // The same tag replaces the notice before: one for each chat.
      const notice = new Notification(say(chatWords, language.get(), 'title'), { body, tag: chat.id })
      notice.onclick = () => {
        window.focus()
        open(chat.id)
        notice.close()
      }
    }
  }, [mine, open])
}
