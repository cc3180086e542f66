import { randomBytes } from 'node:crypto'
import { after, before } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { basic, bearer, type Call, type Credentials, type Reply, send } from './client.ts'
import { idOf, type Page, pageOf, recordOf, type StudyRecord, tokenOf, type User, userOf } from './resources.ts'
import { openTarget, type Student, type Target } from './target.ts'

export interface Registration extends Student {
  username: string
  password: string
}

export interface Account extends Registration {
  id: number
  user: User
  token: string
  /** Uses the token, because it costs the server no password hashing. */
  as: Credentials
  withPassword: Credentials
}

/** The API under test, opened before this file's tests and closed after them. */
export function openApi(): Api {
  const api = new Api()
  before(() => api.open())
  after(() => api.close())
  return api
}

export function freshName(stem = 'reader'): string {
  return `${stem}-${randomBytes(6).toString('hex')}`
}

export function freshPassword(): string {
  return `correct horse ${randomBytes(9).toString('base64url')}`
}

export class Api {
  #target: Target | undefined
  #opening: Promise<void> | undefined

  /** Opens once, for whoever is first: a file's own hooks may run at the same time. */
  open(): Promise<void> {
    this.#opening ??= openTarget().then((target) => {
      this.#target = target
    })
    return this.#opening
  }

  async close(): Promise<void> {
    await this.#target?.close()
  }

  get origin(): string {
    return this.#opened.baseUrl
  }

  get #opened(): Target {
    if (this.#target === undefined) throw new Error('the target is not open yet')
    return this.#target
  }

  /** Accepts absolute URLs too, such as the links of a page. */
  async send(method: string, path: string, call: Call = {}): Promise<Reply> {
    await this.open()
    return send(method, path.startsWith('/') ? `${this.origin}/api/v1.0${path}` : path, call)
  }

  get(path: string, as: Credentials): Promise<Reply> {
    return this.send('GET', path, { as })
  }

  post(path: string, as: Credentials, json?: unknown): Promise<Reply> {
    return this.send('POST', path, { as, json })
  }

  put(path: string, as: Credentials, json?: unknown): Promise<Reply> {
    return this.send('PUT', path, { as, json })
  }

  freshRegistration(): Registration {
    return { username: freshName(), password: freshPassword(), ...this.#opened.takeStudent() }
  }

  /** Retries on 503, as the contract says: the school accepts few logins at a time. */
  async sendRegistration(registration: Registration): Promise<Reply> {
    for (let triesLeft = 20; ; triesLeft -= 1) {
      const reply = await this.send('POST', '/register', { json: registration })
      if (reply.status !== 503 || triesLeft === 0) return reply
      await setTimeout(200)
    }
  }

  async register(wishes: Partial<Registration> = {}): Promise<Account> {
    await this.open()
    const registration = { ...this.freshRegistration(), ...wishes }
    const user = userOf(await this.sendRegistration(registration), 201)
    const withPassword = basic(registration.username, registration.password)
    const { token } = tokenOf(await this.get('/token', withPassword))
    return { ...registration, id: idOf(user.url), user, token, as: bearer(token), withPassword }
  }

  async start(account: Account, start_time?: string): Promise<StudyRecord> {
    return recordOf(await this.post('/studys/', account.as, start_time === undefined ? undefined : { start_time }), 201)
  }

  async end(account: Account, id: number, end_time?: string): Promise<StudyRecord> {
    return recordOf(await this.put(`/studys/${id}`, account.as, end_time === undefined ? undefined : { end_time }))
  }

  async record(account: Account, id: number): Promise<StudyRecord> {
    return recordOf(await this.get(`/studys/${id}`, account.as))
  }

  async records(account: Account, query = ''): Promise<Page> {
    return pageOf(await this.get(`/users/${account.id}/studys/${query}`, account.as))
  }
}
