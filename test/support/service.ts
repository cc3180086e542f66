import { Writable } from 'node:stream'
import { pino } from 'pino'
import { readConfig } from '../../src/config/read-config.ts'
import type { TransportLimits } from '../../src/http/transport/limits.ts'
import type { CaptchaReader } from '../../src/schools/form-login/captcha-reader.ts'
import type { SchoolBounds } from '../../src/server/school.ts'
import { serve } from '../../src/server/serve.ts'
import { startReadableSchool } from '../schools/simulated-kingosoft.ts'
import { makePlace, type Place, type Settings } from './running-service.ts'

export interface Service {
  /** Origin that it listens on. */
  address: string
  place: Place
  school: Awaited<ReturnType<typeof startReadableSchool>>['school']
  /** Reads that school's captchas without fail. */
  readCaptcha: CaptchaReader
  /** Everything that was logged. */
  logged(): string
  close(): Promise<void>
}

export interface Wishes {
  school?: Parameters<typeof startReadableSchool>[0]
  readCaptcha?: CaptchaReader
  bounds?: SchoolBounds
  /** Of connections, in place of the production ones. */
  limits?: Partial<TransportLimits>
  /** Another way to the same database. */
  through?(databaseUrl: string): Promise<string>
}

/** The production service in this process, with a school that speaks the real protocol, an empty database, and these settings. */
export async function startService(settings: Settings = {}, wishes: Wishes = {}): Promise<Service> {
  const place = await makePlace()
  const { school, readCaptcha } = await startReadableSchool(wishes.school)
  let log = ''
  const stream = new Writable({
    write(chunk, _encoding, done) {
      log += chunk
      done()
    },
  })
  const config = readConfig({
    PORT: '0',
    DATABASE_URL: (await wishes.through?.(place.databaseUrl)) ?? place.databaseUrl,
    SECRET: 'a secret for tests that is long enough',
    SCHOOL: 'kingosoft',
    SCHOOL_URL: school.url,
    THROTTLE: 'off',
    ...settings,
  })
  const service = await serve(
    { ...config, limits: { ...config.limits, ...wishes.limits } },
    pino({ level: config.logLevel }, stream),
    wishes.readCaptcha ?? readCaptcha,
    wishes.bounds,
  )
  const close = async () => {
    await service.close()
    await school.close()
    await place.remove()
  }
  return { address: service.address, place, school, readCaptcha, logged: () => log, close }
}
