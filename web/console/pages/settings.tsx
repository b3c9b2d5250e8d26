import { Alert, Button } from 'antd'
import { useState } from 'react'
import { useWords } from '../../ui/language.ts'
import { AddressWarning } from '../channels/trial.tsx'
import { type Answer, type Input, useAsk, useTell } from '../data/hub.ts'
import { AdminPage, Copyable, Loaded } from '../parts/admin.tsx'
import { CalendarDays } from '../parts/calendar-days.tsx'
import { JsonEditor } from '../parts/json-editor.tsx'
import { TagTreePanel } from '../parts/tag-tree.tsx'
import { settingsWords } from '../words/access.ts'
import { commonWords } from '../words/terms.ts'

type Setting = Answer<'setting.list'>['settings'][number]

function SettingPanel({ setting }: { setting: Setting }) {
  const t = useWords(settingsWords)
  const c = useWords(commonWords)
  const { run, busy, refused } = useTell()
  const [draft, setDraft] = useState<unknown>(undefined)
  const named = setting.name in settingsWords ? t(setting.name as keyof typeof settingsWords) : setting.name
  const save = async () => {
    const value = draft as Input<'setting.set'>['value']
    if (await run('setting.set', { name: setting.name, value })) setDraft(undefined)
  }
  return (
    <section className="panel">
      <header className="section-head">
        <h2>{named}</h2>
        <span className="quiet">{t(setting.stored ? 'stored' : 'isDefault')}</span>
      </header>
      <JsonEditor value={draft ?? setting.value} onChange={setDraft} rows={8} label={named} />
      {refused?.issues.map((issue) => (
        <p key={issue.path} className="step-bad">{`${issue.path}: ${issue.message}`}</p>
      ))}
      <Button type="primary" loading={busy} disabled={draft === undefined} onClick={() => void save()}>
        {c('save')}
      </Button>
    </section>
  )
}

function AddressPanel() {
  const t = useWords(settingsWords)
  const reach = useAsk('system.reachability', {})
  return (
    <section className="panel">
      <h2>{t('address')}</h2>
      <Loaded query={reach}>
        {(data) => (
          <div className="stack">
            <span className="quiet">{t('addressNow')}</span>
            <Copyable text={data.linkBase} />
            {data.warn ? <AddressWarning /> : <Alert type="success" showIcon title={t('addressGood')} />}
            <span className="quiet">{`${t('version')} ${data.version}`}</span>
          </div>
        )}
      </Loaded>
    </section>
  )
}

/** Settings of the whole hub. */
export default function Settings() {
  const t = useWords(settingsWords)
  const settings = useAsk('setting.list', {})
  return (
    <AdminPage title={t('title')} hint={t('hint')}>
      <AddressPanel />
      <CalendarDays />
      <TagTreePanel />
      <Loaded query={settings}>
        {(data) => data.settings.map((setting) => <SettingPanel key={setting.name} setting={setting} />)}
      </Loaded>
    </AdminPage>
  )
}
