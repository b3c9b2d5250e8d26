import { Input, Modal, Select } from 'antd'
import { useState } from 'react'
import { language, useWords } from '../../ui/language.ts'
import { fromBox } from '../../ui/zone.ts'
import { useGroups, useStaff } from '../data/directory.ts'
import { type Answer, useAsk } from '../data/hub.ts'
import type { Ticket } from '../data/ticket.ts'
import { Field } from '../parts/field.tsx'
import { moveWords, ticketWords } from '../words/ticket.ts'
import type { Move } from './moves.ts'

/** Asks for the reason of a change of state, and for a hold its end. */
export function MoveDialog({
  move,
  close,
  apply,
}: {
  move: Move
  close: () => void
  apply: (input: { reason: string; untilMs?: number }) => Promise<boolean>
}) {
  const t = useWords(ticketWords)
  const m = useWords(moveWords)
  const [reason, setReason] = useState('')
  const [until, setUntil] = useState('')
  const [busy, setBusy] = useState(false)
  const ready = reason.trim() !== '' && (move !== 'hold' || until !== '')
  const submit = async () => {
    setBusy(true)
    const untilMs = fromBox(until)
    const done = await apply({
      reason: reason.trim(),
      ...(untilMs === null ? {} : { untilMs }),
    })
    setBusy(false)
    if (done) close()
  }
  return (
    <Modal
      open
      title={m(move)}
      okText={t('apply')}
      onOk={() => void submit()}
      onCancel={close}
      confirmLoading={busy}
      okButtonProps={{ disabled: !ready }}
    >
      <Field label={t('reason')}>
        <Input.TextArea
          autoFocus
          className="growing"
          rows={2}
          placeholder={t('reasonHint')}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && event.ctrlKey && ready) void submit()
          }}
        />
      </Field>
      {move === 'hold' && (
        <Field label={t('holdUntil')}>
          <Input type="datetime-local" value={until} onChange={(event) => setUntil(event.target.value)} />
        </Field>
      )}
    </Modal>
  )
}

/** What the router knows of an engineer for the ticket: load, distance, and whether they fit or why not. */
function Standing({
  candidate,
}: {
  candidate: Answer<'router.candidates'>['candidates'][number] | undefined
}) {
  const t = useWords(ticketWords)
  const lang = language.use()
  if (!candidate) return <span className="quiet">{t('notJudged')}</span>
  const { fits, load, maxLoad, km } = candidate
  const facts = [
    t('candidateLoad', { load, max: maxLoad }),
    ...(km === null ? [] : [t('candidateKm', { km: km.toFixed(1) })]),
  ]
  return (
    <>
      <span className="quiet number">{facts.join(' · ')}</span>
      <span className={fits ? 'candidate-fits' : 'candidate-unfit'}>
        {fits ? t('candidateFits') : candidate[lang].join(lang === 'zh' ? '；' : '; ')}
      </span>
    </>
  )
}

/** Gives a ticket to a group and a person. */
export function AssignDialog({
  ticket,
  close,
  apply,
}: {
  ticket: Ticket
  close: () => void
  apply: (input: { groupId: string | null; engineerId: string | null; reason: string }) => Promise<boolean>
}) {
  const t = useWords(ticketWords)
  const groups = useGroups()
  const staff = useStaff()
  const [groupId, setGroup] = useState(ticket.group?.id ?? null)
  const [engineerId, setAssignee] = useState(ticket.assignee?.id ?? null)
  const [reason, setReason] = useState('')
  const [busy, setBusy] = useState(false)
  // Only the first assignment of an open ticket explains itself.
  const needsReason = !(ticket.status === 'open' && engineerId)
  const changed = groupId !== (ticket.group?.id ?? null) || engineerId !== (ticket.assignee?.id ?? null)
  const ready = changed && (engineerId !== null || groupId !== null) && (!needsReason || reason.trim() !== '')
  const found = useAsk('router.candidates', { ticketId: ticket.id, ...(groupId ? { groupId } : {}) })
  const judged = new Map((found.data?.candidates ?? []).map((each, i) => [each.id, { ...each, i }]))
  const last = judged.size
  const chosen = engineerId ? judged.get(engineerId) : undefined
  // Who is no engineer the router does not judge; a person may still give them the ticket.
  const members = (staff.data ?? [])
    .filter((each) => !groupId || each.groupIds.includes(groupId))
    .sort((a, b) => (judged.get(a.id)?.i ?? last) - (judged.get(b.id)?.i ?? last))
  const submit = async () => {
    setBusy(true)
    const done = await apply({ groupId, engineerId, reason: reason.trim() })
    setBusy(false)
    if (done) close()
  }
  return (
    <Modal
      open
      title={t('assign')}
      okText={t('apply')}
      onOk={() => void submit()}
      onCancel={close}
      confirmLoading={busy}
      okButtonProps={{ disabled: !ready }}
    >
      <div className="form-stack">
        <Field label={t('group')}>
          <Select
            allowClear
            aria-label={t('group')}
            showSearch={{ optionFilterProp: 'label' }}
            value={groupId}
            onChange={(next) => {
              setGroup(next ?? null)
              setAssignee(null)
            }}
            options={(groups.data ?? []).map((each) => ({ value: each.id, label: each.name }))}
          />
        </Field>
        <Field label={t('engineer')}>
          <Select
            allowClear
            aria-label={t('engineer')}
            placeholder={t('nobody')}
            showSearch={{ optionFilterProp: 'label' }}
            value={engineerId}
            onChange={(next) => setAssignee(next ?? null)}
            loading={found.isPending}
            options={members.map((each) => ({ value: each.id, label: each.name }))}
            optionRender={({ value, label }) => (
              <div className="candidate">
                <span>{label}</span>
                <Standing candidate={judged.get(String(value))} />
              </div>
            )}
            listHeight={360}
          />
          {chosen && !chosen.fits && <Standing candidate={chosen} />}
        </Field>
        <Field label={t('reason')}>
          <Input
            value={reason}
            placeholder={t('reasonHint')}
            onChange={(event) => setReason(event.target.value)}
          />
        </Field>
      </div>
    </Modal>
  )
}
