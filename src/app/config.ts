import { join, resolve } from 'node:path'
import { z } from 'zod'
import { both, faultsOf } from '../contract/faults.ts'
import { policySchema } from '../router/policy.ts'

/** How many proxies stand before the hub; `true` is one. */
const proxies = z.union(
  [
    z.enum(['true', 'yes', 'false', 'no']).transform((word) => (word === 'true' || word === 'yes' ? 1 : 0)),
    z.coerce.number().int().min(0).max(10),
  ],
  {
    error: both(
      '应为 true、false 或本系统前面代理的个数（0 到 10）',
      'must be true, false, or how many proxies stand before the hub (0 to 10)',
    ),
  },
)

/** An address of one protocol; the sentence for another one shows how it is written. */
const address = (protocol: RegExp, such: string) =>
  z.url({
    protocol,
    abort: true,
    error: both(`应为这样的地址：${such}`, `must be an address such as ${such}`),
  })

/** The pages and their cookies are at the root of their host, and a link is this address with a path behind it. */
const origin = address(/^https?$/, 'https://hub.example.com')
  .refine(
    (text) => {
      const { username, password, pathname, search, hash } = new URL(text)
      return `${username}${password}${search}${hash}` === '' && /^\/+$/.test(pathname)
    },
    both(
      '只能有协议、主机名和端口，例如 https://hub.example.com',
      'must be protocol, host and port alone, such as https://hub.example.com, without a path, a query or credentials',
    ),
  )
  .transform((text) => new URL(text).origin)

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
)

/** Every variable of the environment, explained in .env.example; read here and nowhere else. */
const schema = z.object({
  DATABASE_URL: address(/^postgres(ql)?$/, 'postgresql://user:password@host:5432/database').optional(),
  DATA_DIR: z.string().default('./data'),
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65535).default(3000),
  PUBLIC_URL: origin.optional(),
  TRUST_PROXY: proxies.default(0),
  REDIS_URL: address(/^rediss?$/, 'redis://host:6379').optional(),
  SECRET_KEY: z.string().min(1).optional(),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  YITONG_ROLE: z.enum(['all', 'web', 'worker']).default('all'),
  ALLOW_PRIVATE_HOSTS: list.default([]),
  TIME_ZONE: policySchema.shape.timeZone.default('Asia/Shanghai'),
  WORKER_CONCURRENCY: z.coerce.number().int().min(1).max(64).default(8),
  DATABASE_POOL: z.coerce.number().int().min(4).max(200).default(16),
  LLM_BASE_URL: address(/^https?$/, 'https://api.openai.com/v1').optional(),
  LLM_API_KEY: z.string().optional(),
  LLM_MODEL: z.string().optional(),
  LLM_TIMEOUT_MS: z.coerce.number().int().min(100).max(300_000).default(30_000),
  LLM_PSEUDONYMS: z.enum(['on', 'off']).default('off'),
  LLM_TOKENS_PER_DAY: z.coerce.number().int().positive().default(20_000_000),
  LLM_TOKENS_PER_CONVERSATION: z.coerce.number().int().positive().default(200_000),
  LLM_PRICE_INPUT: z.coerce.number().nonnegative().default(0),
  LLM_PRICE_OUTPUT: z.coerce.number().nonnegative().default(0),
  LLM_COST_PER_DAY: z.coerce.number().positive().optional(),
  LLM_COST_PER_CONVERSATION: z.coerce.number().positive().optional(),
  LLM_SECONDS_PER_DAY: z.coerce.number().positive().optional(),
  LLM_SECONDS_PER_CONVERSATION: z.coerce.number().positive().default(600),
  FUNASR_URL: address(/^wss?$/, 'ws://host:10095 or wss://host:10095').optional(),
  ASR_BASE_URL: address(/^https?$/, 'https://api.openai.com/v1').optional(),
  ASR_API_KEY: z.string().optional(),
  ASR_MODEL: z.string().optional(),
  ASR_SCRIPT: z.string().optional(),
  ASR_CONCURRENCY: z.coerce.number().int().min(1).max(32).default(2),
  METRICS_TOKEN: z.string().min(16).optional(),
})

/** The names of all variables; a test holds .env.example against them. */
export const variables: readonly string[] = Object.keys(schema.shape)

