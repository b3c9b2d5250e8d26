import { Form, Input, InputNumber, Select, Switch } from 'antd'
import { language, useWords } from '../../ui/language.ts'
import { channelsWords, settingWords } from '../words/channels.ts'
import { type Schema, type SettingKind, settingKind } from './schema.ts'

const lines = {
  getValueProps: (value: unknown) => ({ value: Array.isArray(value) ? value.join('\n') : '' }),
  normalize: (text: string) =>
    text.split('\n').filter((line, i, all) => line.trim() !== '' || i === all.length - 1),
}

/** The box itself; `bound` is what the form item puts in: id, value, change. */
function Box({
  kind,
  schema,
  secretSet,
  ...bound
}: {
  kind: SettingKind
  schema: Schema
  secretSet: boolean
}) {
  const t = useWords(channelsWords)
  const lang = language.use()
  const kept = secretSet ? t('secretSet') : undefined
  switch (kind) {
    case 'choice':
      return (
        <Select
          {...bound}
          options={(schema.enum ?? []).map((value) => ({
            value,
            label: schema.options?.[value]?.[lang] ?? value,
          }))}
        />
      )
    case 'number':
      return <InputNumber {...bound} className="wide" />
    case 'boolean':
      return <Switch {...bound} />
    case 'secret':
      return <Input.Password {...bound} autoComplete="new-password" placeholder={kept} />
    case 'lines':
    case 'secret-lines':
      return <Input.TextArea {...bound} rows={2} placeholder={kept ?? t('items')} spellCheck={false} />
    default:
      return <Input {...bound} autoComplete="off" spellCheck={false} />
  }
}

function Member({
  path,
  schema,
  required,
  secretsSet,
  checked,
}: {
  path: readonly string[]
  schema: Schema
  required: boolean
  secretsSet: readonly string[]
  checked: boolean
}) {
  const t = useWords(settingWords)
  const lang = language.use()
  const name = path.at(-1) ?? ''
  const label = name in settingWords ? t(name as keyof typeof settingWords) : name
  const kind = settingKind(schema)
  if (kind === 'json') return null
  if (kind === 'group')
    return (
      <fieldset className="setting-group">
        <legend className="setting-legend">{label}</legend>
        <Members schema={schema} path={path} secretsSet={secretsSet} checked={checked} />
      </fieldset>
    )
  const secretSet = secretsSet.includes(path.join('.'))
  return (
    <Form.Item
      name={['config', ...path]}
      label={label}
      extra={schema.hint?.[lang]}
      required={required && !secretSet}
      rules={checked && required && !secretSet ? [{ required: true }] : []}
      valuePropName={kind === 'boolean' ? 'checked' : 'value'}
      {...(kind === 'lines' || kind === 'secret-lines' ? lines : {})}
    >
      <Box kind={kind} schema={schema} secretSet={secretSet} />
    </Form.Item>
  )
}

/** The members of an object of settings: those with the given names, or all. */
export function Members({
  schema,
  path,
  secretsSet,
  names,
  checked = false,
}: {
  schema: Schema
  path: readonly string[]
  secretsSet: readonly string[]
  names?: readonly string[]
  /** Whether an empty box that is needed is refused before the hub is asked; not where it may be folded away. */
  checked?: boolean
}) {
  const required = schema.required ?? []
  return (
    Object.entries(schema.properties ?? {})
      .filter(([name, member]) => (names ? names.includes(name) : !member.supplied))
      // Servers and other groups come after what only the person knows.
      .sort(([, a], [, b]) => Number(settingKind(a) === 'group') - Number(settingKind(b) === 'group'))
      .map(([name, member]) => (
        <Member
          key={name}
          path={[...path, name]}
          schema={member}
          required={required.includes(name)}
          secretsSet={secretsSet}
          checked={checked}
        />
      ))
  )
}
