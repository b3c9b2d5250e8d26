import { Button, Spin } from 'antd'
import { useState } from 'react'
import { Icon } from '../../ui/icons.tsx'
import { language, useWords } from '../../ui/language.ts'
import type { MessageView, TranslationView } from '../data/conversation.ts'
import { useTell } from '../data/hub.ts'
import { isForeign, languageBy, readersCode, useLanguages, useReread, written } from '../data/translation.ts'
import { translationWords } from '../words/translation.ts'
import { pieces, type Span } from './lit.ts'

/** Which language a message is in, where it is not the reader's. */
export function LanguageBadge({ message }: { message: MessageView }) {
  const lang = language.use()
  const known = useLanguages()
  const found = languageBy(known, message.lang)
  if (!found || !isForeign(message.lang, readersCode(lang))) return null
  return (
    <span className="tag tag-language" title={found.self}>
      {found[lang]}
    </span>
  )
}

function Said({ message, spans }: { message: MessageView; spans: readonly Span[] }) {
  const known = useLanguages()
  return (
    <p className="message-text" {...written(known, message.lang)}>
      {pieces(message.text, spans).map((piece) =>
        piece.lit ? <mark key={piece.at}>{piece.text}</mark> : <span key={piece.at}>{piece.text}</span>,
      )}
    </p>
  )
}

/** The words of an agent that were translated before they were sent. */
function Written({ of }: { of: NonNullable<MessageView['written']> }) {
  const t = useWords(translationWords)
  const known = useLanguages()
  return (
    <div className="translation-other">
      <span className="quiet">{t(of.changed ? 'writtenChanged' : 'written')}</span>
      <p className="message-text" {...written(known, of.lang)}>
        {of.text}
      </p>
    </div>
  )
}

function Refused({ made, again, busy }: { made: TranslationView; again: () => void; busy: boolean }) {
  const t = useWords(translationWords)
  const lang = language.use()
  return (
    <p className="translation-refused" role="alert">
      <Icon name="alert" size={13} /> {made.problem?.[lang]}
      <Button type="link" size="small" loading={busy} onClick={again}>
        {t('again')}
      </Button>
    </p>
  )
}

function Made({ made, open, toggle }: { made: TranslationView; open: boolean; toggle: () => void }) {
  const t = useWords(translationWords)
  return (
    <>
      {made.cautious && (
        <p className="translation-refused">
          <Icon name="alert" size={13} /> {t('cautious')}
        </p>
      )}
      <p className="translation-foot">
        <span className="quiet">{t('byModel', { model: made.model ?? '' })}</span>
        <Button type="link" size="small" aria-expanded={open} onClick={toggle}>
          {t(open ? 'hideOriginal' : 'showOriginal')}
        </Button>
      </p>
    </>
  )
}

/** The words of a message: in the reader's language where somebody had them translated, and always as they were said. */
export function MessageWords({ message, spans }: { message: MessageView; spans: readonly Span[] }) {
  const t = useWords(translationWords)
  const lang = readersCode(language.use())
  const known = useLanguages()
  const reread = useReread()
  const { run, busy } = useTell()
  const [open, setOpen] = useState(false)
  if (message.direction === 'note' || !message.text)
    return message.text ? <Said message={message} spans={spans} /> : null
  if (message.written)
    return (
      <>
        <Said message={message} spans={spans} />
        <Written of={message.written} />
      </>
    )
  const made = message.translations.find((each) => each.lang === lang)
  const request = () =>
    run(
      'translation.request',
      { conversationId: message.conversationId, messageIds: [message.id], lang },
      null,
    ).then(reread)
  if (made?.state === 'done')
    return (
      <>
        <p className="message-text" {...written(known, lang)}>
          {made.text}
        </p>
        {(open || spans.length > 0) && (
          <div className="translation-other">
            <span className="quiet">{t('original')}</span>
            <Said message={message} spans={spans} />
          </div>
        )}
        <Made made={made} open={open} toggle={() => setOpen(!open)} />
      </>
    )
  return (
    <>
      <Said message={message} spans={spans} />
      {made?.state === 'refused' && <Refused made={made} again={() => void request()} busy={busy} />}
      {made?.state === 'pending' && (
        <p className="translation-foot" role="status" aria-busy="true">
          <Spin size="small" /> <span className="quiet">{t('translating')}</span>
        </p>
      )}
      {!made && isForeign(message.lang, lang) && (
        <p className="translation-foot">
          <Button
            type="link"
            size="small"
            icon={<Icon name="globe" />}
            loading={busy}
            onClick={() => void request()}
          >
            {t('translate')}
          </Button>
        </p>
      )}
    </>
  )
}
