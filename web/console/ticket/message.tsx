import { Button } from 'antd'
import { lazy, memo, Suspense, useState } from 'react'
import { Icon } from '../../ui/icons.tsx'
import { useWords } from '../../ui/language.ts'
import { Moment } from '../../ui/time.tsx'
import type { AttachmentView, MessageView } from '../data/conversation.ts'
import { ChannelMark } from '../parts/marks.tsx'
import { fieldWords } from '../words/terms.ts'
import { ruleWords, ticketWords } from '../words/ticket.ts'
import { valueText } from './field-text.ts'
import type { Span } from './lit.ts'
import { LanguageBadge, MessageWords } from './translation.tsx'

const Original = lazy(() => import('./original.tsx'))

function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  return bytes < 1_048_576 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / 1_048_576).toFixed(1)} MB`
}

/** A video; phones record sound alone into the same container, which then needs no picture. */
function Video({ address, name }: { address: string; name: string }) {
  const [sound, setSound] = useState(false)
  return (
    // biome-ignore lint/a11y/useMediaCaption: a customer's video has no captions
    <video
      controls
      preload="metadata"
      src={address}
      aria-label={name}
      className={sound ? 'sound' : 'picture'}
      onLoadedMetadata={(event) => setSound(event.currentTarget.videoWidth === 0)}
    />
  )
}

function Attachment({ file }: { file: AttachmentView }) {
  const t = useWords(ticketWords)
  const address = `/api/attachments/${file.id}`
  const type = file.contentType ?? ''
  if (file.state !== 'stored')
    return (
      <li className="file file-off">
        <Icon name="clip" />
        {file.name} ·{' '}
        {file.state === 'pending' ? t('pendingFile') : t('refusedFile', { reason: file.reason ?? '' })}
      </li>
    )
  if (type.startsWith('image/'))
    return (
      <li>
        <a href={address} target="_blank" rel="noreferrer" className="picture">
          <img src={address} alt={file.name} loading="lazy" />
        </a>
      </li>
    )
  if (type.startsWith('audio/'))
    return (
      <li>
        {/* biome-ignore lint/a11y/useMediaCaption: a customer's recording has no captions */}
        <audio controls preload="none" src={address} aria-label={file.name} />
      </li>
    )
  if (type.startsWith('video/'))
    return (
      <li>
        <Video address={address} name={file.name} />
      </li>
    )
  return (
    <li>
      <a className="file" href={`${address}?download=1`}>
        <Icon name="clip" />
        {file.name}
        {file.size !== null && <span className="quiet">{size(file.size)}</span>}
      </a>
    </li>
  )
}

/** What was filled in; what the text says already is not said twice. */
function FormTable({
  form,
  lit,
  said,
}: {
  form: Readonly<Record<string, unknown>>
  lit: readonly string[]
  said: string
}) {
  const t = useWords(fieldWords)
  const v = useWords(ticketWords)
  return (
    <dl className="form-table">
      {Object.entries(form)
        .filter(([name, value]) => value !== said || lit.includes(name))
        .map(([name, value]) => (
          <div key={name} className={lit.includes(name) ? 'lit' : undefined}>
            <dt>{name in fieldWords ? t(name as keyof typeof fieldWords) : name}</dt>
            <dd>{valueText(name, value, v('yes'), v('no'))}</dd>
          </div>
        ))}
    </dl>
  )
}

function Delivery({ message }: { message: MessageView }) {
  const t = useWords(ticketWords)
  if (!message.delivery) return null
  const bad = message.delivery === 'failed' || message.delivery === 'unknown'
  return (
    <span className={bad ? 'delivery delivery-bad' : 'delivery'} title={message.deliveryError ?? undefined}>
      <Icon
        name={
          bad ? 'alert' : message.delivery === 'queued' || message.delivery === 'sending' ? 'clock' : 'check'
        }
        size={13}
      />
      {t(message.delivery)}
      {bad && message.deliveryError && `:${message.deliveryError}`}
    </span>
  )
}

function Quoted({ message }: { message: MessageView }) {
  const t = useWords(ticketWords)
  const [open, setOpen] = useState(false)
  const [original, setOriginal] = useState(false)
  const quoted = message.fullText && message.fullText !== message.text
  if (!quoted && !message.hasHtml) return null
  return (
    <div className="message-more">
      {quoted && (
        <Button type="link" size="small" aria-expanded={open} onClick={() => setOpen(!open)}>
          {t(open ? 'quotedHide' : 'quoted')}
        </Button>
      )}
      {message.hasHtml && (
        <Button type="link" size="small" onClick={() => setOriginal(true)}>
          {t('original')}
        </Button>
      )}
      {open && <p className="message-text quiet">{message.fullText}</p>}
      <Suspense>{original && <Original message={message} close={() => setOriginal(false)} />}</Suspense>
    </div>
  )
}

const datums = { wgs84: 'WGS-84', gcj02: 'GCJ-02' }

/** Where the customer is: the name of the place, or coordinates with their datum and how exact they are. */
function placed({ lat, lng, label, crs, accuracyM }: NonNullable<MessageView['location']>): string {
  if (label) return label
  const exactly = [crs && datums[crs], accuracyM !== undefined && `±${accuracyM} m`].filter(Boolean)
  return `${lat.toFixed(5)}, ${lng.toFixed(5)}${exactly.length > 0 ? ` (${exactly.join(', ')})` : ''}`
}

function MessageBody({
  message,
  spans,
  forms,
}: {
  message: MessageView
  spans: readonly Span[]
  forms: readonly string[]
}) {
  const t = useWords(ticketWords)
  return (
    <div className="bubble">
      {message.subject && <strong className="message-subject">{message.subject}</strong>}
      {message.unsupported && <p className="quiet">{t('unsupported', { type: message.unsupported })}</p>}
      <MessageWords message={message} spans={spans} />
      {message.form && <FormTable form={message.form} lit={forms} said={message.text} />}
      {message.location && (
        <p className="quiet">
          <Icon name="globe" size={14} /> {t('location')}: {placed(message.location)}
        </p>
      )}
      {message.attachments.length > 0 && (
        <ul className="files">
          {message.attachments.map((file) => (
            <Attachment key={file.id} file={file} />
          ))}
        </ul>
      )}
      <Quoted message={message} />
    </div>
  )
}

/** That no person wrote it, and what made the hub say it. */
function Automatic({ rule }: { rule: string }) {
  const t = useWords(ticketWords)
  const word = useWords(ruleWords)
  const name = rule.startsWith('knowledge:') ? 'knowledge' : rule.startsWith('ticket.state.') ? 'state' : rule
  const known = Object.hasOwn(ruleWords, name)
  return (
    <span className="tag tag-automatic" title={t('saidByItselfHint')}>
      {t('saidByItself')}
      {known && ` · ${word(name as keyof typeof ruleWords)}`}
    </span>
  )
}

const none: readonly never[] = []

/** One message of the thread; the words that a pointed-at field came from are lit. */
export const Message = memo(function Message({
  message,
  channel,
  spans = none,
  forms = none,
}: {
  message: MessageView
  channel: string
  spans?: readonly Span[]
  forms?: readonly string[]
}) {
  const t = useWords(ticketWords)
  const side = message.direction === 'note' ? 'note' : message.author
  const who = message.authorName ?? t(message.author)
  return (
    <li className={`message message-${side}`} id={`m-${message.id}`}>
      <div className="message-head">
        {message.direction === 'note' ? (
          <Icon name="note" size={14} />
        ) : (
          <ChannelMark channel={channel} bare />
        )}
        <strong>{who}</strong>
        {message.direction === 'note' && <span className="quiet">{t('note')}</span>}
        {message.automatic && <span className="quiet">{t('automatic')}</span>}
        {message.rule !== null && <Automatic rule={message.rule} />}
        <LanguageBadge message={message} />
        <Moment at={message.at} className="quiet" />
        <Delivery message={message} />
      </div>
      <MessageBody message={message} spans={spans} forms={forms} />
    </li>
  )
})
