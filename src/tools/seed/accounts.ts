import { createHash } from 'node:crypto'
import type { Visibility } from '../../accounts/account.ts'
import { userNameKey } from '../../accounts/user-name.ts'
import type { EpochSeconds } from '../../shared/clock.ts'
import { campusDays } from './calendar.ts'
import type { SeedPlan } from './plan.ts'
import { between, seededRandom } from './random.ts'
import { dailyGoalOf, visibilityOf } from './student.ts'

export interface SeedAccount {
  id: number
  username: string
  usernameKey: string
  studentNumberHash: string
  createdAt: EpochSeconds
  visibility: Visibility
  dailyGoalMinutes: number | null
}

const weekSeconds = 7 * 86_400

export function seedUserName(id: number): string {
  return `student${String(id).padStart(5, '0')}`
}

/** The campus' accounts. Ids start at 1, in the order of joining. Students join in the week before their first day. */
export function campusAccounts(plan: SeedPlan): SeedAccount[] {
  const random = seededRandom(~plan.seed)
  const accounts: SeedAccount[] = []
  for (const day of campusDays(plan)) {
    const newcomers = Array.from(
      { length: day.enrolled - accounts.length },
      () => day.from - between(random, 1, weekSeconds),
    )
    for (const createdAt of newcomers.sort((a, b) => a - b))
      accounts.push(account(accounts.length + 1, createdAt, plan))
  }
  return accounts
}

function account(id: number, createdAt: EpochSeconds, { seed }: SeedPlan): SeedAccount {
  const username = seedUserName(id)
  // Has the format of a student number's HMAC but belongs to no number, so it cannot block a real registration.
  const studentNumberHash = createHash('sha256').update(`seed ${seed} student ${id}`).digest('base64url')
  const settings = { visibility: visibilityOf(seed, id), dailyGoalMinutes: dailyGoalOf(seed, id) }
  return { id, username, usernameKey: userNameKey(username), studentNumberHash, createdAt, ...settings }
}
