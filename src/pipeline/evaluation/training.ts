import { noEffects } from '../../contract/jobs.ts'
import {
  type Intent,
  intents,
  type Sentiment,
  sentiments,
  type Urgency,
  urgencies,
} from '../../contract/ticket.ts'
import { defineHandler, GiveUp, type JobHandler } from '../../queue/index.ts'
import { json, type Reader } from '../../store/index.ts'
import { fitBeside } from '../confidence/learn.ts'
import { chanceOf, crossTold, reliabilityOf, type Sample } from '../confidence/map.ts'
import { samplesOf } from '../confidence/samples.ts'
import { shippedCalibration } from '../confidence/shipped.ts'
import { coldStart, type Example } from '../rules/classifier.ts'
import type { Case } from './case.ts'
import { correctedPage } from './corrected.ts'
import type { EvaluationPorts } from './ports.ts'
import { type ClassifierBody, type ConfidenceBody, readPublished, withWords } from './published.ts'
import { readBoth } from './run.ts'

/** Corrected tickets that are learned from at most: memory and time of a training are bounded. */
const mostExamples = 5000
const pageSize = 50

const known = <T extends string>(all: readonly T[], value: unknown): T | null =>
  all.find((each) => each === value) ?? null

/** A corrected ticket as an example: what a person said of its classes is learned, the rest of them only stands beside it. */
export function exampleOf(item: Pick<Case, 'expected' | 'input'>): Example | null {
  const intent = known<Intent>(intents, item.expected.intent)
  const urgency = known<Urgency>(urgencies, item.expected.urgency)
  const sentiment = known<Sentiment>(sentiments, item.expected.sentiment)
  const category = item.expected.product_category
  // What the urgency is told depends on the intent: without a person's word on it there is nothing to learn from.
  const learn = [
    ...(intent ? (['intent'] as const) : []),
    ...(intent && urgency ? (['urgency'] as const) : []),
    ...(intent && sentiment ? (['sentiment'] as const) : []),
    ...(typeof category === 'string' ? (['category'] as const) : []),
  ]
  if (learn.length === 0) return null
  const turns = item.input.turns.flatMap(({ speaker, text }) =>
    speaker === 'system' ? [] : [{ speaker, text }],
  )
  return {
    ...{ turns, channel: item.input.channel, learn },
    ...(typeof category === 'string' ? { category } : {}),
    ...{ intent: intent ?? 'inquiry', urgency: urgency ?? 'normal', sentiment: sentiment ?? 'neutral' },
  }
}

/**
 * A hub's own map of confidence: every corrected ticket is read again, by the rules and, where a model is configured, by both (an
 * answer that is kept costs nothing). Beside the shipped map, which counts less the more tickets there are.
 */
async function ownConfidence(
  db: Reader,
  ports: EvaluationPorts,
  signal: AbortSignal,
): Promise<ConfidenceBody> {
  const published = await readPublished(db)
  const catalogue = withWords(await ports.catalogue(db), published.words)
  const options = { timeZone: ports.timeZone, catalogue, leftIsRight: true }
  const read = {
    ...{ rules: ports.rules(published.classifier), lexicon: ports.lexicon, signal },
    ...{ prompt: published.prompt?.text ?? null, ...(ports.llm ? { llm: ports.llm } : {}) },
  }
  const groups: Sample[][] = []
  let after: string | null = null
  do {
    const page = await correctedPage(db, after, pageSize, options)
    for (const item of page.cases) {
      const { byRules, byModel } = await readBoth(item, read)
      groups.push([...samplesOf(item, byRules, null), ...(byModel ? samplesOf(item, byRules, byModel) : [])])
    }
    after = page.after
  } while (after !== null && groups.length < mostExamples)
  const before = published.confidence?.calibration ?? shippedCalibration()
  const shipped = shippedCalibration()
  const own = (samples: readonly Sample[]) => fitBeside(shipped, samples)
  const samples = groups.flat()
  const told = samples.map((s) => ({ ...s, chance: chanceOf(before, s.by, s.field, s.raw) }))
  return {
    calibration: own(samples),
    learned: { tickets: groups.length, values: samples.length },
    error: { before: reliabilityOf(told).error, after: reliabilityOf(crossTold(groups, own)).error },
  }
}

async function correctedExamples(db: Reader, ports: EvaluationPorts): Promise<Example[]> {
  const options = { timeZone: ports.timeZone, catalogue: await ports.catalogue(db) }
  const examples: Example[] = []
  let after: string | null = null
  do {
    const page = await correctedPage(db, after, pageSize, options)
    for (const item of page.cases) {
      const example = exampleOf(item)
      if (example) examples.push(example)
    }
    after = page.after
  } while (after !== null && examples.length < mostExamples)
  return examples.slice(0, mostExamples)
}

/** `evaluation.train`: a draft classifier or map of confidence; it is judged by an evaluation before anything is read with it. */
export function makeTrainHandler(ports: EvaluationPorts): JobHandler {
  return defineHandler<'evaluation.train', undefined, ClassifierBody | ConfidenceBody | null>({
    kind: 'evaluation.train',
    async prepare(job, ctx) {
      const row = await ctx.db
        .selectFrom('extraction_version')
        .select(['kind', 'state', 'body'])
        .where('id', '=', job.payload.versionId)
        .executeTakeFirst()
      if (row?.state !== 'training') return null
      if (row.kind === 'confidence') return await ownConfidence(ctx.db, ports, ctx.signal)
      const { seed } = row.body as { seed: number }
      const [cold, corrected] = [coldStart(), await correctedExamples(ctx.db, ports)]
      const weights = await ports.train([...cold, ...corrected], seed, ctx.signal)
      if (weights === '') throw new GiveUp('the training gave no weights')
      return { seed, weights, examples: { coldStart: cold.length, corrected: corrected.length } }
    },
    async commit(tx, body, job) {
      if (!body) return noEffects
      const { versionId } = job.payload
      await tx
        .updateTable('extraction_version')
        .set({ body: json(body), state: 'draft' })
        .where('id', '=', versionId)
        .where('state', '=', 'training')
        .execute()
      const event = {
        type: 'evaluation.changed' as const,
        subject: 'extraction_version',
        subjectId: versionId,
        data: {},
      }
      return { events: [event], jobs: [] }
    },
  })
}
