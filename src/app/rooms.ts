import type { Command, Query } from '../access/index.ts'
import * as access from '../access/index.ts'
import * as audit from '../audit/index.ts'
import * as calls from '../calls/index.ts'
import * as catalogue from '../catalogue/index.ts'
import type { ExtractionInput } from '../contract/extraction.ts'
import type { NewJob } from '../contract/jobs.ts'
import type { KnowledgePort } from '../contract/knowledge.ts'
import type { LlmPort } from '../contract/llm.ts'
import type { MediaStore } from '../contract/ports.ts'
import type { RecogniserPort } from '../contract/transcript.ts'
import * as conversations from '../conversations/index.ts'
import * as directory from '../directory/index.ts'
import * as imports from '../imports/index.ts'
import { retentionHandler, retentionJob } from '../inbox/index.ts'
import * as incidents from '../incidents/index.ts'
import type { Log } from '../kernel/log.ts'
import * as knowledge from '../knowledge/index.ts'
import * as outbox from '../outbox/index.ts'
import {
  extract,
  loadLexicon,
  makeEvaluation,
  makePipelineHandlers,
  mentionsDanger,
  modelEngine,
  nothingRead,
  numbered,
  readPublished,
  withPublishedPrompt,
  withWords,
} from '../pipeline/index.ts'
import type { JobHandler } from '../queue/index.ts'
import * as router from '../router/index.ts'
import { type Database, keptWithConfig, type SecretBox, sealIdentity } from '../store/index.ts'
import * as tickets from '../tickets/index.ts'
import * as translation from '../translation/index.ts'
import * as webhooks from '../webhooks/index.ts'
import type { AppenderOptions } from './appender.ts'
import type { Account, Registry } from './channels.ts'
import type { Config } from './config.ts'
import { channelIo, connectionLease, type SharedIo } from './connections.ts'
import { labelPorts } from './entry-codes.ts'
import { type ExtractionThread, ThreadEnded } from './extraction-thread.ts'
import { oldFiles } from './old-files.ts'
import { cardPress, followUp } from './presses.ts'
import { makeRecordOf } from './record-links.ts'
import { accountSecrets } from './secrets.ts'
import { staffMessage } from './staff-messages.ts'
import { trainInThread } from './training.ts'
import { version } from './version.ts'

/** What rooms may be given. */
export interface RoomParts {
  readonly config: Config
  readonly database: Database
  readonly media: MediaStore
  readonly registry: Registry
  readonly io: SharedIo
  readonly isBarred: (url: string) => Promise<boolean>
  /** The leases of connections that this process holds. */
  readonly leases: () => readonly string[]
  readonly box: SecretBox
  readonly links: access.TicketLinks
  readonly log: Log
  /** Ended with the hub. */
  readonly extraction: ExtractionThread
  readonly llm: LlmPort | undefined
  readonly recogniser: RecogniserPort | null
  readonly knowledge: KnowledgePort | undefined
  readonly recordedFile: ((attachmentId: string) => Promise<conversations.FetchedFile | null>) | undefined
}

/** What the rooms bring to the hub. */
export interface BuiltRooms {
  readonly commands: readonly Command[]
  readonly queries: readonly Query[]
  readonly handlers: readonly JobHandler[]
  /** What the inbox's appender needs from other rooms. */
  readonly inbox: Pick<
    AppenderOptions,
    'isUrgent' | 'actions' | 'followUp' | 'staffMessage' | 'recordOf' | 'reportCall' | 'applyReceipt'
  >
  /** Jobs that plan themselves again and must exist once; enqueued at the start. */
  standing(nowMs: number): readonly NewJob[]
  stop(): Promise<void>
}

/** Settings that an administrator may change, each with the schema of the room that reads it. */
export const settings: directory.SettingSchemas = {
  'company.hotlines': directory.hotlinesSchema,
  tickets: tickets.ticketSettingsSchema,
  outbox: outbox.outboxSettingsSchema,
  desk: conversations.deskSettingsSchema,
  offers: router.offerSettingsSchema,
  incidents: incidents.incidentSettingsSchema,
  translation: translation.translationSettingsSchema,
}

