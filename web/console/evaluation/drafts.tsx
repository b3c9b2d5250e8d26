import { Form, Input, InputNumber, Modal, Select } from 'antd'
import { useState } from 'react'
import { language, useWords } from '../../ui/language.ts'
import { type Answer, type Input as CommandInput, useAsk, useTell } from '../data/hub.ts'
import { EditDrawer, Loaded } from '../parts/admin.tsx'
import { JsonEditor, useJsonRule } from '../parts/json-editor.tsx'
import { TagsBox } from '../parts/tags-box.tsx'
import { evaluationWords } from '../words/evaluation.ts'

type Version = Answer<'evaluation.list'>['versions'][number]
type Editable = Answer<'evaluation.editable'>
type Content = CommandInput<'evaluation.saveDraft'>['content']
type FormDraft = Extract<Content, { kind: 'form' }>

/** Which draft is written: a new one of a kind, or one that is there. */
export interface Drafting {
  readonly kind: 'words' | 'prompt' | 'form'
  readonly draft: Version | null
}

interface Values {
  title: string
  words?: string[][]
  text?: string
  typeId?: string
  form?: FormDraft['body']['form']
}

const titles = { words: 'newWords', prompt: 'newPrompt', form: 'newForm' } as const
const hints = { words: 'wordsHint', prompt: 'promptHint', form: 'formHint' } as const

/** Which kind of ticket, and its form as JSON. */
function FormBoxes({ now, draft }: { now: Editable; draft: Version | null }) {
  const t = useWords(evaluationWords)
  const lang = language.use()
  const isJson = useJsonRule()
  const boxes = Form.useFormInstance<Values>()
  if (now.forms.length === 0) return <p>{t('noForms')}</p>
  const change = (id: string) =>
    boxes.setFieldValue('form', now.forms.find(({ typeId }) => typeId === id)?.form)
  return (
    <>
      <Form.Item name="typeId" label={t('formOf')}>
        <Select
          disabled={draft !== null}
          options={now.forms.map(({ typeId, name }) => ({ value: typeId, label: name[lang] }))}
          onChange={change}
        />
      </Form.Item>
      <Form.Item name="form" label={t('formJson')} rules={[isJson]} help="">
        <JsonEditor rows={18} />
      </Form.Item>
    </>
  )
}

/** What is kept of a draft. Null: there is no form to change. */
function contentOf(kind: Drafting['kind'], now: Editable, values: Values): Content | null {
  if (kind === 'prompt') return { kind, body: { text: values.text ?? '' } }
  if (kind === 'form') {
    const type = now.forms.find(({ typeId }) => typeId === values.typeId)
    if (!type) return null
    return { kind, body: { typeId: type.typeId, formVersion: type.formVersion, form: values.form ?? {} } }
  }
  const categories = now.categories.map(({ name }, i) => ({ name, aliases: values.words?.[i] ?? [] }))
  return { kind, body: { categories: categories.filter(({ aliases }) => aliases.length > 0) } }
}

function DraftForm({ drafting, begun, close }: { drafting: Drafting; begun: Editable; close: () => void }) {
  const t = useWords(evaluationWords)
  // A draft rests on what it was begun with; who publishes meanwhile is met when it is published.
  const [now] = useState(begun)
  const { run, busy, refused } = useTell()
  const { kind, draft } = drafting
  const first = now.forms.find(({ typeId }) => typeId === now.draftOf) ?? now.forms[0]
  const save = async (values: Values) => {
    const content = contentOf(kind, now, values)
    if (!content) return
    const of = draft ? { draft: { id: draft.id, version: draft.version } } : {}
    if (await run('evaluation.saveDraft', { ...of, title: values.title, content }, t('draftKept'))) close()
  }
  return (
    <EditDrawer<Values>
      title={draft?.title ?? t(titles[kind])}
      initial={{
        title: draft?.title ?? '',
        words: now.categories.map(({ added }) => added),
        text: now.prompt,
        ...(first ? { typeId: first.typeId, form: first.form } : {}),
      }}
      save={(values) => void save(values)}
      close={close}
      busy={busy}
      refused={refused}
      width={720}
    >
      <p className="quiet">{t(hints[kind])}</p>
      <Form.Item name="title" label={t('versionTitle')} rules={[{ required: true, whitespace: true }]}>
        <Input maxLength={120} />
      </Form.Item>
      {kind === 'prompt' && (
        <Form.Item name="text" label={t('prompt')} rules={[{ required: true, min: 50, max: 20_000 }]}>
          <Input.TextArea autoSize={{ minRows: 12, maxRows: 30 }} spellCheck={false} />
        </Form.Item>
      )}
      {kind === 'form' && <FormBoxes now={now} draft={draft} />}
      {kind === 'words' &&
        now.categories.map(({ name, aliases }, i) => (
          <Form.Item
            key={name}
            name={['words', i]}
            label={name}
            extra={aliases.length > 0 && t('known', { words: aliases.slice(0, 12).join('、') })}
          >
            <TagsBox />
          </Form.Item>
        ))}
    </EditDrawer>
  )
}

/** Writes a draft of the word list, the prompt or a form, beginning with what is published. */
export function DraftDrawer({ drafting, close }: { drafting: Drafting; close: () => void }) {
  const asked = useAsk('evaluation.editable', drafting.draft ? { versionId: drafting.draft.id } : {})
  // What was kept from before may be older than what is published: boxes open when the newest is there, and then stay as they are typed.
  if (!asked.error && (!asked.data || (asked.isFetching && !asked.isFetchedAfterMount))) return null
  return <Loaded query={asked}>{(now) => <DraftForm drafting={drafting} begun={now} close={close} />}</Loaded>
}

/** Trains a classifier, or learns how sure values are, as a draft. */
export function TrainDialog({ close }: { close: () => void }) {
  const t = useWords(evaluationWords)
  const { run, busy } = useTell()
  type Training = { kind: 'classifier' | 'confidence'; title: string; seed: number }
  const [form] = Form.useForm<Training>()
  const kind = Form.useWatch('kind', form) ?? 'classifier'
  const start = async (values: Training) => {
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
      <p className="quiet">{t(kind === 'confidence' ? 'trainConfidenceHint' : 'trainHint')}</p>
      <Form
        form={form}
        layout="vertical"
        initialValues={{ kind: 'classifier', title: '', seed: 0 }}
        onFinish={(values) => void start(values)}
      >
        <Form.Item name="kind" label={t('trainWhat')}>
          <Select
            options={[
              { value: 'classifier', label: t('classifier') },
              { value: 'confidence', label: t('trainConfidence') },
            ]}
          />
        </Form.Item>
        <Form.Item name="title" label={t('versionTitle')} rules={[{ required: true, whitespace: true }]}>
          <Input maxLength={120} autoFocus />
        </Form.Item>
        <Form.Item name="seed" hidden={kind === 'confidence'} label={t('seed')} rules={[{ required: true }]}>
          <InputNumber min={0} max={1_000_000} precision={0} />
        </Form.Item>
      </Form>
    </Modal>
  )
}
