import { z } from 'zod'
import { defineQuery, type Query } from '../../access/command.ts'
import type { Evidence, Extraction } from '../../contract/extraction.ts'
import { ok, refuse } from '../../kernel/result.ts'
import { type Reader, sql } from '../../store/index.ts'
import { activeForms } from '../../tickets/index.ts'
import { predictionOf } from '../evaluate.ts'
import { promptText, promptVersion } from '../llm/prompt.ts'
import { readWeights } from '../rules/classifier.ts'
import { explainClasses, type WhyByClass } from '../rules/explain.ts'
import { type Case, engines, type SetName, sets } from './case.ts'
import { type Change, changesOf } from './changes.ts'
import { correctedCase } from './corrected.ts'
import { type CaseOutcome, type FieldOutcome, type Figures, tableOf, toldOf } from './outcome.ts'
import { bodiesOf, type EvaluationPorts, type RunVersions, type VersionBodies } from './ports.ts'
import { type FormBody, kinds, withWords } from './published.ts'
import { readCase } from './run.ts'
import { casesInHub, readPortsOf, readRun } from './step.ts'

const leads = { roles: ['supervisor'] } as const
const admins = { roles: ['admin'] } as const
const id = z.uuid()
const ref = z.object({ id, number: z.int(), revision: z.int() }).nullable()
const field = z.object({
  ...{ field: z.string(), tp: z.int(), fp: z.int(), fn: z.int() },
  ...{ precision: z.number(), recall: z.number(), f1: z.number(), hallucinated: z.int() },
})

const runRow = z.object({
  id,
  set: z.enum(sets),
  engine: z.enum(engines),
  versionId: id.nullable(),
  versions: z.object({
    ...{ code: z.string(), words: ref, prompt: ref, classifier: ref },
    ...{ confidence: ref.default(null), form: ref.default(null) },
  }),
  state: z.enum(['running', 'done', 'cancelled']),
  cases: z.int(),
  /** Null while nobody counted them. */
  total: z.int().nullable(),
  unanswered: z.int(),
  traps: z.int(),
  /** All fields together. */
  all: field,
  createdAt: z.string(),
  endedAt: z.string().nullable(),
  published: z.boolean(),
  publishedAt: z.string().nullable(),
  reason: z.string().nullable(),
})
const versionRow = z.object({
  id,
  kind: z.enum(kinds),
  number: z.int(),
  title: z.string(),
  state: z.enum(['training', 'draft', 'published', 'retired', 'discarded']),
  reason: z.string().nullable(),
  createdAt: z.string(),
  decidedAt: z.string().nullable(),
  version: z.int(),
})

const runColumns = [
  ...(['id', 'set', 'engine', 'versionId', 'versions', 'state', 'total', 'figures'] as const),
  ...(['createdAt', 'endedAt', 'published', 'publishedAt', 'reason'] as const),
] as const
const versionColumns = [
  ...(['id', 'kind', 'number', 'title', 'state', 'reason', 'createdAt', 'decidedAt', 'version'] as const),
] as const

const iso = (at: Date | null) => at?.toISOString() ?? null

function shownRun(row: { readonly figures: unknown; readonly createdAt: Date } & Record<string, unknown>) {
  const figures = row.figures as Figures
  const table = tableOf(figures)
  return {
    ...row,
    versions: { confidence: null, form: null, ...(row.versions as object) },
    cases: figures.cases,
    unanswered: figures.unanswered,
    traps: figures.traps,
    all: table.at(-1)!,
    createdAt: row.createdAt.toISOString(),
    endedAt: iso(row.endedAt as Date | null),
    publishedAt: iso(row.publishedAt as Date | null),
  } as unknown as z.infer<typeof runRow>
}

function shownVersion(row: { readonly createdAt: Date; readonly decidedAt: Date | null }) {
  return {
    ...row,
    createdAt: row.createdAt.toISOString(),
    decidedAt: iso(row.decidedAt),
  } as unknown as z.infer<typeof versionRow>
}

