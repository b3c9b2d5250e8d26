import { useQueryClient } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { ask, Refused, tell } from '../../ui/api.ts'
import { Icon } from '../../ui/icons.tsx'
import { language, useWords } from '../../ui/language.ts'
import { type Answer, useAsk } from '../data/hub.ts'
import { useSample } from '../data/imports.ts'
import { AdminPage, Loaded } from '../parts/admin.tsx'
import { sampleTableWords, startWords } from '../words/access.ts'

type Word = keyof typeof startWords

interface Step {
  readonly word: Word
  readonly hint: Word
  readonly to: string
  readonly done: boolean
}

/** The steps once everything that decides about them is read: before, nobody knows which are done. */
function useSteps() {
  const asked = {
    groups: useAsk('group.list', {}),
    staff: useAsk('staff.list', {}),
    accounts: useAsk('channel.list', {}),
    users: useAsk('user.list', {}),
    reach: useAsk('system.reachability', {}),
    counts: useAsk('ticket.counts', {}),
  }
  const all = Object.values(asked)
  const { groups, staff, accounts, users, reach, counts } = asked
  const known =
    groups.data && staff.data && accounts.data && users.data && reach.data && counts.data
      ? stepsOf({
          groups: groups.data.groups,
          staff: staff.data.staff,
          accounts: accounts.data.accounts,
          users: users.data,
          reach: reach.data,
          tickets: counts.data.total,
        })
      : undefined
  return {
    data: known,
    error: all.find((each) => each.error)?.error ?? null,
    isPending: known === undefined,
    refetch: () => Promise.all(all.map((each) => each.refetch())),
  }
}

function stepsOf({
  groups,
  staff,
  accounts,
  users,
  reach,
  tickets,
}: {
  groups: Answer<'group.list'>['groups']
  staff: Answer<'staff.list'>['staff']
  accounts: Answer<'channel.list'>['accounts']
  users: Answer<'user.list'>
  reach: Answer<'system.reachability'>
  tickets: number
}): readonly Step[] {
  const lives = accounts.some(
    (each) =>
      each.lastReceivedAt !== null || each.connections.some((connection) => connection.state === 'up'),
  )
  return [
    { word: 'group', hint: 'groupHint', to: '/staff', done: groups.some((each) => each.isDefault) },
    { word: 'staff', hint: 'staffHint', to: '/staff?tab=staff', done: staff.length > 0 },
    { word: 'url', hint: 'urlHint', to: '/settings', done: !reach.warn },
    { word: 'channel', hint: 'channelHint', to: '/accounts', done: accounts.length > 0 },
    { word: 'live', hint: 'liveHint', to: '/accounts', done: lives },
    { word: 'users', hint: 'usersHint', to: '/users', done: users.length > 1 },
    { word: 'ticket', hint: 'ticketHint', to: '/tickets', done: tickets > 0 },
  ]
}

type Removal = Answer<'sample.removal'>

/** Rows by table, in people's words; tables that mean nothing to them are left out. */
function useCounted() {
  const t = useWords(sampleTableWords)
  const lang = language.use()
  return (counts: Readonly<Record<string, number>>) =>
    (Object.keys(sampleTableWords) as (keyof typeof sampleTableWords)[])
      .flatMap((table) => (counts[table] ? [t(table, { n: counts[table] })] : []))
      .join(lang === 'zh' ? '、' : ', ')
}

function WhatGoes({ removal: { goes, stays, returned } }: { removal: Removal }) {
  const t = useWords(startWords)
  const counted = useCounted()
  const staying = counted(stays)
  return (
    <>
      <p>{t('goes', { what: counted(goes) })}</p>
      {staying && <p>{t('stays', { what: staying })}</p>}
      {returned > 0 && <p>{t('returned', { n: returned })}</p>}
      <p className="quiet">{t('ticketsStay')}</p>
    </>
  )
}

function SampleWorkspace() {
  const t = useWords(startWords)
  const sample = useSample()
  const client = useQueryClient()
  const { message, modal } = App.useApp()
  const [busy, setBusy] = useState(false)
  const working = async (work: () => Promise<unknown>) => {
    setBusy(true)
    try {
      await work()
    } catch (error) {
      message.error(error instanceof Refused ? error.message : String(error), 8)
    } finally {
      setBusy(false)
    }
  }
  const change = (name: 'sample.load' | 'sample.remove') =>
    working(async () => {
      await tell(name)
      message.success(t(name === 'sample.load' ? 'loaded' : 'unloaded'))
      await client.invalidateQueries()
    })
  const askFirst = () =>
    working(async () => {
      const removal = await ask<Removal>('sample.removal', {})
      modal.confirm({
        title: t('unloadTitle'),
        content: <WhatGoes removal={removal} />,
        okText: t('unload'),
        okButtonProps: { danger: true },
        autoFocusButton: 'cancel',
        onOk: () => change('sample.remove'),
      })
    })
  if (!sample.data) return null
  return (
    <section className="panel sample">
      <div>
        <h2>{t('sample')}</h2>
        <p className="quiet">{t('sampleHint')}</p>
      </div>
      <Button loading={busy} onClick={() => void (sample.data.loaded ? askFirst() : change('sample.load'))}>
        {t(sample.data.loaded ? 'unload' : 'load')}
      </Button>
    </section>
  )
}

/** From empty to the first live channel, step by step; each step knows whether it is done. */
export default function Start() {
  const t = useWords(startWords)
  const query = useSteps()
  return (
    <AdminPage title={t('title')} hint={t('hint')}>
      <SampleWorkspace />
      <Loaded query={query}>{(steps) => <Checklist steps={steps} />}</Loaded>
    </AdminPage>
  )
}

function Checklist({ steps }: { steps: readonly Step[] }) {
  const t = useWords(startWords)
  const navigate = useNavigate()
  const next = steps.find((step) => !step.done)
  const done = steps.filter((step) => step.done).length
  return (
    <>
      <p className="quiet">{t('progress', { n: done, all: steps.length })}</p>
      <ol className="checklist">
        {steps.map((step) => (
          <li key={step.word}>
            <span className={step.done ? 'tick ticked' : 'tick'}>
              {step.done && <Icon name="check" size={14} />}
            </span>
            <div>
              <strong>{t(step.word)}</strong>
              <p className="quiet">{t(step.hint)}</p>
            </div>
            {step.done ? (
              <span className="quiet">{t('done')}</span>
            ) : (
              <Button type={step === next ? 'primary' : 'default'} onClick={() => void navigate(step.to)}>
                {t('go')}
              </Button>
            )}
          </li>
        ))}
      </ol>
    </>
  )
}