/** The installation's settings, typed. Paths are absolute. */
export interface Config {
  readonly databaseUrl: string | null
  readonly dataDir: string
  readonly mediaDir: string
  readonly host: string
  readonly port: number
  readonly publicUrl: string | null
  /** Proxies before the hub whose `x-forwarded-for` is believed. */
  readonly trustedProxies: number
  readonly redisUrl: string | null
  readonly secretKey: string | null
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error'
  readonly role: 'all' | 'web' | 'worker'
  /** Hosts that may be fetched although their addresses are private. */
  readonly allowPrivateHosts: readonly string[]
  readonly timeZone: string
  readonly concurrency: number
  readonly poolSize: number
  readonly llm: { readonly baseUrl: string; readonly apiKey: string; readonly model: string } | null
  /** Whole time for one extraction by the model, ms. */
  readonly llmTimeoutMs: number
  /** Whether names, numbers and addresses are replaced before a conversation goes to the model. */
  readonly llmPseudonyms: boolean
  /** What the model may take, over all nodes. */
  readonly llmLimits: {
    readonly tokensPerDay: number
    readonly tokensPerConversation: number
    /** Of a million tokens, in any currency. */
    readonly price: { readonly input: number; readonly output: number }
    /** In the currency of the prices; null: no limit. */
    readonly costPerDay: number | null
    readonly costPerConversation: number | null
    /** Time that all requests together wait for the model; null: no limit. */
    readonly msPerDay: number | null
    readonly msPerConversation: number
  }
  /** Recognisers of recorded calls. */
  readonly asr: {
    /** A file for the scripted recogniser; null: there is none. */
    readonly script: string | null
    readonly funasr: { readonly url: string } | null
    readonly openai: { readonly baseUrl: string; readonly apiKey: string; readonly model: string } | null
    /** Recordings that are recognised at the same time. */
    readonly concurrency: number
  }
  readonly metricsToken: string | null
}

/** An environment that cannot be used; the message says what is wrong, for people. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** Reads the environment. Throws a ConfigError whose message names each wrong variable and what it should be. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''),
  )
  const parsed = schema.safeParse(given)
  if (!parsed.success) {
    const lines = faultsOf(parsed.error).map((fault) => `  ${fault.path}: ${fault.message}`)
    throw new ConfigError(`The environment is not usable:\n${lines.join('\n')}\nSee .env.example.`)
  }
  const e = parsed.data
  const dataDir = resolve(e.DATA_DIR)
  return {
    databaseUrl: e.DATABASE_URL ?? null,
    dataDir,
    mediaDir: join(dataDir, 'media'),
    host: e.HOST,
    port: e.PORT,
    publicUrl: e.PUBLIC_URL ?? null,
    trustedProxies: e.TRUST_PROXY,
    redisUrl: e.REDIS_URL ?? null,
    secretKey: e.SECRET_KEY ?? null,
    logLevel: e.LOG_LEVEL,
    role: e.YITONG_ROLE,
    allowPrivateHosts: e.ALLOW_PRIVATE_HOSTS,
    timeZone: e.TIME_ZONE,
    concurrency: e.WORKER_CONCURRENCY,
    poolSize: e.DATABASE_POOL,
    llm:
      e.LLM_BASE_URL && e.LLM_MODEL
        ? { baseUrl: e.LLM_BASE_URL, apiKey: e.LLM_API_KEY ?? 'none', model: e.LLM_MODEL }
        : null,
    llmTimeoutMs: e.LLM_TIMEOUT_MS,
    llmPseudonyms: e.LLM_PSEUDONYMS === 'on',
    llmLimits: {
      tokensPerDay: e.LLM_TOKENS_PER_DAY,
      tokensPerConversation: e.LLM_TOKENS_PER_CONVERSATION,
      price: { input: e.LLM_PRICE_INPUT, output: e.LLM_PRICE_OUTPUT },
      costPerDay: e.LLM_COST_PER_DAY ?? null,
      costPerConversation: e.LLM_COST_PER_CONVERSATION ?? null,
      msPerDay: e.LLM_SECONDS_PER_DAY === undefined ? null : e.LLM_SECONDS_PER_DAY * 1000,
      msPerConversation: e.LLM_SECONDS_PER_CONVERSATION * 1000,
    },
    asr: {
      funasr: e.FUNASR_URL ? { url: e.FUNASR_URL } : null,
      openai:
        e.ASR_BASE_URL && e.ASR_MODEL
          ? { baseUrl: e.ASR_BASE_URL, apiKey: e.ASR_API_KEY ?? 'none', model: e.ASR_MODEL }
          : null,
      script: e.ASR_SCRIPT ?? null,
      concurrency: e.ASR_CONCURRENCY,
    },
    metricsToken: e.METRICS_TOKEN ?? null,
  }
}
