import { noEffects } from '../../contract/jobs.ts'
import type { JsonObject } from '../../kernel/json.ts'
import type { JobHandler } from '../../queue/index.ts'
import { defineHandler, stale } from '../../queue/index.ts'
import { json, type Reader, sql } from '../../store/index.ts'
import { activeForms } from '../../tickets/index.ts'
import { type Case, type EngineName, type SetName, shippedCases } from './case.ts'
import { correctedPage, countCorrected } from './corrected.ts'
import { addFigures, type CaseOutcome, type Figures, figuresOf, withoutPersonalValues } from './outcome.ts'
import { bodiesOf, type EvaluationPorts, type RunVersions, type VersionBodies } from './ports.ts'
import { withWords } from './published.ts'
import { evaluateCase, type ReadPorts } from './run.ts'

/** Cases that one job reads: what is lost when a process dies, and how often progress shows. */
const pageSize = 20

/** A run's row as the steps read it. */
interface RunRow {
  readonly id: string
  readonly set: SetName
  readonly engine: EngineName
  readonly state: string
  readonly cursor: string | null
  readonly total: number | null
  readonly figures: Figures
  readonly versions: RunVersions
}

/** Reads a run's row; null when there is none. */
export async function readRun(db: Reader, id: string): Promise<RunRow | null> {
  const row = await db
    .selectFrom('evaluation_run')
    .select(['id', 'set', 'engine', 'state', 'cursor', 'total', 'figures', 'versions'])
    .where('id', '=', id)
    .executeTakeFirst()
  return (row ?? null) as unknown as RunRow | null
}

/** With what a run's cases are read. */
export function readPortsOf(
  ports: EvaluationPorts,
  engine: EngineName,
  bodies: VersionBodies,
): Omit<ReadPorts, 'signal'> {
  return {
    engine,
    rules: ports.rules(bodies.classifier),
    lexicon: ports.lexicon,
    ...(ports.llm ? { llm: ports.llm } : {}),
    prompt: bodies.prompt?.text ?? null,
    calibration: bodies.confidence?.calibration ?? null,
  }
}

/** A case of the forms with all fields of the hub's own forms, a tried draft in the place of its form. */
async function withForms(db: Reader, cases: readonly Case[], draft: VersionBodies['form']): Promise<Case[]> {
  const forms = await activeForms(db)
  const now = forms.map(({ typeId, form }) => (typeId === draft?.typeId ? draft.form : form))
  const properties = Object.assign(
    {},
    ...now.map((form) => (form as JsonObject).properties ?? {}),
  ) as JsonObject
  const customForm = { type: 'object', properties }
  return cases.map((item) => ({ ...item, input: { ...item.input, customForm } }))
}

/** The shipped cases of a set as a hub reads them. */
export async function casesInHub(
  db: Reader,
  set: SetName,
  bodies: VersionBodies,
  pick: (cases: readonly Case[]) => readonly Case[],
): Promise<Case[]> {
  const cases = pick(shippedCases(set)).map((item) => withWordsOf(item, bodies))
  return set === 'forms' ? await withForms(db, cases, bodies.form) : cases
}

function withWordsOf(item: Case, bodies: VersionBodies): Case {
  return { ...item, input: { ...item.input, catalogue: withWords(item.input.catalogue, bodies.words) } }
}

interface Page {
  readonly cases: readonly Case[]
  readonly next: string | null
  readonly total: number
}

async function pageOf(db: Reader, run: RunRow, ports: EvaluationPorts, bodies: VersionBodies): Promise<Page> {
  if (run.set === 'corrected') {
    const catalogue = withWords(await ports.catalogue(db), bodies.words)
    const { cases, after } = await correctedPage(db, run.cursor, pageSize, {
      timeZone: ports.timeZone,
      catalogue,
      form: bodies.form,
    })
    return { cases, next: after, total: run.total ?? (await countCorrected(db)) }
  }
  const from = Number(run.cursor ?? 0)
  const to = from + pageSize
  const total = shippedCases(run.set).length
  const cases = await casesInHub(db, run.set, bodies, (all) => all.slice(from, to))
  return { cases, next: to < total ? String(to) : null, total }
}

interface Read {
  readonly run: RunRow
  readonly page: Page
  readonly outcomes: readonly { readonly item: Case; readonly outcome: CaseOutcome | null }[]
}

/** `evaluation.step`: a page of a run's cases, its counts and its outcomes in one transaction; a run that was stopped stays so. */
export function makeStepHandler(ports: EvaluationPorts): JobHandler {
  return defineHandler<'evaluation.step', undefined, Read | null>({
    kind: 'evaluation.step',
    async prepare(job, ctx) {
      const run = await readRun(ctx.db, job.payload.runId)
      if (run?.state !== 'running') return null
      const bodies = await bodiesOf(ctx.db, run.versions)
      const page = await pageOf(ctx.db, run, ports, bodies)
      const read = { ...readPortsOf(ports, run.engine, bodies), signal: ctx.signal }
      const outcomes: { item: Case; outcome: CaseOutcome | null }[] = []
      for (const item of page.cases) {
        const outcome = await evaluateCase(item, read)
        outcomes.push({
          item,
          outcome: outcome && item.set === 'corrected' ? withoutPersonalValues(outcome) : outcome,
        })
      }
      return { run, page, outcomes }
    },
    async commit(tx, read, _job, ctx) {
      if (!read) return noEffects
      const { run, page, outcomes } = read
      const figures = outcomes.map(({ outcome }) => figuresOf(outcome)).reduce(addFigures, run.figures)
      const done = page.next === null
      const moved = await tx
        .updateTable('evaluation_run')
        .set({
          figures: json(figures),
          cursor: page.next,
          total: page.total,
          ...(done ? { state: 'done', endedAt: new Date(ctx.nowMs) } : {}),
        })
        .where('id', '=', run.id)
        .where('state', '=', 'running')
        .where('cursor', sql`is not distinct from`, run.cursor)
        .executeTakeFirst()
      if (moved.numUpdatedRows === 0n) return stale
      if (outcomes.length > 0)
        await tx
          .insertInto('evaluation_outcome')
          .values(
            outcomes.map(({ item, outcome }) => ({
              ...{ runId: run.id, caseId: item.id, label: item.label },
              outcome: outcome === null ? null : json(outcome),
            })),
          )
          .onConflict((c) => c.columns(['runId', 'caseId']).doNothing())
          .execute()
      return {
        events: [
          {
            type: 'evaluation.changed',
            subject: 'evaluation',
            subjectId: run.id,
            data: { cases: figures.cases },
          },
        ],
        jobs: done ? [] : [stepJob(run.id)],
      }
    },
  })
}

/** The job that reads a run's next cases; runs go one after the other. */
export function stepJob(runId: string) {
  return { kind: 'evaluation.step' as const, payload: { runId }, serialKey: 'evaluation', maxAttempts: 5 }
}
