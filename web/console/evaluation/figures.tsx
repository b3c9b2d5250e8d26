import type { TableProps } from 'antd'
import { useWords } from '../../ui/language.ts'
import type { Answer } from '../data/hub.ts'
import { Rows } from '../parts/admin.tsx'
import { evaluationWords } from '../words/evaluation.ts'
import { useClassName, useFieldName } from './field-name.ts'

type Whole = Answer<'evaluation.get'>
type Row = Whole['fields'][number] & { readonly id: string }

/** A share in percent with one decimal. */
export const percent = (share: number) => `${(share * 100).toFixed(1)}%`

/** Precision, recall and F1 by field. */
export function FieldTable({ fields }: { fields: Whole['fields'] }) {
  const t = useWords(evaluationWords)
  const name = useFieldName()
  const count = (title: string, of: (row: Row) => number) => ({
    title,
    align: 'right' as const,
    render: (_: unknown, row: Row) => of(row),
  })
  const columns: TableProps<Row>['columns'] = [
    {
      title: t('field'),
      render: (_, row) => (row.field === 'all' ? <strong>{name(row.field)}</strong> : name(row.field)),
    },
    { title: t('precision'), align: 'right', render: (_, row) => percent(row.precision) },
    { title: t('recall'), align: 'right', render: (_, row) => percent(row.recall) },
    { title: t('f1'), align: 'right', render: (_, row) => <strong>{percent(row.f1)}</strong> },
    count(t('right'), (row) => row.tp),
    count(t('false'), (row) => row.fp),
    count(t('missed'), (row) => row.fn),
    count(t('hallucinated'), (row) => row.hallucinated),
  ]
  return <Rows rows={fields.map((row) => ({ ...row, id: row.field }))} columns={columns} />
}

/** How sure was said of values and how many of them were right, by tenths. */
export function ToldTable({ told }: { told: NonNullable<Whole['told']> }) {
  const t = useWords(evaluationWords)
  type Tenth = (typeof told)['tenths'][number] & { readonly id: string }
  const columns: TableProps<Tenth>['columns'] = [
    {
      title: t('tenth'),
      render: (_, { from }) => `${Math.round(from * 100)}–${Math.round(from * 100) + 10}%`,
    },
    { title: t('values'), align: 'right', render: (_, row) => row.n },
    { title: t('meanSaid'), align: 'right', render: (_, row) => percent(row.told) },
    { title: t('meanRight'), align: 'right', render: (_, row) => <strong>{percent(row.right)}</strong> },
  ]
  const { asked, silent, error } = told
  return (
    <section className="panel told">
      <h2>{t('told')}</h2>
      <p className="quiet">
        {t('toldHint', {
          ...{ error: percent(error), asked: asked.n, askedRight: asked.right },
          ...{ silent: silent.n, silentRight: silent.right },
        })}
      </p>
      <Rows rows={told.tenths.map((row) => ({ ...row, id: String(row.from) }))} columns={columns} />
    </section>
  )
}

/** A confusion matrix: what it should be by row, what it was read as by column. */
export function Matrix({ field, matrix }: { field: string; matrix: Whole['confusion'][string] }) {
  const name = useClassName()
  const fieldName = useFieldName()
  const found = Object.values(matrix).flatMap((row) => Object.keys(row))
  const classes = [...new Set([...Object.keys(matrix).sort(), ...found.sort()])]
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard
    <div className="table-box" tabIndex={0}>
      <table className="matrix">
        <caption>{fieldName(field)}</caption>
        <thead>
          <tr>
            <td />
            {classes.map((each) => (
              <th key={each} scope="col">
                {name(field, each)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {classes.map((expected) => (
            <tr key={expected}>
              <th scope="row">{name(field, expected)}</th>
              {classes.map((each) => {
                const n = matrix[expected]?.[each] ?? 0
                const kind = n === 0 ? 'matrix-none' : each === expected ? 'matrix-right' : 'matrix-wrong'
                return (
                  <td key={each} className={kind}>
                    {n === 0 ? '·' : n}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
