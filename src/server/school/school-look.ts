import type { Logger } from '../../schools/logger.ts'
import type { School } from './school.ts'

/** Checks the school's site in the background, and warns if its address is wrong. Start-up neither waits for this nor fails because of it. */
export function lookAtSchool({ look }: Pick<School, 'look'>, logger: Logger): void {
  look?.().then(
    (seen) => {
      if (seen.outcome === 'unavailable') logger.debug({ reason: seen.reason }, 'the school was not checked')
      else if (seen.fits) logger.info({}, `SCHOOL_URL: ${seen.says}`)
      else logger.warn({}, `SCHOOL_URL: ${seen.says}`)
    },
    (error: unknown) => {
      const kind = error instanceof Error ? error.name : typeof error
      logger.error({ kind }, 'the check of the school failed')
    },
  )
}
