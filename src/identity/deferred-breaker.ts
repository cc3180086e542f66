import { once } from '../shared/once.ts'
import type { BreakerOptions, SchoolBreaker } from './school-breaker.ts'

/** A breaker whose code is loaded with the first login. */
export function deferBreaker(options: BreakerOptions): SchoolBreaker {
  let made: SchoolBreaker | undefined
  const make = once(async () => {
    const { createSchoolBreaker } = await import('./school-breaker.ts')
    made = createSchoolBreaker(options)
    return made
  })
  return {
    resting: () => made?.resting(),
    run: async (ask, who) => (await make()).run(ask, who),
  }
}
