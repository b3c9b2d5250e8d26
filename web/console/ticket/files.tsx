import { Button } from 'antd'
import { type ChangeEvent, useRef, useState } from 'react'
import { Refused, request } from '../../ui/api.ts'
import { Icon } from '../../ui/icons.tsx'
import { useWords } from '../../ui/language.ts'
import { randomKey } from '../../ui/random.ts'
import { fileWords } from '../words/ticket.ts'

/** What the hub made of an uploaded file. */
export interface StoredFile {
  readonly hash: string
  readonly contentType: string
  readonly size: number
  readonly name: string
}

interface Chosen {
  readonly key: string
  readonly file: File
  readonly stored?: StoredFile
  readonly error?: string
}

/** Most files of one answer; the hub's own limit. */
const most = 10

async function upload(file: File): Promise<StoredFile> {
  const body = new FormData()
  body.set('file', file, file.name || 'file')
  return await request<StoredFile>('/api/media', { method: 'POST', body })
}

/** The files of an answer: chosen, pasted or dropped; stored at once, so that sending is quick. */
export function useFiles() {
  const [chosen, setChosen] = useState<readonly Chosen[]>([])
  const settle = (key: string, outcome: Pick<Chosen, 'stored' | 'error'>) =>
    setChosen((all) => all.map((each) => (each.key === key ? { ...each, ...outcome } : each)))
  const store = (each: Chosen) =>
    upload(each.file).then(
      (stored) => settle(each.key, { stored }),
      (error: unknown) =>
        settle(each.key, { error: error instanceof Refused ? error.message : String(error) }),
    )
  return {
    chosen,
    stored: chosen.flatMap((each) => (each.stored ? [each.stored] : [])),
    /** One is on its way, or was refused and has to be taken out first. */
    unready: chosen.some((each) => !each.stored),
    add(files: Iterable<File>) {
      const fresh = [...files].slice(0, most - chosen.length).map((file) => ({ key: randomKey(), file }))
      setChosen((all) => [...all, ...fresh])
      for (const each of fresh) void store(each)
    },
    remove: (key: string) => setChosen((all) => all.filter((each) => each.key !== key)),
    /** Those that were sent go; what was added meanwhile stays. */
    clear: (sent: readonly StoredFile[]) =>
      setChosen((all) => all.filter((each) => !each.stored || !sent.includes(each.stored))),
  }
}

type Files = ReturnType<typeof useFiles>

/** The button that chooses files. */
export function FileButton({ files, disabled }: { files: Files; disabled: boolean }) {
  const t = useWords(fileWords)
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        onChange={(event: ChangeEvent<HTMLInputElement>) => {
          files.add(event.target.files ?? [])
          event.target.value = ''
        }}
      />
      <Button
        type="text"
        icon={<Icon name="clip" />}
        aria-label={t('attach')}
        title={t('attachHint')}
        disabled={disabled || files.chosen.length >= most}
        onClick={() => input.current?.click()}
      />
    </>
  )
}

/** The chosen files and what became of each. */
export function FileList({ files }: { files: Files }) {
  const t = useWords(fileWords)
  if (files.chosen.length === 0) return null
  return (
    <ul className="chosen-files" aria-label={t('attached')}>
      {files.chosen.map((each) => (
        <li key={each.key} className={each.error ? 'file file-off' : 'file'}>
          <Icon name="clip" />
          {each.file.name}
          <span className="quiet" role="status">
            {each.error ?? (each.stored ? '' : t('uploading'))}
          </span>
          <Button
            type="text"
            size="small"
            icon={<Icon name="close" size={12} />}
            aria-label={t('detach', { name: each.file.name })}
            onClick={() => files.remove(each.key)}
          />
        </li>
      ))}
    </ul>
  )
}
