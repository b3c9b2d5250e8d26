import { Button, Input } from 'antd'
import { useWords } from '../../ui/language.ts'
import { useAsk } from '../data/hub.ts'
import { boxWords, noticeNames } from '../words/boxes.ts'
import type { Bound } from './input.tsx'

interface Text {
  readonly zh: string
  readonly en: string
}
type Texts = Readonly<Record<string, Text>>

/** The texts that the hub has by nature, and those that replace them. */
export function NoticeTexts({ value, onChange, id, disabled, ...told }: Bound) {
  const t = useWords(boxWords)
  const named = useWords(noticeNames)
  const builtIn: Texts = useAsk('outbox.settings', {}).data?.builtIn ?? {}
  const own = (value ?? {}) as Texts
  const names = [...new Set([...Object.keys(builtIn), ...Object.keys(own)])]
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out in a line with its name
    <div role="group" id={id} aria-labelledby={`${id}-name`} aria-describedby={told['aria-describedby']}>
      {names.map((name) => {
        const text = own[name] ?? builtIn[name] ?? { zh: '', en: '' }
        const title = name in noticeNames ? named(name as keyof typeof noticeNames) : name
        const wrong = told['aria-invalid'] && (text.zh === '' || text.en === '')
        const languages = [
          ['zh', 'inChinese'],
          ['en', 'inEnglish'],
        ] as const
        return (
          <details key={name} className="notice-text" {...(wrong ? { open: true } : {})}>
            <summary>
              {title} {own[name] && <span className="tag">{t('ownText')}</span>}
            </summary>
            <div className="stack">
              {languages.map(([lang, word]) => (
                // biome-ignore lint/a11y/noLabelWithoutControl: the box is the child
                <label key={lang} className="field">
                  <span className="field-name">{t(word)}</span>
                  <Input.TextArea
                    rows={text[lang].split('\n').length + 1}
                    disabled={disabled}
                    aria-invalid={told['aria-invalid'] && text[lang] === ''}
                    aria-describedby={told['aria-describedby']}
                    maxLength={2000}
                    value={text[lang]}
                    onChange={(event) =>
                      onChange({ ...own, [name]: { ...text, [lang]: event.target.value } })
                    }
                  />
                </label>
              ))}
              {own[name] && builtIn[name] && !disabled && (
                <span>
                  <Button
                    size="small"
                    onClick={() => {
                      const { [name]: _, ...others } = own
                      onChange(others)
                    }}
                  >
                    {t('backToText')}
                  </Button>
                </span>
              )}
            </div>
          </details>
        )
      })}
    </div>
  )
}
