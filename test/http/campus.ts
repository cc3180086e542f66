import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { after, before } from 'node:test'
import { freshName, freshPassword } from '../contract/api.ts'
import { basic, type Call, type Reply, send } from '../contract/client.ts'
import { bytesAtRest } from '../support/at-rest.ts'
import { patience } from '../support/patience.ts'
import type { Settings } from '../support/running-service.ts'
import { type Service, type ServiceOptions, startService } from '../support/service.ts'

export interface Newcomer {
  username: string
  password: string
  stu_id: string
  stu_pwd: string
}

/** The production limits, scaled down. */
export const scaledLimits = { callMs: 400, loginMs: 1200, totalMs: 1600 }

/** Large enough not to be exceeded by a busy machine. */
export const smallLimits = {
  login: { callMs: patience(scaledLimits.callMs), loginMs: patience(scaledLimits.loginMs) },
  guard: { totalMs: patience(scaledLimits.totalMs), failures: 1000 },
}

/** A service and its school, opened before this file's tests and closed after them. */
export function openCampus(settings: Settings = {}, options: ServiceOptions = {}): Campus {
  const campus = new Campus()
  before(async () => campus.open(await startService({ LOG_LEVEL: 'trace', ...settings }, options)))
  after(() => campus.close())
  return campus
}

export class Campus {
  #service: Service | undefined

  open(service: Service): void {
    this.#service = service
  }

  async close(): Promise<void> {
    await this.#service?.close()
  }

  get service(): Service {
    if (this.#service === undefined) throw new Error('the campus is not open yet')
    return this.#service
  }

  get school(): Service['school'] {
    return this.service.school
  }

  send(method: string, path: string, call?: Call): Promise<Reply> {
    return send(method, `${this.service.address}/api/v1.0${path}`, call)
  }

  post(path: string, json: unknown, call: Call = {}): Promise<Reply> {
    return this.send('POST', path, { ...call, json })
  }

  /** A person known to the school who has no account. Number and password occur in no other text. */
  newcomer(): Newcomer {
    const stu_id = String(randomInt(1_000_000_000, 9_999_999_999))
    const newcomer = { username: freshName(), password: freshPassword(), stu_id, stu_pwd: `canary-${stu_id}-密码` }
    this.school.addStudent({ studentNumber: newcomer.stu_id, schoolPassword: newcomer.stu_pwd })
    return newcomer
  }

  async register(newcomer = this.newcomer()): Promise<Newcomer & { token: string }> {
    const reply = await this.post('/register', newcomer)
    assert.equal(reply.status, 201, reply.text)
    return { ...newcomer, token: await this.tokenOf(newcomer) }
  }

  async tokenOf({ username, password }: Pick<Newcomer, 'username' | 'password'>): Promise<string> {
    const reply = await this.send('GET', '/token', { as: basic(username, password) })
    assert.equal(reply.status, 200, reply.text)
    return (reply.body as { token: string }).token
  }

  /** Asserts that neither the log nor the database contains any of these texts. */
  async assertStoredNowhere(texts: readonly string[]): Promise<void> {
    const atRest = await bytesAtRest(this.service.place)
    for (const text of texts) {
      assert.ok(!this.service.logged().includes(text), `the log holds ${text}`)
      assert.ok(!atRest.includes(text), `the database holds ${text}`)
    }
  }
}