const counted = z.object({ n: z.int(), right: z.int() })
const told = z.object({
  n: z.int(),
  /** Expected calibration error, 0 to 1. */
  error: z.number(),
  asked: counted,
  silent: counted,
  tenths: z.array(z.object({ from: z.number(), n: z.int(), told: z.number(), right: z.number() })),
})

const side = z.object({ verdict: z.string(), found: z.json() })
const caseRow = z.object({
  caseId: z.string(),
  label: z.string(),
  field: z.string(),
  /** Of a changed field. */
  direction: z.enum(['better', 'worse', 'other']).nullable(),
  before: side.nullable(),
  after: side,
  expected: z.json(),
})

/** Cases that one answer holds at most. */
const mostCases = 300

/** What a run is compared with: the run that counts, or the one that counted before it did. */
async function baseOf(db: Reader, run: { id: string; set: string; engine: string }): Promise<string | null> {
  const own = await db
    .selectFrom('evaluation_run')
    .select(['published', 'replacesId'])
    .where('id', '=', run.id)
    .executeTakeFirst()
  if (own?.published) return own.replacesId
  const counts = await db
    .selectFrom('evaluation_run')
    .select('id')
    .where('set', '=', run.set)
    .where('engine', '=', run.engine)
    .where('published', '=', true)
    .executeTakeFirst()
  return counts?.id ?? null
}

interface Pair {
  readonly caseId: string
  readonly label: string
  readonly before: CaseOutcome | null
  readonly after: CaseOutcome | null
}

async function changedPairs(db: Reader, runId: string, baseId: string): Promise<Pair[]> {
  const { rows } = await sql<Pair>`
    select a."caseId", a."label", b."outcome" as before, a."outcome" as after
    from evaluation_outcome a join evaluation_outcome b on b."caseId" = a."caseId" and b."runId" = ${baseId}::uuid
    where a."runId" = ${runId}::uuid and a."outcome" is distinct from b."outcome"
    order by a."caseId" limit ${mostCases}`.execute(db)
  return rows
}

async function wrongCases(db: Reader, runId: string): Promise<Pair[]> {
  const { rows } = await sql<Pair>`
    select "caseId", "label", null as before, "outcome" as after from evaluation_outcome
    where "runId" = ${runId}::uuid and jsonb_path_exists("outcome",
      '$.* ? (@.verdict == "wrong" || @.verdict == "missed" || @.verdict == "invented" || @.trap == true)')
    order by "caseId" limit ${mostCases}`.execute(db)
  return rows
}

const failed = (one: FieldOutcome) => one.trap === true || !['right', 'unscored'].includes(one.verdict)

function wrongRows({ caseId, label, after }: Pair): z.infer<typeof caseRow>[] {
  return Object.entries(after ?? {})
    .filter(([, one]) => failed(one))
    .map(([name, one]) => ({
      ...{ caseId, label, field: name, direction: null, before: null },
      after: { verdict: one.trap ? 'trap' : one.verdict, found: one.found ?? null },
      expected: one.expected ?? null,
    }))
}

const order: Readonly<Record<Change['direction'], number>> = { worse: 0, other: 1, better: 2 }

