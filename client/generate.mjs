// Reads the OpenAPI document from standard input, and writes the client package into the folder that is named.
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { promisify } from 'node:util'
import postman from 'openapi-to-postmanv2'
import openapiTypes, { astToString } from 'openapi-typescript'

const [folder] = process.argv.slice(2)
const document = await json(process.stdin)

const program = `import createClient from 'openapi-fetch'

/** A client of the API. The password is the account's; a token stands alone. */
export function createOccupyClient({ baseUrl = ${JSON.stringify(document.servers[0].url)}, username, password, token, language, ...options } = {}) {
  const headers = new Headers(options.headers)
  if (language !== undefined) headers.set('accept-language', language)
  if (token !== undefined) headers.set('authorization', \`Bearer \${token}\`)
  else if (username !== undefined) headers.set('authorization', \`Basic \${base64(\`\${username}:\${password}\`)}\`)
  return createClient({ ...options, baseUrl, headers })
}

/** In UTF-8: btoa alone knows no Chinese. */
function base64(text) {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''))
}
`

const types = `import type { Client, ClientOptions } from 'openapi-fetch'
import type { components, operations, paths } from './schema.js'

export type { components, operations, paths }
export type OccupyClient = Client<paths>

export interface OccupyClientOptions extends ClientOptions {
  username?: string
  password?: string
  /** In place of user name and password. */
  token?: string
  /** Of messages: Chinese by default. */
  language?: 'zh' | 'en'
}

export declare function createOccupyClient(options?: OccupyClientOptions): OccupyClient
`

const manifest = {
  name: 'occupy-client',
  version: document.info.version,
  description: 'Client of 占领图书馆 · Occupy the Library',
  license: 'MIT',
  type: 'module',
  exports: { '.': { types: './index.d.ts', default: './index.js' }, './openapi.json': './openapi.json' },
  dependencies: { 'openapi-fetch': '0.17.0' },
}

const files = {
  'package.json': pretty(manifest),
  'index.js': program,
  'index.d.ts': types,
  'schema.d.ts': astToString(await openapiTypes(document)),
  'openapi.json': pretty(document),
  'postman-collection.json': pretty(await collection()),
}
await rm(folder, { recursive: true, force: true })
await mkdir(folder, { recursive: true })
for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)

async function collection() {
  const data = structuredClone(document)
  const options = { folderStrategy: 'Tags', parametersResolution: 'Example', enableOptionalParameters: false }
  const { result, reason, output } = await promisify(postman.convertV2)({ type: 'json', data }, options)
  if (!result) throw new Error(reason)
  const { variable, ...made } = output[0].data
  // The account that the first example registers.
  const account = { basicAuthUsername: 'bllli', basicAuthPassword: 'quiet-reading-room' }
  return { ...made, variable: [...variable, ...Object.entries(account).map(([key, value]) => ({ key, value }))] }
}

function pretty(value) {
  return `${JSON.stringify(value, null, 2)}\n`
}
