import { isIP } from 'node:net'
import { z } from 'zod'

const sink = z.string().regex(/^file:.+/, 'must be file:PATH (or unset: messages wait in the database)')
const oneOf = <const V extends readonly [string, ...string[]]>(values: V) =>
  z.enum(values, `must be one of: ${values.join(', ')}`)
const port = 'must be a port number, 0 to 65535 (0: any free port)'
const networks = /^(loopback|linklocal|uniquelocal)$/
const isNetwork = (text: string) => networks.test(text) || isIP(text.replace(/\/\d{1,3}$/, '')) > 0

/** Everything the outside can set (docs/contract.md). README's table lists each key; a test compares. */
const Environment = z.object({
  PORT: z.coerce.number(port).int(port).min(0, port).max(65535, port).default(3000),
  HOST: z.string().min(1).default('127.0.0.1'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must begin with postgres:// (or be unset: the embedded database)')
    .optional(),
  PUBLIC_ORIGIN: z
    .string()
    .regex(/^https?:\/\/[^/]+$/, 'must be an origin such as https://wt.example.cn, without a path')
    .optional(),
  DATA_DIR: z.string().min(1).default('data'),
  KEY_DIR: z.string().min(1).optional(),
  CA_FILE: z.string().min(1).optional(),
  NOTIFY_SINK: sink.optional(),
  LOG_LEVEL: oneOf(['silent', 'error', 'warn', 'info', 'debug']).default('info'),
  TRUST_PROXY: z
    .string()
    .refine(
      (text) => text.split(',').every((each) => isNetwork(each.trim())),
      'must be addresses or networks with commas between, such as 127.0.0.1, 10.0.0.0/8, or loopback',
    )
    .optional(),
  RATE_LIMITS: oneOf(['on', 'off']).default('on'),
})

export const environmentKeys = Object.keys(Environment.shape)

export interface Config {
  port: number
  host: string
  databaseUrl: string | undefined
  /** The address people type; also the only origin whose pages may write. Unset: the address we listen on. */
  publicOrigin: string | undefined
  dataDir: string
  keyDir: string
  /** PEM of an authority of the town's own, for partners and mail servers we call. */
  caFile: string | undefined
  notifySink: string | undefined
  logLevel: string
  trustProxy: string | undefined
  rateLimits: boolean
}

/** Thrown with every fault at once, in plain words; main exits 78 (EX_CONFIG) on it. */
export class WrongConfig extends Error {
  readonly faults: string[]
  constructor(faults: string[]) {
    super(faults.join('\n'))
    this.faults = faults
  }
}

/** Reads the environment, or throws WrongConfig. Empty variables count as unset. */
export function readConfig(env: Record<string, string | undefined>): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))
  const result = Environment.safeParse(given)
  if (!result.success) {
    throw new WrongConfig(result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`))
  }
  const is = result.data
  return Object.freeze({
    port: is.PORT,
    host: is.HOST,
    databaseUrl: is.DATABASE_URL,
    publicOrigin: is.PUBLIC_ORIGIN,
    dataDir: is.DATA_DIR,
    keyDir: is.KEY_DIR ?? `${is.DATA_DIR}/keys`,
    caFile: is.CA_FILE,
    notifySink: is.NOTIFY_SINK,
    logLevel: is.LOG_LEVEL,
    trustProxy: is.TRUST_PROXY,
    rateLimits: is.RATE_LIMITS === 'on',
  })
}
