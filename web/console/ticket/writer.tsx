import { Button, Input } from 'antd'
import type { TextAreaRef } from 'antd/es/input/TextArea.js'
import { useState } from 'react'
import { Refused } from '../../ui/api.ts'
import { Icon } from '../../ui/icons.tsx'
import { useWords } from '../../ui/language.ts'
import { Key } from '../parts/field.tsx'
import { ticketWords } from '../words/ticket.ts'
import { useDraft, useTryKey } from './drafts.ts'
import { FileButton, FileList, type StoredFile, useFiles } from './files.tsx'
import { Offer, type Snippet, useOffer } from './snippets.tsx'

const none: readonly never[] = []

/** Files that are pasted or dropped into a box are taken as files; text stays text. */
function intoFiles(add: (files: Iterable<File>) => void) {
  const take = (event: ClipboardEvent | DragEvent, data: DataTransfer | null) => {
    if (!data || data.files.length === 0) return
    event.preventDefault()
    add(data.files)
  }
  return {
    onPaste: (event: React.ClipboardEvent) => take(event.nativeEvent, event.clipboardData),
    onDrop: (event: React.DragEvent) => take(event.nativeEvent, event.dataTransfer),
  }
}

/** It was not sent because the person thought better of it: the text stays, and nothing is wrong. */
export class Withdrawn extends Error {
  override readonly name = 'Withdrawn'
}

/** One text with its own draft; a slash offers the kept answers. */
export function Writer({
  draftKey,
  placeholder,
  button,
  send,
  box,
  disabled,
  withFiles,
  focused,
  snippets = none,
}: {
  draftKey: string
  placeholder: string
  button: string
  /** `key` stays the same while the same text is tried again, so that sending twice is once. */
  send: (text: string, key: string, files: readonly StoredFile[]) => Promise<unknown>
  box: React.RefObject<TextAreaRef | null>
  disabled?: boolean
  /** Files can go with the text. */
  withFiles?: boolean
  /** Somebody is about to write here. */
  focused?: () => void
  /** Kept answers, their variables filled in. */
  snippets?: readonly Snippet[]
}) {
  const t = useWords(ticketWords)
  const [text, setText, clear] = useDraft(draftKey)
  const [busy, setBusy] = useState(false)
  /** Why the last try failed; until the text is touched or sent. */
  const [failed, setFailed] = useState<string | null>(null)
  const files = useFiles()
  const tryKey = useTryKey(draftKey)
  const ready = (text.trim() !== '' || files.stored.length > 0) && !files.unready && !busy && !disabled
  const offer = useOffer(text, snippets, setText)
  const submit = async () => {
    if (!ready) return
    setBusy(true)
    setFailed(null)
    // The next words can follow at once.
    box.current?.focus()
    const { stored } = files
    try {
      await send(text.trim(), tryKey.of(JSON.stringify([text, stored])), stored)
      tryKey.done()
      clear(text)
      files.clear(stored)
    } catch (error) {
      if (!(error instanceof Withdrawn)) setFailed(error instanceof Refused ? error.message : String(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <Offer offer={offer} />
      <Input.TextArea
        ref={box}
        aria-label={placeholder}
        placeholder={placeholder}
        className="growing"
        rows={2}
        value={text}
        disabled={disabled}
        {...offer.aria}
        maxLength={20_000}
        onFocus={focused}
        onChange={(event) => {
          setText(event.target.value)
          setFailed(null)
        }}
        {...(withFiles ? intoFiles(files.add) : {})}
        onKeyDown={(event) => {
          if (offer.key(event)) return
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
            event.preventDefault()
            void submit()
          } else if (event.key === 'Escape') event.currentTarget.blur()
        }}
      />
      {withFiles && <FileList files={files} />}
      {failed && (
        <p className="writer-failed" role="alert">
          <Icon name="alert" size={13} />
          {t('sendFailed', { reason: failed })}
        </p>
      )}
      <div className="writer-foot">
        {withFiles && <FileButton files={files} disabled={disabled ?? false} />}
        <span className="quiet">{text ? t('draftKept') : ''}</span>
        <Button
          type="primary"
          loading={busy}
          disabled={!ready && !busy}
          onClick={() => void submit()}
          icon={<Icon name="send" />}
        >
          {button}
          <Key>Ctrl ↵</Key>
        </Button>
      </div>
    </>
  )
}
