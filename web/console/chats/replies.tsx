import { Button, Drawer, Form, type GetRef, Input, Switch } from 'antd'
import { useRef, useState } from 'react'
import { Icon } from '../../ui/icons.tsx'
import { useWords } from '../../ui/language.ts'
import { type Answer, useAsk, useTell } from '../data/hub.ts'
import { mayDo } from '../data/session.ts'
import { EditDrawer, Loaded } from '../parts/admin.tsx'
import { EmptyState } from '../parts/broken.tsx'
import { useSignedIn } from '../parts/session-context.ts'
import { useSure } from '../parts/sure.ts'
import { type Placeholder, placeholders, unknownPlaceholders } from '../ticket/snippets.tsx'
import { chatWords, placeholderWords } from '../words/chats.ts'
import { commonWords } from '../words/terms.ts'

type Reply = Answer<'cannedReply.list'>['replies'][number]
type Values = Pick<Reply, 'keyword' | 'title' | 'text' | 'shared'>

const fresh: Values = { keyword: '', title: '', text: '', shared: false }

/** The text, and a button for each placeholder that puts it where the cursor stands. */
function TextWithPlaceholders({
  id,
  value = '',
  onChange,
}: {
  id?: string
  value?: string
  onChange?: (text: string) => void
}) {
  const t = useWords(chatWords)
  const p = useWords(placeholderWords)
  const box = useRef<GetRef<typeof Input.TextArea>>(null)
  const insert = (name: Placeholder) => {
    const area = box.current?.resizableTextArea?.textArea
    const from = area?.selectionStart ?? value.length
    const put = `{${name}}`
    onChange?.(value.slice(0, from) + put + value.slice(area?.selectionEnd ?? from))
    requestAnimationFrame(() => {
      area?.focus()
      area?.setSelectionRange(from + put.length, from + put.length)
    })
  }
  return (
    <div className="stack">
      <Input.TextArea
        ref={box}
        rows={5}
        maxLength={5000}
        value={value}
        onChange={(event) => onChange?.(event.target.value)}
        {...(id ? { id } : {})}
      />
      <span className="row-actions">
        {placeholders.map((name) => (
          <Button key={name} size="small" onClick={() => insert(name)}>
            {`${t('insert')} ${p(name)} {${name}}`}
          </Button>
        ))}
      </span>
    </div>
  )
}

function ReplyForm({ reply, close }: { reply: Reply | null; close: () => void }) {
  const t = useWords(chatWords)
  const { run, busy, refused } = useTell()
  const mayShare = mayDo(useSignedIn(), ['supervisor'])
  const save = async (values: Values) => {
    const which = reply ? { id: reply.id, version: reply.version } : {}
    if (await run('cannedReply.save', { ...values, ...which })) close()
  }
  return (
    <EditDrawer<Values>
      title={reply?.title ?? t('replies')}
      initial={reply ?? fresh}
      save={(values) => void save({ ...fresh, ...values })}
      close={close}
      busy={busy}
      refused={refused}
    >
      <Form.Item
        name="keyword"
        label={t('keyword')}
        rules={[{ required: true, pattern: /^[\p{L}\p{N}_-]{1,30}$/u }]}
      >
        <Input prefix="/" maxLength={30} />
      </Form.Item>
      <Form.Item name="title" label={t('replyTitle')} rules={[{ required: true }]}>
        <Input maxLength={80} />
      </Form.Item>
      <Form.Item
        name="text"
        label={t('replyText')}
        extra={t('repliesHint')}
        rules={[
          { required: true },
          {
            validator: async (_, text: string) => {
              const unknown = unknownPlaceholders(text ?? '')
              if (unknown.length > 0) throw new Error(t('unknownPlaceholder', { names: unknown.join(' ') }))
            },
          },
        ]}
      >
        <TextWithPlaceholders />
      </Form.Item>
      {!reply && mayShare && (
        <Form.Item name="shared" label={t('shared')} valuePropName="checked">
          <Switch />
        </Form.Item>
      )}
    </EditDrawer>
  )
}

/** Kept answers: find, add, change, remove. */
export function RepliesDrawer({ close }: { close: () => void }) {
  const t = useWords(chatWords)
  const c = useWords(commonWords)
  const query = useAsk('cannedReply.list', {})
  const { run } = useTell()
  const sure = useSure()
  const mayShare = mayDo(useSignedIn(), ['supervisor'])
  const [editing, setEditing] = useState<Reply | 'new' | null>(null)
  const add = (
    <Button type="primary" icon={<Icon name="plus" />} onClick={() => setEditing('new')}>
      {c('add')}
    </Button>
  )
  return (
    <Drawer open size={520} title={t('replies')} onClose={close} extra={add}>
      <Loaded query={query}>
        {({ replies }) =>
          replies.length === 0 ? (
            <EmptyState icon="chat" title={t('noReplies')} hint={t('repliesHint')} />
          ) : (
            <ul className="stack">
              {replies.map((each) => (
                <li key={each.id} className="link-row">
                  <span>
                    <code>/{each.keyword}</code> <strong>{each.title}</strong>{' '}
                    <span className="quiet">{t(each.shared ? 'shared' : 'own')}</span>
                    <br />
                    <span className="quiet">{each.text}</span>
                  </span>
                  {(!each.shared || mayShare) && (
                    <span className="row-actions">
                      <Button size="small" onClick={() => setEditing(each)}>
                        {c('edit')}
                      </Button>
                      <Button
                        size="small"
                        danger
                        onClick={() =>
                          sure({
                            title: c('removeAsk', { name: each.title }),
                            okText: c('remove'),
                            onOk: () =>
                              run('cannedReply.remove', { id: each.id, version: each.version }, t('removed')),
                          })
                        }
                      >
                        {c('remove')}
                      </Button>
                    </span>
                  )}
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      {editing && <ReplyForm reply={editing === 'new' ? null : editing} close={() => setEditing(null)} />}
    </Drawer>
  )
}
