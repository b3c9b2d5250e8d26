import { Button, Form } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { useWords } from '../../ui/language.ts'
import { Moment } from '../../ui/time.tsx'
import { useAsk, useTell } from '../data/hub.ts'
import { Copyable, Loaded } from '../parts/admin.tsx'
import { ChannelMark } from '../parts/marks.tsx'
import { identityWords } from '../words/directory.ts'

/** Kinds of channel in which people of the staff press cards, and write their code. */
const takingCodes = ['wecom', 'wecom-bot', 'dingtalk', 'feishu']

/** Where job cards reach a person: the vendors' users that are linked to them, and a code by which they link themselves. */
export function Identities({ staffId }: { staffId: string }) {
  const t = useWords(identityWords)
  const query = useAsk('staff.identities', { staffId })
  const { run, busy } = useTell()
  const accounts = useAsk('channel.list', {})
  const nowhere = accounts.data?.accounts.every(
    ({ kind, enabled, audience }) => !enabled || audience === 'customers' || !takingCodes.includes(kind),
  )
  const [code, setCode] = useState<string | null>(null)
  return (
    <Form.Item label={t('title')} extra={code ? t('codeHint') : t('hint')}>
      <Loaded query={query}>
        {({ identities }) => (
          <div className="stack">
            {identities.length === 0 && <span className="quiet">{t('none')}</span>}
            {identities.map((each) => (
              <span key={each.id} className="link-row">
                <span>
                  <ChannelMark channel={each.channel ?? ''} /> {each.accountName ?? t('gone')} ·{' '}
                  {each.externalId} <Moment at={each.linkedAt} className="quiet" />
                </span>
                <Button
                  size="small"
                  loading={busy}
                  onClick={() => void run('staff.unlink', { id: each.id }, t('unlinked'))}
                >
                  {t('unlink')}
                </Button>
              </span>
            ))}
            {code ? (
              <Copyable text={code} />
            ) : nowhere ? (
              <span className="quiet">
                {t('nowhere')} <Link to="/accounts">{t('setUp')}</Link>
              </span>
            ) : (
              <Button
                loading={busy}
                onClick={() =>
                  void run('staff.linkCode', { staffId }, null).then((made) => made && setCode(made.text))
                }
              >
                {t('makeCode')}
              </Button>
            )}
          </div>
        )}
      </Loaded>
    </Form.Item>
  )
}
