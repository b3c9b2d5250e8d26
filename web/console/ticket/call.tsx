import { Button, Skeleton } from 'antd'
import { type RefObject, useCallback, useEffect, useRef, useState } from 'react'
import { Icon } from '../../ui/icons.tsx'
import { language, useWords } from '../../ui/language.ts'
import { duration, Moment } from '../../ui/time.tsx'
import { type CallView, type UtteranceView, useCalls } from '../data/call.ts'
import type { MessageView } from '../data/conversation.ts'
import { useTell } from '../data/hub.ts'
import { Broken } from '../parts/broken.tsx'
import { ChannelMark } from '../parts/marks.tsx'
import { callWords } from '../words/call.ts'
import { clock, onHear } from './hearing.ts'
import { pieces, useLit } from './lit.ts'

function Facts({ call }: { call: CallView }) {
  const t = useWords(callWords)
  const lang = language.use()
  const talkedMs =
    call.answeredAt && call.endedAt ? Date.parse(call.endedAt) - Date.parse(call.answeredAt) : null
  const facts = [
    call.hotline && `${t('hotline')} ${call.hotline}`,
    call.agent && `${t('agent')} ${call.agent}`,
    talkedMs !== null &&
      t('talked', { time: talkedMs < 60_000 ? clock(talkedMs) : duration(talkedMs, lang) }),
    call.endedAt && !call.answeredAt && t('unanswered'),
    call.hangupCause && t('cause', { cause: call.hangupCause }),
  ].filter((fact): fact is string => typeof fact === 'string')
  return <p className="call-facts quiet">{facts.join(' · ')}</p>
}

function Player({
  call,
  player,
  moved,
}: {
  call: CallView
  player: RefObject<HTMLAudioElement | null>
  moved: (ms: number) => void
}) {
  const t = useWords(callWords)
  const [broken, setBroken] = useState(false)
  if (!call.recording) return null
  const address = `/api/attachments/${call.recording.id}`
  return (
    <div className="call-player">
      {/* biome-ignore lint/a11y/useMediaCaption: the transcript stands below */}
      <audio
        ref={player}
        controls
        preload="metadata"
        src={address}
        aria-label={t('recording')}
        hidden={broken}
        onError={() => setBroken(true)}
        onTimeUpdate={(event) => moved(event.currentTarget.currentTime * 1000)}
      />
      {broken && <span className="quiet">{t('unplayable')}</span>}
      <a className="file" href={`${address}?download=1`}>
        <Icon name="down" size={14} /> {t('download')}
      </a>
    </div>
  )
}

/** What the call waits for, and what a person can do about it. */
function Stage({ call }: { call: CallView }) {
  const t = useWords(callWords)
  const lang = language.use()
  const { run, busy } = useTell()
  const { stage, lastError, reason } = call
  if (stage === 'transcribed') return null
  const said = () => {
    if (stage === 'untranscribed') return t('untranscribed', { reason: reason?.[lang] ?? '' })
    if (stage === 'fetching') return t(lastError ? 'notReady' : 'fetching')
    if (stage === 'transcribing') return t(lastError ? 'retrying' : 'transcribing')
    return t(stage)
  }
  const bad = stage === 'untranscribed' && reason?.code !== 'call.unanswered'
  const retry = call.canRetry && (stage === 'untranscribed' || lastError !== null)
  return (
    <div className={bad ? 'call-stage call-stage-bad' : 'call-stage'} role="status">
      <Icon name={bad ? 'alert' : 'clock'} size={14} />
      <span title={call.lastError ?? undefined}>
        {said()}
        {call.nextTryAt && call.lastError && (
          <>
            {' · '}
            {t('nextTry', { time: '' })}
            <Moment at={call.nextTryAt} />
          </>
        )}
      </span>
      {retry && (
        <Button
          size="small"
          loading={busy}
          icon={<Icon name="refresh" size={13} />}
          onClick={() => void run('call.transcribe', { messageId: call.messageId }, t('retried'))}
        >
          {t('retry')}
        </Button>
      )}
    </div>
  )
}

