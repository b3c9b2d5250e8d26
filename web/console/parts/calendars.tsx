import { Alert, Button, Form, Input, Select } from 'antd'
import { useId, useState } from 'react'
import { Icon } from '../../ui/icons.tsx'
import { language, useLabelled, useWords } from '../../ui/language.ts'
import type { Hours } from '../data/directory.ts'
import { type Answer, type Input as CommandInput, useAsk, useTell } from '../data/hub.ts'
import { settingsWords } from '../words/access.ts'
import { commonWords } from '../words/terms.ts'
import { Loaded } from './admin.tsx'
import { HoursInput } from './hours-input.tsx'
import { useSure } from './sure.ts'

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

/** What the boxes of a calendar hold. */
interface Draft {
  readonly name: string
  readonly hours: Hours
  readonly holidays: 'CN' | 'none'
  readonly days: readonly Day[]
}

function draftOf(calendar: Calendar): Draft {
  const { name, hours, overrides } = calendar
  return { name, hours: hours as Hours, holidays: overrides.holidays, days: daysOf(calendar) }
}

/** A calendar that somebody begins: office hours of China. */
const office = {
  hours: { spans: [{ days: [1, 2, 3, 4, 5], open: '09:00', close: '18:00' }] },
  overrides: { holidays: 'CN' as const, days: {} },
}

function CalendarPanel({ calendar }: { calendar: Calendar }) {
  const t = useWords(settingsWords)
  const labelled = useLabelled()
  const c = useWords(commonWords)
  const lang = language.use()
  const { run, busy, refused } = useTell()
  const sure = useSure()
  const id = useId()
  const [draft, setDraft] = useState<Draft | null>(null)
  const now = draft ?? draftOf(calendar)
  const { name, hours, holidays, days } = now
  const write = (change: Partial<Draft>) => setDraft({ ...now, ...change })
  const dates = days.map((day) => day.date)
  const unusable = dates.some((date) => date === '') || new Set(dates).size < dates.length
  const { version } = calendar
  const save = async () => {
    const input = { name, hours, overrides: overridesOf(days, holidays) }
    const change = { id: calendar.id, version, ...input } as CommandInput<'calendar.update'>
    if (await run('calendar.update', change)) setDraft(null)
  }
  const remove = () =>
    sure({
      title: t('removeCalendar', { name: calendar.name }),
      okText: c('remove'),
      onOk: () => run('calendar.remove', { id: calendar.id, version }),
    })
  return (
    <section className="panel" aria-label={calendar.name}>
      <header className="section-head">
        <h3>{calendar.name}</h3>
        {calendar.isDefault && <span className="tag">{t('defaultCalendar')}</span>}
        <span className="quiet">{calendar.timeZone}</span>
      </header>
      {calendar.warnings.map((warning) => (
        <Alert key={warning.year} type="warning" showIcon title={warning[lang]} />
      ))}
      <Form.Item label={t('calendarName')} htmlFor={`${id}-name`}>
        <Input
          id={`${id}-name`}
          maxLength={80}
          value={name}
          onChange={(event) => write({ name: event.target.value })}
        />
      </Form.Item>
      <Form.Item label={t('openHours')}>
        <HoursInput value={hours} onChange={(next) => next && write({ hours: next })} />
      </Form.Item>
      <Form.Item label={t('holidays')}>
        <Select
          aria-label={t('holidays')}
          value={holidays}
          onChange={(value) => write({ holidays: value })}
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
          change={(changed) => write({ days: days.with(place, changed) })}
          remove={() => write({ days: days.toSpliced(place, 1) })}
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
          onClick={() => write({ days: [...days, { date: '', work: false, name: '', spans: undefined }] })}
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
        {!calendar.isDefault && (
          <>
            <Button
              onClick={() => void run('calendar.update', { id: calendar.id, version, isDefault: true })}
            >
              {t('makeDefault')}
            </Button>
            <Button danger onClick={remove}>
              {t('dropCalendar')}
            </Button>
          </>
        )}
      </span>
    </section>
  )
}

/** The business calendars: when promises count, and the days that differ from the week and from the published holidays. */
export function Calendars() {
  const t = useWords(settingsWords)
  const calendars = useAsk('calendar.list', {})
  const { run, busy } = useTell()
  const add = (n: number) =>
    run('calendar.create', { ...office, name: t('newCalendar', { n }), isDefault: n === 1 })
  return (
    <section className="stack">
      <h2>{t('calendars')}</h2>
      <p className="quiet">{t('calendarsHint')}</p>
      <Loaded query={calendars}>
        {(data) => (
          <>
            {data.calendars.length === 0 && <p className="quiet">{t('noCalendars')}</p>}
            {data.calendars.map((calendar) => (
              <CalendarPanel key={calendar.id} calendar={calendar} />
            ))}
            <span>
              <Button
                icon={<Icon name="plus" />}
                loading={busy}
                onClick={() => void add(data.calendars.length + 1)}
              >
                {t('addCalendar')}
              </Button>
            </span>
          </>
        )}
      </Loaded>
    </section>
  )
}
