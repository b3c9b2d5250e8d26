import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Input, type InputRef, Select } from 'antd'
import { type RefObject, useEffect, useRef, useState } from 'react'
import { Refused, tell } from '../../ui/api.ts'
import type { Queries } from '../../ui/generated/api.ts'
import { Icon } from '../../ui/icons.tsx'
import { useWords } from '../../ui/language.ts'
import { useGroups, useStaff } from '../data/directory.ts'
import { useAsk } from '../data/hub.ts'
import { type TicketFilter, useSavedFilters } from '../data/tickets.ts'
import { riskWords } from '../words/labels.ts'
import { channelWords, statusWords, urgencyWords } from '../words/terms.ts'
import { ticketsWords } from '../words/tickets.ts'
import { Key } from './field.tsx'
import { useSignedIn } from './session-context.ts'
import { presets, sameFilter } from './ticket-query.ts'

const pauseMs = 250

/** Keeps the typed word apart from the one that is searched, so that typing is never held up. */
function SearchBox({
  value,
  search,
  box,
  intoList,
}: {
  value: string
  search: (q: string) => void
  box: RefObject<HTMLInputElement | null>
  intoList: () => void
}) {
  const t = useWords(ticketsWords)
  const [text, setText] = useState(value)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => setText(value), [value])
  const later = (next: string) => {
    setText(next)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => search(next.trim()), pauseMs)
  }
  return (
    <Input
      ref={(element: InputRef | null) => {
        box.current = element?.input ?? null
      }}
      className="search-box"
      type="search"
      allowClear
      maxLength={200}
      aria-label={t('search')}
      placeholder={t('search')}
      prefix={<Icon name="search" />}
      suffix={text ? null : <Key>/</Key>}
      value={text}
      onChange={(event) => later(event.target.value)}
      onPressEnter={() => {
        clearTimeout(timer.current)
        search(text.trim())
        intoList()
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape' || event.key === 'ArrowDown') intoList()
      }}
    />
  )
}

function Views({ filter, change }: { filter: TicketFilter; change: (filter: TicketFilter) => void }) {
  const t = useWords(ticketsWords)
  const { message, modal } = App.useApp()
  const client = useQueryClient()
  const session = useSignedIn()
  const saved = useSavedFilters()
  const own = saved.data ?? []
  const standard = presets(session.user.staffId)
  const known = [...standard, ...own.map((each) => ({ filter: each.query }))].some((each) =>
    sameFilter(each.filter, filter),
  )
  const failed = (error: unknown) => message.error(error instanceof Refused ? error.message : String(error))
  const refresh = () => client.invalidateQueries({ queryKey: ['saved-filters'] })
  const save = () => {
    let name = ''
    modal.confirm({
      title: t('saveViewName'),
      icon: null,
      content: <Input autoFocus maxLength={40} onChange={(event) => (name = event.target.value)} />,
      onOk: () =>
        tell('ticket.saveFilter', {
          name: name.trim(),
          query: { ...filter, sort: undefined },
          shared: false,
        }).then(refresh, failed),
    })
  }
  return (
    <fieldset className="views" aria-label={t('views')}>
      {standard.map((view) => (
        <button
          key={view.word}
          type="button"
          className="view"
          aria-pressed={sameFilter(view.filter, filter)}
          onClick={() => change(view.filter)}
        >
          {t(view.word)}
        </button>
      ))}
      {own.map((view) => (
        <span key={view.id} className="view-own">
          <button
            type="button"
            className="view"
            aria-pressed={sameFilter(view.query, filter)}
            onClick={() => change(view.query)}
          >
            {view.name}
          </button>
          {view.mine && (
            <button
              type="button"
              className="view-remove"
              aria-label={t('removeView', { name: view.name })}
              onClick={() => void tell('ticket.deleteFilter', { id: view.id }).then(refresh, failed)}
            >
              <Icon name="close" size={12} />
            </button>
          )}
        </span>
      ))}
      {!known && (
        <Button size="small" type="link" icon={<Icon name="plus" size={13} />} onClick={save}>
          {t('saveView')}
        </Button>
      )}
    </fieldset>
  )
}