/** What is asked of evaluations. */
export function makeEvaluationQueries(ports: EvaluationPorts): Query[] {
  const list = defineQuery(
    {
      name: 'evaluation.list',
      title: 'Runs of the evaluation, newest first, and versions of what the extraction reads with',
      permission: leads,
      input: z.object({}),
      output: z.object({ runs: z.array(runRow), versions: z.array(versionRow), hasModel: z.boolean() }),
    },
    async ({ db }) => {
      const runs = await db
        .selectFrom('evaluation_run')
        .select(runColumns)
        .orderBy('createdAt', 'desc')
        .orderBy('id')
        .limit(100)
        .execute()
      const versions = await db
        .selectFrom('extraction_version')
        .select(versionColumns)
        .orderBy('createdAt', 'desc')
        .orderBy('id')
        .limit(100)
        .execute()
      return ok({
        runs: runs.map(shownRun),
        versions: versions.map(shownVersion),
        hasModel: ports.llm !== undefined,
      })
    },
  )

  const get = defineQuery(
    {
      name: 'evaluation.get',
      title: 'A run with precision, recall and F1 by field and its confusion matrices',
      permission: leads,
      input: z.object({ id }),
      output: z.object({
        run: runRow,
        fields: z.array(field),
        /** What was said of values and how much of it came true; null when nothing was. */
        told: told.nullable(),
        confusion: z.record(z.string(), z.record(z.string(), z.record(z.string(), z.int()))),
        version: versionRow.nullable(),
      }),
    },
    async ({ db }, input) => {
      const row = await db
        .selectFrom('evaluation_run')
        .select(runColumns)
        .where('id', '=', input.id)
        .executeTakeFirst()
      if (!row) return refuse('not_found', { what: 'run' })
      const version = row.versionId
        ? await db
            .selectFrom('extraction_version')
            .select(versionColumns)
            .where('id', '=', row.versionId)
            .executeTakeFirst()
        : undefined
      const figures = row.figures as unknown as Figures
      return ok({
        run: shownRun(row),
        fields: tableOf(figures),
        told: toldOf(figures) as z.infer<typeof told> | null,
        confusion: figures.confusion as Record<string, Record<string, Record<string, number>>>,
        version: version ? shownVersion(version) : null,
      })
    },
  )

  const cases = defineQuery(
    {
      name: 'evaluation.cases',
      title:
        'Fields of a run that changed against the run that counts, worst first, or all that are not right',
      permission: leads,
      input: z.object({ runId: id, show: z.enum(['changed', 'wrong']) }),
      output: z.object({ againstId: id.nullable(), cases: z.array(caseRow) }),
    },
    async ({ db }, { runId, show }) => {
      const run = await readRun(db, runId)
      if (!run) return refuse('not_found', { what: 'run' })
      const againstId = await baseOf(db, run)
      if (show === 'wrong') {
        const pairs = await wrongCases(db, runId)
        return ok({ againstId, cases: pairs.flatMap(wrongRows) })
      }
      const pairs = againstId ? await changedPairs(db, runId, againstId) : []
      const changed = pairs.flatMap(({ caseId, label, before, after }) =>
        changesOf(caseId, before, after).map((change) => ({ ...change, label })),
      )
      return ok({ againstId, cases: changed.sort((a, b) => order[a.direction] - order[b.direction]) })
    },
  )

  const one = defineQuery(
    {
      name: 'evaluation.case',
      title:
        'A case of a run: what was said, what is read in it with the evidence, and why its classes were chosen',
      permission: leads,
      audit: (input) => `evaluation case ${input.caseId}`,
      input: z.object({ runId: id, caseId: z.string().max(100) }),
      output: z.object({
        label: z.string(),
        ticketId: id.nullable(),
        turns: z.array(z.object({ id: z.string(), speaker: z.string(), text: z.string() })),
        /** False: the case is gone, or the model's answer is not there to read again. */
        read: z.boolean(),
        fields: z.array(
          z.object({
            ...{ field: z.string(), value: z.json(), evidence: z.json() },
            ...{ confidence: z.number() },
          }),
        ),
        why: z.json(),
      }),
    },
    async ({ db }, { runId, caseId }) => {
      const run = await readRun(db, runId)
      if (!run) return refuse('not_found', { what: 'run' })
      const bodies = await bodiesOf(db, run.versions as RunVersions)
      const item = await caseOf(db, run.set, caseId, bodies, ports)
      if (!item) return refuse('not_found', { what: 'case' })
      // Nobody is asked again only because somebody looks: recorded answers, or the rules.
      const { llm: _, ...read } = readPortsOf(ports, run.engine, bodies)
      const extraction = await readCase(item, read)
      return ok({
        label: item.label,
        ticketId: run.set === 'corrected' ? item.id : null,
        turns: item.input.turns.map(({ id: turn, speaker, text }) => ({ id: turn, speaker, text })),
        read: extraction !== null,
        fields: extraction ? shownFields(item, extraction) : [],
        why: (run.engine === 'llm' ? {} : whyOf(item, bodies, ports)) as z.infer<ReturnType<typeof z.json>>,
      })
    },
  )

  const editable = defineQuery(
    {
      name: 'evaluation.editable',
      title:
        'What a draft begins with: the prompt and the added words that are read with now, or those of a version',
      permission: admins,
      input: z.object({ versionId: id.optional() }),
      output: z.object({
        promptVersion: z.string(),
        prompt: z.string(),
        /** Categories with the words that the catalogue has for them, and those that were added. */
        categories: z.array(
          z.object({ name: z.string(), aliases: z.array(z.string()), added: z.array(z.string()) }),
        ),
        /** The kind of ticket whose form the version changes. */
        draftOf: id.nullable(),
        /** Forms of the kinds of ticket; that of a draft in the place of the one that it changes. */
        forms: z.array(
          z.object({
            ...{ typeId: id, name: z.object({ zh: z.string(), en: z.string() }) },
            ...{ formVersion: z.int(), form: z.json() },
          }),
        ),
      }),
    },
    async ({ db }, { versionId }) => {
      const rows = await db
        .selectFrom('extraction_version')
        .select(['id', 'kind', 'body', 'state'])
        .where('kind', 'in', ['words', 'prompt', 'form'])
        .where((e) => e.or([e('state', '=', 'published'), ...(versionId ? [e('id', '=', versionId)] : [])]))
        .execute()
      const of = (kind: string) =>
        rows.find((row) => row.kind === kind && row.id === versionId) ?? rows.find((row) => row.kind === kind)
      const words = of('words')?.body as VersionBodies['words'] | undefined
      const prompt = of('prompt')?.body as VersionBodies['prompt'] | undefined
      const draft = rows.find((row) => row.kind === 'form' && row.id === versionId)?.body as
        | FormBody
        | undefined
      const forms = (await activeForms(db)).map((type) =>
        type.typeId === draft?.typeId
          ? { ...type, formVersion: draft.formVersion, form: draft.form }
          : { ...type, form: type.form as z.infer<ReturnType<typeof z.json>> },
      )
      const nothing = { categories: [], models: [] }
      const { categories } = withWords(await ports.catalogue(db), nothing)
      return ok({
        promptVersion,
        prompt: prompt?.text ?? promptText,
        categories: categories.map(({ name, aliases }) => ({
          ...{ name, aliases: [...aliases] },
          added: words?.categories.find((each) => each.name === name)?.aliases ?? [],
        })),
        draftOf: draft?.typeId ?? null,
        forms,
      })
    },
  )

  return [list, get, cases, one, editable]
}