function Said({ said, now, play }: { said: UtteranceView; now: boolean; play: () => void }) {
  const t = useWords(callWords)
  const { lit } = useLit()
  const who =
    said.speaker === 'unknown' && said.voice
      ? t('voice', { name: said.voice })
      : t(`${said.speaker}Says` as const)
  return (
    <li
      id={`m-${said.id}`}
      className={`utterance utterance-${said.speaker}`}
      aria-current={now ? 'true' : undefined}
    >
      <button
        type="button"
        className="utterance-time"
        onClick={play}
        aria-label={t('hear', { time: clock(said.startMs) })}
      >
        {clock(said.startMs)}
      </button>
      <span className="utterance-who">{who}</span>
      <p className="message-text">
        {pieces(said.text, lit.spans.get(said.id) ?? []).map((piece) =>
          piece.lit ? <mark key={piece.at}>{piece.text}</mark> : <span key={piece.at}>{piece.text}</span>,
        )}
      </p>
    </li>
  )
}

function Transcript({
  call,
  atMs,
  play,
}: {
  call: CallView
  atMs: number | null
  play: (ms: number) => void
}) {
  const t = useWords(callWords)
  if (call.stage !== 'transcribed') return null
  if (call.utterances.length === 0) return <p className="quiet">{t('silent')}</p>
  return (
    <section aria-label={t('transcript')}>
      <ol className="utterances">
        {call.utterances.map((said) => (
          <Said
            key={said.id}
            said={said}
            now={atMs !== null && atMs >= said.startMs && atMs < said.endMs}
            play={() => play(said.startMs)}
          />
        ))}
      </ol>
      <p className={call.scripted ? 'call-scripted' : 'quiet'}>
        {call.scripted ? t('scripted') : t('by', { recogniser: call.recogniser ?? '' })}
      </p>
    </section>
  )
}

function CallBody({ call }: { call: CallView }) {
  const player = useRef<HTMLAudioElement>(null)
  const [atMs, setAtMs] = useState<number | null>(null)
  const play = useCallback((ms: number) => {
    const audio = player.current
    if (!audio) return
    audio.currentTime = ms / 1000
    // Refused where the browser cannot play it; the player says so itself.
    void audio.play().catch(() => {})
  }, [])
  useEffect(
    () =>
      onHear((id) => {
        const said = call.utterances.find((each) => each.id === id)
        if (said) play(said.startMs)
      }),
    [call, play],
  )
  return (
    <>
      <Facts call={call} />
      <Player call={call} player={player} moved={setAtMs} />
      <Stage call={call} />
      <Transcript call={call} atMs={atMs} play={play} />
    </>
  )
}

/** A telephone call in the thread: its facts, the recording, and what was said when. */
export function Call({ message, channel }: { message: MessageView; channel: string }) {
  const t = useWords(callWords)
  const query = useCalls(message.conversationId)
  const call = query.data?.calls.find((each) => each.messageId === message.id)
  const kind = call?.direction === 'out' ? 'outgoing' : call?.direction === 'in' ? 'incoming' : 'call'
  return (
    <li className="message message-call" id={`m-${message.id}`}>
      <div className="message-head">
        <ChannelMark channel={channel} bare />
        <strong>
          {t(kind)} {call && (call.customerNumber ?? t('withheld'))}
        </strong>
        <Moment at={call?.startedAt ?? message.at} className="quiet" />
      </div>
      <div className="bubble">
        {query.error && !query.data ? (
          <Broken error={query.error} retry={() => void query.refetch()} />
        ) : call ? (
          <CallBody call={call} />
        ) : (
          <Skeleton active title={false} paragraph={{ rows: 2 }} />
        )}
        {message.text && (
          <p className="message-text">
            <strong>{t('note')}</strong> {message.text}
          </p>
        )}
      </div>
    </li>
  )
}
