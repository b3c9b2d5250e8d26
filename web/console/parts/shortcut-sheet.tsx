import { Modal } from 'antd'
import { useWords } from '../../ui/language.ts'
import type { Page } from '../pages.ts'
import { shellWords } from '../words/shell.ts'

type Row = readonly [keys: string, word: keyof typeof shellWords]

const everywhere: readonly Row[] = [
  ['?', 'keyHelp'],
  ['n', 'keyNew'],
  ['/', 'keySearch'],
]
const list: readonly Row[] = [
  ['j k', 'keyMove'],
  ['Enter', 'keyOpen'],
]
const chats: readonly Row[] = [
  ['] [', 'keyNextChat'],
  ['t', 'keyTake'],
  ['h', 'keyHandOver'],
]
const ticket: readonly Row[] = [
  ['r', 'keyReply'],
  ['m', 'keyNote'],
  ['Ctrl Enter', 'keySend'],
  ['f', 'keyNextField'],
  ['y', 'keyConfirm'],
  ['j k', 'keyMove'],
  ['u', 'keyBack'],
]

/** All keys, by page. */
export default function ShortcutSheet({ shown, close }: { shown: readonly Page[]; close: () => void }) {
  const t = useWords(shellWords)
  const block = (title: string, rows: readonly Row[]) => (
    <section>
      <h3>{title}</h3>
      <dl className="keys">
        {rows.map(([keys, word]) => (
          <div key={keys}>
            <dt>
              {keys.split(' ').map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{t(word)}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
  const going = shown.map((page): Row => [`g ${page.key}`, page.word])
  return (
    <Modal open title={t('shortcuts')} footer={null} onCancel={close} width={720}>
      <div className="key-sheet">
        <div>
          {block(t('groupEverywhere'), everywhere)}
          {block(t('groupList'), list)}
          {block(t('groupTicket'), ticket)}
          {block(t('chats'), chats)}
        </div>
        {block(t('navigation'), going)}
      </div>
    </Modal>
  )
}