/** Views, search and filters of the list. */
export function FilterBar({
  filter,
  change,
  searchBox,
  intoList,
}: {
  filter: TicketFilter
  change: (filter: TicketFilter) => void
  searchBox: RefObject<HTMLInputElement | null>
  intoList: () => void
}) {
  const t = useWords(ticketsWords)
  const groups = useGroups()
  const staff = useStaff()
  const set = (part: Partial<TicketFilter>) => change({ ...filter, ...part })
  const [open, setOpen] = useState(false)
  const { q: _q, sla: _sla, sort: _sort, ...boxes } = filter
  const chosen = Object.values(boxes).filter((value) => value !== undefined).length
  return (
    <div className="filters">
      <h1 className="sr-only">{t('title')}</h1>
      <Views filter={filter} change={change} />
      <div className="filter-row" data-open={open || undefined}>
        <SearchBox
          value={filter.q ?? ''}
          search={(q) => {
            if (q !== (filter.q ?? '')) set({ q: q || undefined })
          }}
          box={searchBox}
          intoList={intoList}
        />
        <Button className="filter-fold" aria-expanded={open} onClick={() => setOpen(!open)}>
          {chosen > 0 ? `${t('filters')} ${chosen}` : t('filters')}
        </Button>
        <Several
          words={statusWords}
          label={t('status')}
          value={filter.status}
          set={(status) => set({ status })}
        />
        <Several
          words={urgencyWords}
          label={t('urgency')}
          value={filter.urgency}
          set={(urgency) => set({ urgency })}
        />
        <Several
          words={channelWords}
          label={t('channel')}
          value={filter.channel}
          set={(channel) => set({ channel })}
        />
        <Several words={riskWords} label={t('risk')} value={filter.risk} set={(risk) => set({ risk })} />
        <TagFilter filter={filter} set={(tag) => set({ tag })} />
        <One
          label={t('group')}
          value={filter.group?.[0]}
          set={(group) => set({ group: group ? [group] : undefined })}
          options={[
            { value: 'none', label: t('noGroup') },
            ...(groups.data ?? []).map((each) => ({ value: each.id, label: each.name })),
          ]}
        />
        <One
          label={t('assignee')}
          value={filter.assignee?.[0]}
          set={(assignee) => set({ assignee: assignee ? [assignee] : undefined })}
          options={[
            { value: 'me', label: t('viewMine') },
            { value: 'none', label: t('unassigned') },
            ...(staff.data ?? []).map((each) => ({ value: each.id, label: each.name })),
          ]}
        />
      </div>
    </div>
  )
}

/** Branches of the tree that tickets of the other filters have, each with how many; a branch means what grows from it too. */
function TagFilter({ filter, set }: { filter: TicketFilter; set: (tag: string[] | undefined) => void }) {
  const t = useWords(ticketsWords)
  const [open, setOpen] = useState(false)
  const { tag, sort: _sort, ...others } = filter
  const counts = useAsk('ticket.tagCounts', others as Queries['ticket.tagCounts']['input'], { enabled: open })
  const known = counts.data?.tags ?? []
  const chosen = (tag ?? []).filter((path) => !known.some((each) => each.path === path))
  const options = [
    ...chosen.map((path) => ({ value: path, label: path.replaceAll('/', ' / ') })),
    ...known.map(({ path, n }) => ({ value: path, label: `${path.replaceAll('/', ' / ')} (${n})` })),
  ]
  return (
    <Select
      mode="multiple"
      className="filter"
      aria-label={t('tag')}
      placeholder={t('tag')}
      allowClear
      maxTagCount={0}
      maxTagPlaceholder={(picked) => `${t('tag')} ${picked.length}`}
      popupMatchSelectWidth={320}
      loading={open && counts.isPending}
      notFoundContent={counts.error ? t('tagsFailed') : counts.isPending ? t('tagsReading') : t('noTags')}
      onOpenChange={setOpen}
      value={[...(tag ?? [])]}
      onChange={(next: string[]) => set(next.length ? next : undefined)}
      options={options}
    />
  )
}

function Several<W extends Readonly<Record<string, readonly [string, string]>>>({
  words,
  label,
  value,
  set,
}: {
  words: W
  label: string
  value: readonly string[] | undefined
  set: (value: string[] | undefined) => void
}) {
  const t = useWords(words)
  return (
    <Select
      mode="multiple"
      className="filter"
      aria-label={label}
      placeholder={label}
      allowClear
      maxTagCount={0}
      maxTagPlaceholder={(chosen) => `${label} ${chosen.length}`}
      value={[...(value ?? [])]}
      onChange={(next: string[]) => set(next.length ? next : undefined)}
      options={Object.keys(words).map((key) => ({ value: key, label: t(key) }))}
    />
  )
}

function One({
  label,
  value,
  set,
  options,
}: {
  label: string
  value: string | undefined
  set: (value: string | undefined) => void
  options: { value: string; label: string }[]
}) {
  return (
    <Select
      className="filter"
      aria-label={label}
      placeholder={label}
      allowClear
      showSearch={{ optionFilterProp: 'label' }}
      value={value ?? null}
      onChange={(next: string | null) => set(next ?? undefined)}
      options={options}
    />
  )
}
