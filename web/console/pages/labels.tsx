import { useQueries } from '@tanstack/react-query'
import { Alert, Button, Segmented } from 'antd'
import { useState } from 'react'
import { Link, useNavigate, useSearchParams } from 'react-router'
import { ask, Refused } from '../../ui/api.ts'
import { Icon } from '../../ui/icons.tsx'
import { useWords } from '../../ui/language.ts'
import { AddressWarning } from '../channels/trial.tsx'
import { type Answer, useTell } from '../data/hub.ts'
import { mayDo } from '../data/session.ts'
import { Broken, EmptyState } from '../parts/broken.tsx'
import { useSignedIn } from '../parts/session-context.ts'
import { deviceWords } from '../words/catalogue.ts'
import { commonWords } from '../words/terms.ts'
import '../labels.css'

type Label = Answer<'catalogue.label'>
type Code = Label['makeable'][number]

const keyOf = ({ accountId, lifetime }: Code) => `${accountId} ${lifetime}`

/** One sticker, A6: the code, what it is on, and the number to call. The code opens the form, or a chat. */
function Sticker({ label, chosen }: { label: Label; chosen: string }) {
  const t = useWords(deviceWords)
  const { device, site } = label
  const chat = label.chats.find((each) => keyOf(each) === chosen)
  if (chosen !== '' && !chat) return null
  const code = chat ?? label
  const words = chat ? (chat.channel === 'wechat-oa' ? 'scanFollow' : 'scanChat') : 'scan'
  return (
    <article className="sticker">
      <h2>{t(words)}</h2>
      <img src={`data:image/svg+xml;utf8,${encodeURIComponent(code.svg)}`} alt={code.url} />
      <strong>{device ? [device.category, device.model].filter(Boolean).join(' ') : site?.name}</strong>
      {device && <span className="number">{device.serialNumber}</span>}
      <span>{code.accountName}</span>
      {chat?.expiresAt && <span>{t('validUntil', { date: chat.expiresAt.slice(0, 10) })}</span>}
      {label.hotline && <span className="sticker-hotline">{label.hotline}</span>}
    </article>
  )
}

/** Says that some labels lack the chosen code, and has the vendor make it. */
function Missing({ code, rows, kind }: { code: Code; rows: readonly string[]; kind: 'device' | 'site' }) {
  const t = useWords(deviceWords)
  const { run, busy } = useTell()
  const mayMake = mayDo(useSignedIn(), [])
  const { accountId, lifetime } = code
  const make = async () => {
    for (const [n, id] of rows.entries()) {
      const done = n === rows.length - 1 ? t('made') : null
      // What the vendor refuses once it would refuse for each.
      if (!(await run('catalogue.makeCode', { kind, id, accountId, lifetime }, done))) return
    }
  }
  return (
    <Alert
      className="labels-missing"
      type="info"
      showIcon
      title={t('notMade', { count: rows.length })}
      description={mayMake ? t('notMadeHint') : t('makeByAdmin')}
      action={
        mayMake && (
          <Button type="primary" loading={busy} onClick={() => void make()}>
            {t('makeCodes')}
          </Button>
        )
      }
    />
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
  const [chosen, setChosen] = useState('')
  const codes = new Map<string, Code>()
  for (const { data } of labels) {
    for (const code of [...(data?.chats ?? []), ...(data?.makeable ?? [])]) codes.set(keyOf(code), code)
  }
  const code = codes.get(chosen)
  const lacking = ids.filter((_, n) => labels[n]?.data?.makeable.some((each) => keyOf(each) === chosen))
  const failed = labels.find((each) => each.error)?.error
  const nameOf = ({ accountName, channel, lifetime }: Code) =>
    channel === 'wechat-oa'
      ? t(lifetime === 'permanent' ? 'permanentCode' : 'temporaryCode', { account: accountName })
      : accountName
  return (
    <div className="labels">
      <header className="labels-head">
        <Button icon={<Icon name="back" />} onClick={() => void navigate(-1)}>
          {c('back')}
        </Button>
        <h1>{t('labels')}</h1>
        {codes.size > 0 && (
          <Segmented
            aria-label={t('opens')}
            value={chosen}
            onChange={setChosen}
            options={[
              { value: '', label: t('opensForm') },
              ...[...codes].map(([value, each]) => ({ value, label: nameOf(each) })),
            ]}
          />
        )}
        <Button
          type="primary"
          icon={<Icon name="print" />}
          disabled={labels.some((each) => !each.data) || lacking.length > 0}
          onClick={() => print()}
        >
          {t('printNow')}
        </Button>
      </header>
      <div className="labels-warning">
        <AddressWarning />
        {/* Each code has a button of its own: one that is still being made for the last code would not hear a press. */}
        {code && lacking.length > 0 && <Missing key={chosen} code={code} rows={lacking} kind={kind} />}
      </div>
      {failed instanceof Refused && failed.code === 'qr.no_account' ? (
        <EmptyState icon="qr" title={t('noAccount')} hint={t('noAccountHint')}>
          <Link to="/accounts">{t('connect')}</Link>
        </EmptyState>
      ) : failed ? (
        <Broken error={failed} />
      ) : (
        <div className="stickers">
          {labels.map(
            (each) => each.data && <Sticker key={each.data.url} label={each.data} chosen={chosen} />,
          )}
        </div>
      )}
    </div>
  )
}
