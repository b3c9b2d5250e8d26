import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { tell } from '../../ui/api.ts'
import { type Language, language } from '../../ui/language.ts'
import type { MessageView } from './conversation.ts'
import { type Answer, useAsk } from './hub.ts'

/** The languages of the hub, whether they can be translated, and whether that happens by itself. */
export function useLanguages() {
  return useAsk('translation.languages', {}).data
}

type Languages = Answer<'translation.languages'>
/** A language of the list. */
export type KnownLanguage = Languages['languages'][number]

/** The code in which a person reads. */
export const readersCode = (lang: Language) => (lang === 'zh' ? 'zh-CN' : 'en')

/** Both ways to write Chinese are one language to who reads. */
const primary = (code: string) => code.split('-')[0]

/** Whether a language is another one than the reader's; one that nobody is sure of is not. */
export function isForeign(code: string | null, reader: string): code is string {
  return code !== null && primary(code) !== primary(reader)
}

/** A language by its code. */
export function languageBy(known: Languages | undefined, code: string | null): KnownLanguage | undefined {
  return known?.languages.find((each) => each.code === code)
}

/** Attributes of an element with words of a language, so that it is written and read aloud rightly. */
export function written(known: Languages | undefined, code: string | null) {
  const found = languageBy(known, code)
  return found
    ? { lang: found.code, dir: found.rtl ? ('rtl' as const) : ('ltr' as const) }
    : { dir: 'auto' as const }
}

/** Reads the threads again in which something was translated. */
export function useReread(): () => Promise<unknown> {
  const client = useQueryClient()
  return () =>
    Promise.all(
      [['ticket-conversation'], ['conversation']].map((queryKey) => client.invalidateQueries({ queryKey })),
    )
}

/** Messages that one request takes. */
const most = 50

/** Where the workspace says so, has customers' messages in other languages translated as soon as they are seen. */
export function useAutomaticTranslation(messages: readonly MessageView[]): void {
  const lang = readersCode(language.use())
  const known = useLanguages()
  const reread = useReread()
  const asked = useRef(new Set<string>())
  useEffect(() => {
    if (!known?.automatic) return
    const wanted = messages.filter(
      (each) =>
        each.direction === 'in' &&
        each.text !== '' &&
        isForeign(each.lang, lang) &&
        !each.translations.some((made) => made.lang === lang) &&
        !asked.current.has(`${each.id} ${lang}`),
    )
    for (const conversationId of new Set(wanted.map((each) => each.conversationId))) {
      const ids = wanted.filter((each) => each.conversationId === conversationId).map(({ id }) => id)
      const messageIds = ids.slice(-most)
      for (const id of ids) asked.current.add(`${id} ${lang}`)
      // What is refused is said at the message that somebody asks for.
      void tell('translation.request', { conversationId, messageIds, lang }).then(reread, () => undefined)
    }
  }, [known, messages, lang, reread])
}
