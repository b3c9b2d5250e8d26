import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { ask } from '../../ui/api.ts'
import { useWords } from '../../ui/language.ts'
import type { ReadValue } from '../data/ticket.ts'
import { useSettled } from '../parts/settled.ts'
import { ticketWords } from '../words/ticket.ts'
import { type AddressParts, addressFrom, sameLevels } from './address-levels.ts'
import { Compound } from './compound.tsx'
import type { EditorProps } from './field-editor.tsx'
import { valueText } from './field-text.ts'

/** Shorter texts name no division and a street. */
const leastChars = 4

/** The hub's reader of addresses, asked for one text. */
const reading = (text: string) => ({
  queryKey: ['address', text],
  staleTime: 600_000,
  retry: false,
  queryFn: async ({ signal }: { signal: AbortSignal }) => {
    const said = await ask<{ fields: { address?: ReadValue } }>('ticket.prefill', { said: text }, signal)
    return (said.fields.address?.value ?? null) as AddressParts | null
  },
})

const full = (value: Partial<AddressParts> | null | undefined): AddressParts => ({
  province: value?.province ?? null,
  city: value?.city ?? null,
  district: value?.district ?? null,
  detail: value?.detail ?? null,
})

/**
 * The address by its levels. A whole address in the box of street and number gives its levels away: they are shown in
 * their boxes before they are saved.
 */
export function AddressEditor({ value, edit, save, cancel }: EditorProps) {
  const t = useWords(ticketWords)
  const client = useQueryClient()
  const before = (edit.refused ? edit.typed : value) as Partial<AddressParts> | null | undefined
  const [draft, setDraft] = useState(() => full(before))
  const [hurried, setHurried] = useState('')
  const typed = draft.detail?.trim() ?? ''
  const settled = useSettled(typed)
  const worth = typed.length >= leastChars && typed !== before?.detail
  const read = useQuery({ ...reading(typed), enabled: worth && (settled === typed || hurried === typed) })
  const found = worth ? addressFrom(typed, read.data ?? undefined, draft) : null
  const shown = found ? { ...found, detail: draft.detail } : draft
  const submit = async () => {
    if (worth && read.data === undefined && !read.error) {
      setHurried(typed)
      const levels = await client.fetchQuery(reading(typed)).catch(() => null)
      const late = addressFrom(typed, levels ?? undefined, draft)
      // Nobody has seen these levels yet: they are shown, and saved when asked again.
      if (late && !sameLevels(late, draft)) return
    }
    // The division code belongs to the old words; the hub finds the new one.
    await save({ ...(found ?? draft), adcode: null })
  }
  return (
    <Compound
      type="text"
      parts={[
        { key: 'province', label: t('province') },
        { key: 'city', label: t('city') },
        { key: 'district', label: t('district') },
        { key: 'detail', label: t('detail'), wide: true },
      ]}
      value={{ ...shown }}
      // Whoever corrects a level corrects what was read; the rest of the text is the detail then.
      change={(key, text) => setDraft({ ...(found && key !== 'detail' ? found : draft), [key]: text })}
      submit={submit}
      cancel={cancel}
    >
      {found && (
        <p className="quiet wide" role="status">
          {t('addressRead', { address: valueText('address', found, '', '') })}
        </p>
      )}
    </Compound>
  )
}