async function caseOf(
  db: Reader,
  set: SetName,
  caseId: string,
  bodies: VersionBodies,
  ports: EvaluationPorts,
): Promise<Case | null> {
  if (set !== 'corrected') {
    const [item] = await casesInHub(db, set, bodies, (all) => all.filter((each) => each.id === caseId))
    return item ?? null
  }
  if (!id.safeParse(caseId).success) return null
  const catalogue = withWords(await ports.catalogue(db), bodies.words)
  return await correctedCase(db, caseId, { timeZone: ports.timeZone, catalogue, form: bodies.form })
}

function shownFields(item: Case, extraction: Extraction) {
  const { fields } = predictionOf(item.id, extraction, 0)
  return Object.entries(extraction.fields).map(([name, { evidence, confidence }]) => ({
    ...{ field: name, value: (fields[name] ?? null) as z.infer<ReturnType<typeof z.json>> },
    ...{
      evidence: evidence as readonly Evidence[] as unknown as z.infer<ReturnType<typeof z.json>>,
      confidence,
    },
  }))
}

function whyOf(item: Case, { classifier }: VersionBodies, ports: EvaluationPorts): WhyByClass {
  const lexicon = ports.lexicon()
  const own = classifier ? { ...lexicon, classifier: readWeights(classifier.weights) } : lexicon
  return explainClasses(item.input, own)
}
