import { Alert, Button, Form, Input, Select } from 'antd'
import { useState } from 'react'
import { Icon } from '../../ui/icons.tsx'
import { language, useLabelled, useWords } from '../../ui/language.ts'
import { type Answer, useAsk, useTell } from '../data/hub.ts'
import { settingsWords } from '../words/access.ts'
import { commonWords } from '../words/terms.ts'
import { Loaded } from './admin.tsx'

type Calendar = Answer<'calendar.list'>['calendars'][number]
type Override = Calendar['overrides']['days'][string]

/** One line of the table: a date that is not as the week or the published holidays say. */
interface Day {
  readonly date: string
  readonly work: boolean
  readonly name: string
  /** Hours of that day where they differ; kept as they are. */
  readonly spans: Override['spans']
}

function daysOf(calendar: Calendar): Day[] {
  return Object.entries(calendar.overrides.days)
    .map(([date, day]) => ({ date, work: day.work, name: day.name ?? '', spans: day.spans }))
    .sort((a, b) => (a.date < b.date ? -1 : 1))
}

function overridesOf(days: readonly Day[], holidays: 'CN' | 'none'): Calendar['overrides'] {
  const entries = days.map(({ date, work, name, spans }): [string, Override] => [
    date,
    { work, ...(name ? { name } : {}), ...(spans ? { spans } : {}) },
  ])
  return { holidays, days: Object.fromEntries(entries) }
}

/** A row of the table; the key names the place, not the date, so that typing a date keeps the focus. */
function DayRow({ day, change, remove }: { day: Day; change: (day: Day) => void; remove: () => void }) {
  const t = useWords(settingsWords)
  const c = useWords(commonWords)
  return (
    <div className="day-row">
      <Input
        type="date"
        aria-label={t('date')}
        value={day.date}
        onChange={(event) => change({ ...day, date: event.target.value })}
      />
      <Select
        aria-label={t('dayIs')}
        value={day.work ? 'work' : 'rest'}
        onChange={(value) => change({ ...day, work: value === 'work' })}
        options={[
          { value: 'rest', label: t('rest') },
          { value: 'work', label: t('work') },
        ]}
      />
      <Input
        aria-label={t('dayName')}
        placeholder={t('dayName')}
        maxLength={100}
        value={day.name}
        onChange={(event) => change({ ...day, name: event.target.value })}
      />
      <Button aria-label={`${c('remove')} ${day.date}`} icon={<Icon name="close" />} onClick={remove} />
    </div>
  )
}

function CalendarPanel({ calendar }: { calendar: Calendar }) {
  const t = useWords(settingsWords)
  const labelled = useLabelled()
  const c = useWords(commonWords)
  const lang = language.use()
  const { run, busy, refused } = useTell()
  const [draft, setDraft] = useState<{
    readonly days: readonly Day[]
    readonly holidays: 'CN' | 'none'
  } | null>(null)
  const { days, holidays } = draft ?? { days: daysOf(calendar), holidays: calendar.overrides.holidays }
  const dates = days.map((day) => day.date)
  const unusable = dates.some((date) => date === '') || new Set(dates).size < dates.length
  const save = async () => {
    const { id, version } = calendar
    const overrides = overridesOf(days, holidays)
    if (await run('calendar.update', { id, version, overrides })) setDraft(null)
  }
  return (
    <section className="panel" aria-label={calendar.name}>
      <header className="section-head">
        <h3>{calendar.name}</h3>
        <span className="quiet">{calendar.timeZone}</span>
      </header>
      {calendar.warnings.map((warning) => (
        <Alert key={warning.year} type="warning" showIcon title={warning[lang]} />
      ))}
      <Form.Item label={t('holidays')}>
        <Select
          aria-label={t('holidays')}
          value={holidays}
          onChange={(value) => setDraft({ days, holidays: value })}
          options={[
            { value: 'CN', label: t('holidaysCn') },
            { value: 'none', label: t('holidaysNone') },
          ]}
        />
      </Form.Item>
      {days.length === 0 && <p className="quiet">{t('noDays')}</p>}
      {days.map((day, place) => (
        <DayRow
          // biome-ignore lint/suspicious/noArrayIndexKey: the date is what is being typed
          key={place}
          day={day}
          change={(changed) => setDraft({ holidays, days: days.with(place, changed) })}
          remove={() => setDraft({ holidays, days: days.toSpliced(place, 1) })}
        />
      ))}
      {unusable && <p className="step-bad">{t('dayTwice')}</p>}
      {refused?.issues.map((issue) => (
        <p key={issue.path} className="step-bad">
          {labelled(issue.path, issue.message)}
        </p>
      ))}
      <span className="row-actions">
        <Button
          icon={<Icon name="plus" />}
          onClick={() =>
            setDraft({ holidays, days: [...days, { date: '', work: false, name: '', spans: undefined }] })
          }
        >
          {t('addDay')}
        </Button>
        <Button
          type="primary"
          loading={busy}
          disabled={draft === null || unusable}
          onClick={() => void save()}
        >
          {c('save')}
        </Button>
        {draft && <Button onClick={() => setDraft(null)}>{c('cancel')}</Button>}
      </span>
    </section>
  )
}

/** The days of each business calendar that differ from the week and from the published holidays. */
export function CalendarDays() {
  const t = useWords(settingsWords)
  const calendars = useAsk('calendar.list', {})
  return (
    <section className="stack">
      <h2>{t('calendars')}</h2>
      <p className="quiet">{t('calendarsHint')}</p>
      <Loaded query={calendars}>
        {(data) =>
          data.calendars.length === 0 ? (
            <p className="quiet">{t('noCalendars')}</p>
          ) : (
            data.calendars.map((calendar) => <CalendarPanel key={calendar.id} calendar={calendar} />)
          )
        }
      </Loaded>
    </section>
  )
}