/** The one list of rooms. */
export function rooms(parts: RoomParts): BuiltRooms {
  const { config, database, registry, media, io, box, links, log, llm, recogniser, recordedFile } = parts
  const { extraction: thread } = parts
  const modelSettings = { timeoutMs: config.llmTimeoutMs, pseudonyms: config.llmPseudonyms }
  const { db } = database
  // What administrators published of the extraction; what they only try reads nothing but evaluations.
  const published = keptWithConfig(readPublished)
  const prompt = async () => (await published(db)).prompt
  const engines = {
    rules: async (input: ExtractionInput) =>
      thread.read(input, (await published(db)).classifier).catch((error: unknown) => {
        if (error instanceof ThreadEnded) throw error
        log.error({ err: error }, 'the rules engine failed on a text; its ticket is made without fields')
        return nothingRead('engine_failed')
      }),
    // Looking up what the model claims needs the data in this thread too.
    ...(llm
      ? {
          llm: numbered(
            modelEngine({
              ...modelSettings,
              llm: withPublishedPrompt(llm, prompt),
              lexicon: loadLexicon(),
              log,
            }),
            prompt,
          ),
        }
      : {}),
  }
  const withForm = async (input: ExtractionInput): Promise<ExtractionInput> => {
    const form = input.conversationId
      ? await tickets.formForConversation(database.db, input.conversationId)
      : null
    return form ? { ...input, customForm: form } : input
  }
  const reading = {
    extract: async (input: ExtractionInput, signal?: AbortSignal) =>
      extract(await withForm(input), {
        ...engines,
        ...(signal ? { signal } : {}),
        calibration: (await published(db)).confidence?.calibration,
      }),
    catalogue: keptWithConfig(async (reader) =>
      withWords(await catalogue.readCatalogue(reader), (await readPublished(reader)).words),
    ),
    timeZone: config.timeZone,
  }
  const sending = {
    account: (id: string) => registry.byId(id),
    io: (account: Pick<Account, 'id' | 'kind' | 'config'>, signal: AbortSignal) =>
      channelIo(account, io, signal),
    sender: ({ id, channel }: Pick<Account, 'id' | 'channel'>) =>
      channel.sendsOverConnection && !parts.leases().includes(connectionLease(id))
        ? connectionLease(id)
        : null,
    takesReplies: (id: string) => registry.byId(id)?.channel.capabilities.takesReplies ?? true,
    isMute: (id: string) => registry.byId(id)?.channel.capabilities.replyWindow?.messages === 0,
    progressLink: (ticketId: string) =>
      config.publicUrl ? `${config.publicUrl}/c/t/${links.sign(ticketId)}` : null,
  }
  const labels = labelPorts({ registry, config, database, io })
  const talking = (id: string) => {
    const account = registry.byId(id)
    return account && { capabilities: account.channel.capabilities, automatic: account.automatic }
  }
  const hooks = {
    fetch: io.fetch,
    isBarred: parts.isBarred,
    secrets: {
      seal: (id: string, secrets: readonly string[]) =>
        box.seal(JSON.stringify(secrets), sealIdentity('webhook_endpoint', id)),
      open: (id: string, sealed: string) =>
        JSON.parse(box.open(sealed, sealIdentity('webhook_endpoint', id))) as readonly string[],
    },
  }
  const offers: router.OfferPorts = {
    takesCards: (id) => registry.byId(id)?.channel.capabilities.cards === 'native',
    ticketPage: (number) => config.publicUrl && `${config.publicUrl}/tickets/${number}`,
    jobPage: ({ id, createdAt }) =>
      config.publicUrl &&
      `${config.publicUrl}/e/${links.signJob(id, createdAt.getTime() + router.jobLinkLifeMs)}`,
  }
  const evaluation = makeEvaluation({
    release: version,
    rules: (classifier) => (input) => thread.read(input, classifier),
    lexicon: loadLexicon,
    ...(llm ? { llm } : {}),
    catalogue: catalogue.readCatalogue,
    timeZone: config.timeZone,
    train: trainInThread,
  })
  const translating: translation.TranslationPorts = llm
    ? {
        llm,
        timeoutMs: config.llmTimeoutMs ?? 30_000,
        lexicon: config.llmPseudonyms ? loadLexicon : null,
      }
    : null
  // In a replay the answers of then are read, whether a model is configured now or not.
  const translates = llm !== undefined || config.llm !== null
  const readKnowledge = knowledge.keptKnowledge()
  const importing = {
    media,
    seal: accountSecrets(box).seal,
    returnTickets: tickets.returnTickets,
  }
  return {
    commands: [
      ...access.commands,
      ...directory.commands,
      ...directory.makeSettingCommands(settings),
      ...catalogue.commands,
      ...catalogue.makeLabelCommands(labels, db),
      ...knowledge.commands,
      ...imports.makeCommands(importing),
      ...conversations.commands,
      ...calls.commands,
      ...tickets.commands,
      ...incidents.commands,
      ...router.commands,
      ...router.makeOfferCommands(offers),
      ...outbox.makeOutboxCommands({ media, partsOf: partsOf(registry) }),
      ...webhooks.makeWebhookCommands(hooks),
      ...evaluation.commands,
      ...translation.makeCommands(translates),
    ],
    queries: [
      ...access.queries,
      ...directory.queries,
      ...directory.makeSettingQueries(settings),
      ...catalogue.queries,
      ...knowledge.makeQueries(readKnowledge),
      ...imports.makeQueries(importing),
      ...catalogue.makeLabelQueries(labels),
      ...router.queries,
      ...conversations.queries,
      ...calls.queries,
      ...tickets.makeTicketQueries(reading),
      ...incidents.makeIncidentQueries(sending),
      ...outbox.queries,
      ...webhooks.makeWebhookQueries(hooks),
      ...evaluation.queries,
      ...translation.makeQueries(translates),
    ],
    handlers: [
      conversations.makeFetchHandler({ ...sending, ...(recordedFile ? { recorded: recordedFile } : {}) }),
      conversations.makeNameHandler(sending),
      ...calls.makeCallHandlers({ recogniser }),
      conversations.assignHandler,
      ...conversations.makeErasureHandlers(oldFiles(config.mediaDir)),
      conversations.makeSweepHandler(oldFiles(config.mediaDir)),
      retentionHandler,
      ...makePipelineHandlers({
        ...{ ...reading, account: talking, notices: sending },
        knowledge: (db) => parts.knowledge ?? knowledge.knowledgePort(readKnowledge, db),
      }),
      ...evaluation.handlers,
      translation.makeTranslateHandler(translating),
      ...router.makeRouterHandlers(offers),
      ...tickets.handlers,
      ...incidents.handlers,
      ...outbox.makeOutboxHandlers(sending),
      ...webhooks.makeWebhookHandlers(hooks),
      ...audit.handlers,
    ],
    inbox: {
      isUrgent: mentionsDanger,
      recordOf: makeRecordOf(registry),
      actions: { 'card.press': cardPress({ offer: router.makeOfferPress(offers) }) },
      followUp,
      staffMessage,
      applyReceipt: outbox.applyReceipt,
      reportCall: calls.reportCall,
    },
    // Files not at once: whoever started a hub on the wrong database has a day to notice before they seem to be nobody's.
    standing: (nowMs) => [
      audit.chainJob(nowMs),
      retentionJob(nowMs),
      outbox.sweepJob(nowMs),
      conversations.sweepJob(nowMs + 24 * 3_600_000),
    ],
    stop: () => thread.stop(),
  }
}

/** As how many messages of its vendor something would be sent: drawing is pure, so that it can be drawn before it is queued. */
function partsOf(registry: Pick<Registry, 'byId'>): outbox.PartsOf {
  return (accountId, out) => {
    const account = registry.byId(accountId)
    if (!account) return null
    try {
      return account.channel.render(out, account.config).length
    } catch {
      // The outbox tells of what cannot be drawn.
      return null
    }
  }
}
