import { useLabelled, useWords } from '../../ui/language.ts'
import { evaluationWords } from '../words/evaluation.ts'
import { fieldWords, intentWords, sentimentWords, urgencyWords } from '../words/terms.ts'

const parts = {
  province: ['省', 'province'],
  city: ['市', 'city'],
  district: ['区县', 'district'],
  detail: ['详细', 'detail'],
} as const

/** A judged field in words; parts of the address behind it. */
export function useFieldName(): (field: string) => string {
  const t = useWords(evaluationWords)
  const name = useWords(fieldWords)
  const part = useWords(parts)
  return (field) => {
    if (field === 'all') return t('all')
    // a field of a form's own is known by its title
    if (field.startsWith('custom.')) return field.slice('custom.'.length)
    const [first, second] = field.split('.') as [keyof typeof fieldWords, keyof typeof parts | undefined]
    return second ? `${name(first)} · ${part(second)}` : name(first)
  }
}

/** A class in words; what is none stays as it is. */
export function useClassName(): (field: string, value: string) => string {
  const t = useWords(evaluationWords)
  const intent = useWords(intentWords)
  const urgency = useWords(urgencyWords)
  const sentiment = useWords(sentimentWords)
  return (field, value) => {
    if (value === '') return t('nothing')
    if (field === 'is_repeat_contact') return t(value === 'true' ? 'yes' : 'no')
    if (field === 'intent' && value in intentWords) return intent(value as keyof typeof intentWords)
    if (field === 'urgency' && value in urgencyWords) return urgency(value as keyof typeof urgencyWords)
    if (field === 'sentiment' && value in sentimentWords)
      return sentiment(value as keyof typeof sentimentWords)
    return value
  }
}

/** What spoke for a class in words: words of the conversation as they are, what the rules found by what it is. */
export function useVoiceName(): (voice: string) => string {
  const labelled = useLabelled()
  const t = useWords(evaluationWords)
  const intent = useWords(intentWords)
  const urgency = useWords(urgencyWords)
  const sentiment = useWords(sentimentWords)
  return (voice) => {
    const [, kind, of] = /^(cue|sign|intent):(.+)$/.exec(voice) ?? []
    if (!kind || !of) return voice
    const word = t(`voice_${kind as 'cue' | 'sign' | 'intent'}`)
    if (of in intentWords) return labelled(word, intent(of as keyof typeof intentWords))
    if (of in urgencyWords) return labelled(word, urgency(of as keyof typeof urgencyWords))
    if (of in sentimentWords) return labelled(word, sentiment(of as keyof typeof sentimentWords))
    return labelled(word, of)
  }
}

/** A value of any field as text. */
export function shownValue(value: unknown): string {
  if (value === null || value === undefined) return '—'
  if (typeof value === 'object') return Object.values(value).filter(Boolean).join(' ')
  return String(value)
}
