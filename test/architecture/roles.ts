import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** What a file may not import or contain, according to its name. */
export interface Role {
  /** Paths below `src`. */
  files: RegExp
  /** Imports (including types) of packages and of paths below `src`. */
  forbids?: RegExp
  /** Text, matched line by line. */
  forbidsText?: RegExp
  because: string
}

const features = '^(?:idempotency|accounts|authentication|registration|studies|statistics|leaderboards|live|export)/'
const webFramework = '^fastify|^@fastify/|^node:https?$|^node:http2$|^undici$'
const sql = '^kysely|^pg$|^node:sqlite$'
const inputAndOutput = `${webFramework}|${sql}|^node:(?:fs|net|tls|child_process|dns|timers|worker_threads)|^pino$`

/** Folders of `schools` that adapters share; every other one is a kind of school. */
const sharedBySchools = ['school-call', 'form-login']
const kindsOfSchools = readdirSync(join(import.meta.dirname, '../../src/schools'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !sharedBySchools.includes(entry.name))
  .map(({ name }) => name)

export const roles: readonly Role[] = [
  {
    files: /^shared\//,
    forbids: /^(?!shared\/|ipaddr\.js)/,
    because: 'shared code imports nothing except ipaddr.js',
  },
  {
    files: new RegExp(`${features}.*\\.table\\.ts$`),
    forbids: new RegExp(`${webFramework}|^pg$|^node:|\\.(?:repository|service|schemas|routes|plugin)\\.ts$`),
    because: 'a table is a type',
  },
  {
    files: new RegExp(`${features}.*\\.repository\\.ts$`),
    forbids: new RegExp(`${webFramework}|^ajv$|^http/|\\.(?:service|schemas|routes|plugin)\\.ts$`),
    because: 'a repository knows SQL and no HTTP',
  },
  ...[...['idempotency', 'accounts', 'authentication', 'registration', 'studies', 'statistics', 'leaderboards']].map(
    (feature) => ({
      files: new RegExp(`^${feature}/.*\\.repository\\.ts$`),
      forbids: new RegExp(`^(?!${feature}/).*\\.repository\\.ts$`),
      because: 'a repository asks no other feature’s',
    }),
  ),
  {
    files: new RegExp(`${features}.*\\.service\\.ts$`),
    forbids: new RegExp(`${webFramework}|^ajv$|^http/|\\.(?:schemas|routes|plugin)\\.ts$`),
    because: 'a service knows no HTTP',
  },
  {
    files: new RegExp(`${features}.*\\.schemas\\.ts$`),
    forbids: new RegExp(`${sql}|^storage/|\\.(?:repository|table)\\.ts$`),
    because: 'the wire knows no SQL',
  },
  {
    files: new RegExp(`${features}.*\\.(?:routes|plugin)\\.ts$`),
    forbids: new RegExp(`${sql}|^storage/|\\.(?:repository|table)\\.ts$`),
    because: 'routes know no SQL',
  },
  {
    // The folders left out hold parts of a service: streams, timers, the rounds of the waiting room.
    files: new RegExp(`(?!live/(?:feed|stream)/|registration/waiting-room/)${features}(?:[a-z-]+/)*[a-z-]+\\.ts$`),
    forbids: new RegExp(
      `${inputAndOutput}|^storage/|^http/|\\.(?:repository|service|schemas|routes|plugin|table)\\.ts$`,
    ),
    forbidsText: /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b|\bTemporal\.Now\b/,
    because: 'a rule of the domain does no I/O and asks no clock',
  },
  {
    files: new RegExp(`${features}.*\\.ts$`),
    forbidsText: /\bDate\.now\b|\bnew Date\(\)|\bTemporal\.Now\b/,
    because: 'the time comes from the clock parameter',
  },
  {
    files: /^schools\//,
    forbids: new RegExp(`^fastify|^@fastify/|${sql}`),
    because: 'an adapter to a school knows neither our HTTP server nor our storage',
  },
  ...kindsOfSchools.map((kind) => ({
    files: new RegExp(`^schools/${kind}/`),
    forbids: new RegExp(`^schools/(?!${kind}/|${sharedBySchools.join('/|')}/)[^/]+/`),
    because: 'an adapter to one kind of school knows no other kind',
  })),
  {
    files: /^schools\/form-login\//,
    forbids: /^schools\/(?!form-login\/|school-call\/|(?:verifier|logger|deadline)\.ts$)/,
    because: 'what every form login needs knows the calls and the port, and no kind of school',
  },
  {
    files: /^schools\/school-call\//,
    forbids: /^schools\/(?!school-call\/|(?:verifier|logger|deadline)\.ts$)/,
    because: 'a call to a school knows no adapter',
  },
  {
    files: /^http\//,
    forbids: new RegExp(sql),
    because: 'the web knows no SQL',
  },
  {
    files: /^storage\//,
    forbids: new RegExp(`${webFramework}|^ajv$`),
    because: 'storage knows no HTTP',
  },
  {
    files: /^(?!main\.ts$|config\/|cli\/).*$/,
    forbidsText: /\bprocess\.env\b/,
    because: 'settings are read in one place',
  },
]

/** Exceptions that have a reason, by file and import. */
export const exceptions: Readonly<Record<string, { imports: string; because: string }>> = {}
