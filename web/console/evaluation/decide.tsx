import { Form, Input, Modal } from 'antd'
import { useWords } from '../../ui/language.ts'
import { useTell } from '../data/hub.ts'
import { evaluationWords } from '../words/evaluation.ts'

/** What is decided about a run or a draft. */
export type Decision =
  | { readonly kind: 'publish' | 'undo'; readonly runId: string }
  | { readonly kind: 'discard'; readonly versionId: string }

/** Asks for the reason and does it. */
export function Decide({ decision, close }: { decision: Decision; close: () => void }) {
  const t = useWords(evaluationWords)
  const { run, busy } = useTell()
  const [form] = Form.useForm<{ reason: string }>()
  const { kind } = decision
  const done = { publish: t('published'), undo: t('undone'), discard: t('discarded') }[kind]
  const act = async ({ reason }: { reason: string }) => {
    const answer =
      decision.kind === 'discard'
        ? await run('evaluation.discard', { versionId: decision.versionId, reason }, done)
        : await run(`evaluation.${decision.kind}`, { runId: decision.runId, reason }, done)
    if (answer) close()
  }
  return (
    <Modal
      open
      title={t(kind)}
      okText={t(kind)}
      okButtonProps={{ disabled: busy, danger: kind !== 'publish' }}
      onOk={() => form.submit()}
      onCancel={close}
    >
      <p className="quiet">{t(`${kind}Hint`)}</p>
      <Form form={form} layout="vertical" onFinish={(values) => void act(values)}>
        <Form.Item
          name="reason"
          label={t('reason')}
          rules={[{ required: true, whitespace: true, message: t('reasonNeeded') }]}
        >
          <Input.TextArea autoFocus maxLength={500} rows={2} />
        </Form.Item>
      </Form>
    </Modal>
  )
}
