import { useQueries } from '@tanstack/react-query'
import { Button, Segmented } from 'antd'
import { useState } from 'react'
import { Link, useNavigate, useSearchParams } from 'react-router'
import { ask, Refused } from '../../ui/api.ts'
import { Icon } from '../../ui/icons.tsx'
import { useWords } from '../../ui/language.ts'
import { AddressWarning } from '../channels/trial.tsx'
import type { Answer } from '../data/hub.ts'
import { Broken, EmptyState } from '../parts/broken.tsx'
import { deviceWords } from '../words/catalogue.ts'
import { commonWords } from '../words/terms.ts'
import '../labels.css'

type Label = Answer<'catalogue.label'>

/** One sticker, A6: the code, what it is on, and the number to call. The code opens the form, or the chat of that name. */
function Sticker({ label, chat }: { label: Label; chat: string }) {
  const t = useWords(deviceWords)
  const { device, site } = label
  const code = label.chats.find((each) => each.accountName === chat) ?? label
  return (
    <article className="sticker">
      <h2>{t(code === label ? 'scan' : 'scanChat')}</h2>
      <img src={`data:image/svg+xml;utf8,${encodeURIComponent(code.svg)}`} alt={code.url} />
      <strong>{device ? [device.category, device.model].filter(Boolean).join(' ') : site?.name}</strong>
      {device && <span className="number">{device.serialNumber}</span>}
      <span>{code.accountName}</span>
      {label.hotline && <span className="sticker-hotline">{label.hotline}</span>}
    </article>
  )
}

/** Stickers to print; warns first when nobody outside could open the code. */
export default function Labels() {
  const t = useWords(deviceWords)
  const c = useWords(commonWords)
  const navigate = useNavigate()
  const [search] = useSearchParams()
  const ids = (search.get('ids') ?? '').split(',').filter(Boolean)
  const kind = search.get('kind') === 'site' ? 'site' : 'device'
  const labels = useQueries({
    queries: ids.map((id) => ({
      queryKey: ['catalogue', 'label', kind, id],
      queryFn: () => ask<Label>('catalogue.label', { kind, id }),
    })),
  })
  const [chat, setChat] = useState('')
  const chats = [...new Set(labels.flatMap((each) => each.data?.chats.map((one) => one.accountName) ?? []))]
  const failed = labels.find((each) => each.error)?.error
  return (
    <div className="labels">
      <header className="labels-head">
        <Button icon={<Icon name="back" />} onClick={() => void navigate(-1)}>
          {c('back')}
        </Button>
        <h1>{t('labels')}</h1>
        {chats.length > 0 && (
          <Segmented
            aria-label={t('opens')}
            value={chat}
            onChange={setChat}
            options={[
              { value: '', label: t('opensForm') },
              ...chats.map((name) => ({ value: name, label: name })),
            ]}
          />
        )}
        <Button
          type="primary"
          icon={<Icon name="print" />}
          disabled={labels.some((each) => !each.data)}
          onClick={() => print()}
        >
          {t('printNow')}
        </Button>
      </header>
      <div className="labels-warning">
        <AddressWarning />
      </div>
      {failed instanceof Refused && failed.code === 'qr.no_account' ? (
        <EmptyState icon="qr" title={t('noAccount')} hint={t('noAccountHint')}>
          <Link to="/accounts">{t('connect')}</Link>
        </EmptyState>
      ) : failed ? (
        <Broken error={failed} />
      ) : (
        <div className="stickers">
          {labels.map((each) => each.data && <Sticker key={each.data.url} label={each.data} chat={chat} />)}
        </div>
      )}
    </div>
  )
}
