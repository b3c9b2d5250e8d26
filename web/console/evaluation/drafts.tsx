import { Form, Input, InputNumber, Modal, Select } from 'antd'
import { useWords } from '../../ui/language.ts'
import { type Answer, useAsk, useTell } from '../data/hub.ts'
import { EditDrawer, Loaded } from '../parts/admin.tsx'
import { evaluationWords } from '../words/evaluation.ts'

type Version = Answer<'evaluation.list'>['versions'][number]
type Editable = Answer<'evaluation.editable'>

/** Which draft is written: a new one of a kind, or one that is there. */
export interface Drafting {
  readonly kind: 'words' | 'prompt'
  readonly draft: Version | null
}

interface Values {
  title: string
  words?: string[][]
  text?: string
}

function DraftForm({ drafting, now, close }: { drafting: Drafting; now: Editable; close: () => void }) {
  const t = useWords(evaluationWords)
  const { run, busy, refused } = useTell()
  const { kind, draft } = drafting
  const save = async ({ title, words, text }: Values) => {
    const content =
      kind === 'prompt'
        ? { kind: 'prompt' as const, body: { text: text ?? '' } }
        : {
            kind: 'words' as const,
            body: {
              categories: now.categories
                .map(({ name }, i) => ({ name, aliases: words?.[i] ?? [] }))
                .filter(({ aliases }) => aliases.length > 0),
            },
          }
    const of = draft ? { draft: { id: draft.id, version: draft.version } } : {}
    if (await run('evaluation.saveDraft', { ...of, title, content }, t('draftKept'))) close()
  }
  return (
    <EditDrawer<Values>
      title={draft?.title ?? t(kind === 'words' ? 'newWords' : 'newPrompt')}
      initial={{
        title: draft?.title ?? '',
        words: now.categories.map(({ added }) => added),
        text: now.prompt,
      }}
      save={(values) => void save(values)}
      close={close}
      busy={busy}
      refused={refused}
      width={720}
    >
      <p className="quiet">{t(kind === 'words' ? 'wordsHint' : 'promptHint')}</p>
      <Form.Item name="title" label={t('versionTitle')} rules={[{ required: true, whitespace: true }]}>
        <Input maxLength={120} />
      </Form.Item>
      {kind === 'prompt' && (
        <Form.Item name="text" label={t('prompt')} rules={[{ required: true, min: 50, max: 20_000 }]}>
          <Input.TextArea autoSize={{ minRows: 12, maxRows: 30 }} spellCheck={false} />
        </Form.Item>
      )}
      {kind === 'words' &&
        now.categories.map(({ name, aliases }, i) => (
          <Form.Item
            key={name}
            name={['words', i]}
            label={name}
            extra={aliases.length > 0 && t('known', { words: aliases.slice(0, 12).join('、') })}
          >
            <Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[',', ',', '、']} />
          </Form.Item>
        ))}
    </EditDrawer>
  )
}

/** Writes a draft of the word list or the prompt, beginning with what is published. */
export function DraftDrawer({ drafting, close }: { drafting: Drafting; close: () => void }) {
  const asked = useAsk('evaluation.editable', drafting.draft ? { versionId: drafting.draft.id } : {})
  if (!asked.data && !asked.error) return null
  return <Loaded query={asked}>{(now) => <DraftForm drafting={drafting} now={now} close={close} />}</Loaded>
}

/** Trains a classifier as a draft. */
export function TrainDialog({ close }: { close: () => void }) {
  const t = useWords(evaluationWords)
  const { run, busy } = useTell()
  const [form] = Form.useForm<{ title: string; seed: number }>()
  const start = async (values: { title: string; seed: number }) => {
    if (await run('evaluation.train', values, t('trainStarted'))) close()
  }
  return (
    <Modal
      open
      title={t('train')}
      okText={t('train')}
      okButtonProps={{ disabled: busy }}
      onOk={() => form.submit()}
      onCancel={close}
    >
      <p className="quiet">{t('trainHint')}</p>
      <Form
        form={form}
        layout="vertical"
        initialValues={{ title: '', seed: 0 }}
        onFinish={(values) => void start(values)}
      >
        <Form.Item name="title" label={t('versionTitle')} rules={[{ required: true, whitespace: true }]}>
          <Input maxLength={120} autoFocus />
        </Form.Item>
        <Form.Item name="seed" label={t('seed')} rules={[{ required: true }]}>
          <InputNumber min={0} max={1_000_000} precision={0} />
        </Form.Item>
      </Form>
    </Modal>
  )
}
