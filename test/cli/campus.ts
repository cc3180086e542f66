import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { readConfig } from '../../src/config/read-config.ts'
import { serve } from '../../src/server/serve.ts'
import { basic, type Credentials, type Reply, send } from '../contract/client.ts'
import { startReadableSchool } from '../schools/simulated-kingosoft.ts'
import { emptyDatabase } from '../support/empty-database.ts'
import { type Outcome, occupy } from './command-line.ts'

export interface Member {
  id: number
  username: string
  password: string
  studentNumber: string
  as: Credentials
}

export type Campus = Awaited<ReturnType<typeof openCampus>>

/** A running service, and the command line on its database. */
export async function openCampus() {
  const folder = await mkdtemp(join(tmpdir(), 'occupy-cli-'))
  const database = await emptyDatabase(folder)
  const { school, readCaptcha } = await startReadableSchool()
  const env = { DATABASE_URL: database.url, SECRET: 'a secret for tests that is long enough', TMPDIR: folder }
  const config = readConfig({ ...env, PORT: '0', SCHOOL: 'kingosoft', SCHOOL_URL: school.url, THROTTLE: 'off' })
  const service = await serve(config, pino({ level: 'silent' }), readCaptcha)
  let members = 0

  function call(method: string, path: string, as: Credentials, json?: unknown): Promise<Reply> {
    return send(method, `${service.address}/api/v1.0${path}`, { as, json })
  }

  async function register(username: string): Promise<Member> {
    const studentNumber = String(4_000_000_000 + ++members)
    school.addStudent({ studentNumber, schoolPassword: 'school-password' })
    const password = `quiet reading room ${members}`
    const body = { username, password, stu_id: studentNumber, stu_pwd: 'school-password' }
    const { status, body: user, text } = await call('POST', '/register', {}, body)
    if (status !== 201) throw new Error(text)
    const id = Number(/\d+$/.exec((user as { url: string }).url)?.[0])
    return { id, username, password, studentNumber, as: basic(username, password) }
  }

  return {
    env,
    folder,
    call,
    register,
    run: (words: string[], input?: string | Uint8Array): Promise<Outcome> => occupy(['accounts', ...words], env, input),
    close: async () => {
      await service.close()
      await school.close()
      await database.close()
      await rm(folder, { recursive: true })
    },
  }
}
