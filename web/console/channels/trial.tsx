import { useQuery } from '@tanstack/react-query'
import { Alert, Button } from 'antd'
import { useEffect, useState } from 'react'
import { ask, Refused } from '../../ui/api.ts'
import { Icon } from '../../ui/icons.tsx'
import { language, useWords } from '../../ui/language.ts'
import { Moment } from '../../ui/time.tsx'
import { type Answer, useAsk } from '../data/hub.ts'
import { Copyable } from '../parts/admin.tsx'
import { ConnectionMark } from '../parts/connections.tsx'
import { channelsWords } from '../words/channels.ts'

type Steps = Answer<'channel.test'>['steps']

/** Warns before an address is given away that the world cannot reach, and offers one for a trial. */
export function AddressWarning() {
  const t = useWords(channelsWords)
  const { data } = useAsk('system.reachability', {})
  if (!data?.warn) return null
  return (
    <Alert
      type="warning"
      showIcon
      title={t(data.loopback ? 'callbackLoopback' : 'callbackHttp')}
      description={
        data.lanUrls.length > 0 && (
          <div className="stack">
            <span>{t('lanTrial')}</span>
            {data.lanUrls.map((url) => (
              <Copyable key={url} text={url} />
            ))}
            {!data.listensOnLan && <span>{t('lanNotListening')}</span>}
          </div>
        )
      }
    />
  )
}

/** The address that the other side posts to; null while the hub has not said it. */
function useCallbackAddress(kind: string, accountId: string): string | null {
  const { data } = useAsk('system.reachability', {})
  return data ? `${data.linkBase}/channels/${kind}/${accountId}` : null
}

/** The address that the other side posts to, to copy. */
export function CallbackAddress({ kind, accountId }: { kind: string; accountId: string }) {
  const address = useCallbackAddress(kind, accountId)
  if (!address) return null
  return (
    <div className="stack">
      <Copyable text={address} />
      <AddressWarning />
    </div>
  )
}

/** Something to copy into a terminal, with the callback address in its place. */
export function Example({ text, kind, accountId }: { text: string; kind: string; accountId: string }) {
  const address = useCallbackAddress(kind, accountId)
  return (
    <div className="example">
      <Copyable text={address ? text.replaceAll('{callback}', address) : text} />
    </div>
  )
}

/** The account's long connections as they are now; nothing where it has none. */
function Connections({ accountId }: { accountId: string }) {
  const t = useWords(channelsWords)
  const { data } = useQuery({
    queryKey: ['channels', 'channel.list', {}],
    queryFn: ({ signal }) => ask<Answer<'channel.list'>>('channel.list', {}, signal),
    refetchInterval: 2000,
  })
  const connections = data?.accounts.find(({ id }) => id === accountId)?.connections ?? []
  if (connections.length === 0) return null
  return (
    <p className="trial-connections">
      <span className="quiet">{t('connection')}</span>
      {connections.map(({ name, state, detail }) => (
        <span key={name}>
          <ConnectionMark state={state} /> {detail && <span className="quiet">{detail}</span>}
        </span>
      ))}
    </p>
  )
}

/**
 * Waits for a test message: the proof that the vendor reaches the hub. Looks every two seconds while it is open. `afterMs` is the
 * hub's time of what had come in before, so that a wrong clock here does not matter.
 */
export function TestMessage({
  accountId,
  afterMs,
  done,
  hint,
}: {
  accountId: string
  afterMs: number
  done?: (heard: boolean) => void
  /** What to do for it. */
  hint: string
}) {
  const t = useWords(channelsWords)
  const query = useQuery({
    queryKey: ['channels', 'channel.heard', accountId, afterMs],
    queryFn: ({ signal }) =>
      ask<Answer<'channel.heard'>>('channel.heard', { id: accountId, afterMs }, signal),
    refetchInterval: 2000,
  })
  const heard = query.data?.heard
  const works = !!heard && heard.state !== 'dead'
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what was heard is told on
  useEffect(() => done?.(works), [works])
  return (
    <Alert
      role="status"
      type={!heard ? 'info' : heard.state === 'dead' ? 'error' : 'success'}
      showIcon
      title={t(!heard ? 'awaitMessage' : heard.state === 'dead' ? 'messageDead' : 'messageHeard')}
      description={heard ? <Moment at={heard.at} /> : query.error ? t('awaitBroken') : hint}
    />
  )
}

/** Tries the settings against the vendor, step by step. Runs when asked, and after each save (`trial` grows). */
export function TestSteps({
  accountId,
  trial,
  done,
}: {
  accountId: string
  trial: number
  done?: (works: boolean) => void
}) {
  const t = useWords(channelsWords)
  const lang = language.use()
  const [steps, setSteps] = useState<Steps | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const test = async () => {
    setBusy(true)
    setProblem(null)
    try {
      const found = (await ask<Answer<'channel.test'>>('channel.test', { id: accountId })).steps
      setSteps(found)
      done?.(found.length > 0 && found.every((step) => step.ok))
    } catch (error) {
      setSteps(null)
      done?.(false)
      setProblem(error instanceof Refused ? error.message : String(error))
    } finally {
      setBusy(false)
    }
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: a saved change is what starts a test
  useEffect(() => {
    if (trial > 0) void test()
  }, [trial])
  return (
    <section aria-live="polite">
      <header className="section-head">
        <h3>{busy ? t('testing') : steps && t(steps.every((step) => step.ok) ? 'testOk' : 'testBad')}</h3>
        <Button loading={busy} onClick={() => void test()}>
          {t('test')}
        </Button>
      </header>
      <Connections accountId={accountId} />
      {problem && <p className="step-bad">{problem}</p>}
      {steps?.length === 0 && <p className="quiet">{t('noTest')}</p>}
      <ul className="steps-list">
        {(steps ?? []).map((step) => (
          <li key={step.name}>
            <span className={step.ok ? 'step-ok' : 'step-bad'}>
              <Icon name={step.ok ? 'check' : 'close'} />
            </span>
            {step[lang]}
          </li>
        ))}
      </ul>
    </section>
  )
}
