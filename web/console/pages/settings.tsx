import { Alert } from 'antd'
import { useWords } from '../../ui/language.ts'
import type { BoxSchema } from '../boxes/box.ts'
import { BoxForm } from '../boxes/form.tsx'
import { settingBoxes } from '../boxes/settings.ts'
import { AddressWarning } from '../channels/trial.tsx'
import { type Answer, type Input, useAsk, useTell } from '../data/hub.ts'
import { mayDo } from '../data/session.ts'
import { AdminPage, Copyable, Loaded } from '../parts/admin.tsx'
import { Calendars } from '../parts/calendars.tsx'
import { useSignedIn } from '../parts/session-context.ts'
import { TagTreePanel } from '../parts/tag-tree.tsx'
import { settingsWords } from '../words/access.ts'

type Setting = Answer<'setting.list'>['settings'][number]

function SettingPanel({ setting }: { setting: Setting }) {
  const t = useWords(settingsWords)
  const { run, busy, refused } = useTell()
  const { name, value, stored } = setting
  return (
    <BoxForm
      name={name}
      title={name in settingsWords ? t(name as keyof typeof settingsWords) : name}
      value={value}
      stored={stored}
      schema={setting.schema as BoxSchema}
      sections={[{ boxes: settingBoxes[name] ?? [] }]}
      issuesAt="value"
      save={async (next, quiet) => {
        const input = { name, value: next as Input<'setting.set'>['value'] }
        return (await run('setting.set', input, quiet ? null : undefined)) !== null
      }}
      busy={busy}
      issues={refused?.issues}
      mayEdit={mayDo(useSignedIn(), [])}
    />
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
      <Calendars />
      <TagTreePanel />
      <Loaded query={settings}>
        {(data) => data.settings.map((setting) => <SettingPanel key={setting.name} setting={setting} />)}
      </Loaded>
    </AdminPage>
  )
}
