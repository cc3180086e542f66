import { Writable } from 'node:stream'
import { pino } from 'pino'
import { readConfig } from '../../src/config/read-config.ts'
import type { TransportLimits } from '../../src/http/transport/limits.ts'
import type { CaptchaReader } from '../../src/schools/form-login/captcha-reader.ts'
import type { SchoolBounds } from '../../src/server/school/school.ts'
import { serve } from '../../src/server/serve.ts'
import { startReadableSchool } from '../schools/simulated-kingosoft.ts'
import { makePlace, type Place, type Settings } from './running-service.ts'

export interface Service {
  /** The origin that it listens on. */
  address: string
  place: Place
  school: Awaited<ReturnType<typeof startReadableSchool>>['school']
  /** Reads the school's captchas without errors. */
  readCaptcha: CaptchaReader
  /** The complete log. */
  logged(): string
  close(): Promise<void>
}

export interface ServiceOptions {
  /** Whether the service is to migrate its database itself, as on its first start. Otherwise it may be migrated already. */
  migrates?: boolean
  school?: Parameters<typeof startReadableSchool>[0]
  readCaptcha?: CaptchaReader
  bounds?: SchoolBounds
  /** Limits of connections, in place of the production values. */
  limits?: Partial<TransportLimits>
  /** Returns another URL for the same database, for example that of a proxy. */
  through?(databaseUrl: string): Promise<string>
}

/** Starts the production service in this process, with a school that uses the real protocol, a database without accounts and these settings. */
export async function startService(settings: Settings = {}, options: ServiceOptions = {}): Promise<Service> {
  const place = await makePlace({ prepared: !options.migrates })
  const { school, readCaptcha } = await startReadableSchool(options.school)
  let log = ''
  const stream = new Writable({
    write(chunk, _encoding, done) {
      log += chunk
      done()
    },
  })
  const config = readConfig({
    PORT: '0',
    DATABASE_URL: (await options.through?.(place.databaseUrl)) ?? place.databaseUrl,
    SECRET: 'a secret for tests that is long enough',
    SCHOOL: 'kingosoft',
    SCHOOL_URL: school.url,
    THROTTLE: 'off',
    ...settings,
  })
  const service = await serve(
    { ...config, limits: { ...config.limits, ...options.limits } },
    pino({ level: config.logLevel }, stream),
    options.readCaptcha ?? readCaptcha,
    options.bounds,
  )
  const close = async () => {
    await service.close()
    await school.close()
    await place.remove()
  }
  return { address: service.address, place, school, readCaptcha, logged: () => log, close }
}
