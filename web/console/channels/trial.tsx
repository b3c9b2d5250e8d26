import { useQuery } from '@tanstack/react-query'
import { Alert, Button } from 'antd'
import { useEffect, useState } from 'react'
import { ask, Refused } from '../../ui/api.ts'
import { Icon } from '../../ui/icons.tsx'
import { language, useWords } from '../../ui/language.ts'
import { Moment } from '../../ui/time.tsx'
import { type Answer, useAsk } from '../data/hub.ts'
import { Copyable } from '../parts/admin.tsx'
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

/** The address that the other side posts to. */
export function CallbackAddress({ kind, accountId }: { kind: string; accountId: string }) {
  const t = useWords(channelsWords)
  const { data } = useAsk('system.reachability', {})
  if (!data) return null
  return (
    <section className="panel">
      <h2>{t('callback')}</h2>
      <div className="stack">
        <Copyable text={`${data.linkBase}/channels/${kind}/${accountId}`} />
        <p className="quiet">{t('callbackHint')}</p>
        <AddressWarning />
      </div>
    </section>
  )
}

/** Waits for a test message: the proof that the vendor reaches the hub. Looks every two seconds while it is open. */
export function TestMessage({ accountId }: { accountId: string }) {
  const t = useWords(channelsWords)
  const [afterMs] = useState(() => Date.now())
  const query = useQuery({
    queryKey: ['channels', 'channel.heard', accountId, afterMs],
    queryFn: ({ signal }) =>
      ask<Answer<'channel.heard'>>('channel.heard', { id: accountId, afterMs }, signal),
    refetchInterval: 2000,
  })
  const heard = query.data?.heard
  return (
    <Alert
      role="status"
      type={!heard ? 'info' : heard.state === 'dead' ? 'error' : 'success'}
      showIcon
      title={t(!heard ? 'awaitMessage' : heard.state === 'dead' ? 'messageDead' : 'messageHeard')}
      description={
        heard ? (
          <>
            {heard.kind} · <Moment at={heard.at} />
          </>
        ) : (
          t('awaitHint')
        )
      }
    />
  )
}

/** Tries the settings against the vendor, step by step. Runs when asked, and after each save (`trial` grows). */
export function TestSteps({ accountId, trial }: { accountId: string; trial: number }) {
  const t = useWords(channelsWords)
  const lang = language.use()
  const [steps, setSteps] = useState<Steps | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const test = async () => {
    setBusy(true)
    setProblem(null)
    try {
      setSteps((await ask<Answer<'channel.test'>>('channel.test', { id: accountId })).steps)
    } catch (error) {
      setSteps(null)
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
    <section className="panel" aria-live="polite">
      <header className="section-head">
        <h2>{busy ? t('testing') : steps && t(steps.every((step) => step.ok) ? 'testOk' : 'testBad')}</h2>
        <Button loading={busy} onClick={() => void test()}>
          {t('test')}
        </Button>
      </header>
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
