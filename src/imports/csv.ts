import type { ImportKind } from './kind.ts'
import type { Plan } from './plan.ts'

/** What a spreadsheet would run as a formula is kept as text. Phone numbers and negative numbers are no formulas. */
const formula = /^(?:[=@\t]|[+-](?![\d.]))/

function cell(text: string): string {
  const safe = formula.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** CSV that Chinese Excel opens as it is: UTF-8 with a byte order mark. */
function csv(rows: readonly (readonly string[])[]): string {
  return `\uFEFF${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`
}

/** The rows that cannot be imported as they stand, with the reasons behind them: correct it and import it. */
export function errorFile(plan: Plan): string {
  const wrong = plan.rows.filter((row) => row.state === 'error')
  const width = plan.header.length
  return csv([
    [...plan.header, '错误 Errors'],
    ...wrong.map((row) => [
      ...Array.from({ length: width }, (_, i) => row.cells[i] ?? ''),
      row.issues.map((issue) => `${issue.zh} ${issue.en}`).join(' / '),
    ]),
  ])
}

/** An empty list with all its columns and one example. */
export function templateFile(kind: ImportKind): string {
  return csv([
    kind.columns.map((column) => `${column.zh}${column.required ? '*' : ''}`),
    kind.columns.map((column) => column.example),
  ])
}
