import { useWords } from '../../ui/language.ts'
import { contactWords } from '../words/contacts.ts'

/** Begins the id of a mail sender whose address the receiving server calls forged (src/contract/message.ts). */
const unauthenticated = 'unauthenticated: '

/** How a person is called on a channel: their name there, or the address or number. */
export function useKnownAs(): (identity: {
  readonly displayName: string | null
  readonly externalId: string
}) => string {
  const t = useWords(contactWords)
  return ({ displayName, externalId }) => {
    if (!externalId.startsWith(unauthenticated)) return displayName ?? externalId
    return t('unauthenticated', { address: externalId.slice(unauthenticated.length) })
  }
}
