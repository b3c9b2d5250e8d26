import { Select, type SelectProps } from 'antd'
import { useWords } from '../../ui/language.ts'
import { directoryWords } from '../words/directory.ts'

/** Values that have a name of their own: any, the whole country, the languages that the house speaks. Anything else is its own name. */
export function useValueName(): (value: string) => string {
  const t = useWords(directoryWords)
  const names: Readonly<Record<string, string>> = {
    '*': t('any'),
    CN: t('everywhere'),
    zh: t('chinese'),
    en: t('english'),
  }
  return (value) => names[value] ?? value
}

/** A box of words: some to choose, others are typed; a comma of either kind ends one. */
export function TagsBox({ values, ...box }: SelectProps<string[]> & { readonly values?: readonly string[] }) {
  const nameOf = useValueName()
  return (
    <Select
      {...box}
      mode="tags"
      tokenSeparators={[',', '\uff0c', '、']}
      {...(values
        ? { options: values.map((value) => ({ value, label: nameOf(value) })) }
        : { open: false, suffixIcon: null })}
    />
  )
}
