import type { Account } from './api.ts'
import type { StudyRecord } from './resources.ts'

export type Route = readonly [method: string, path: string]

/** Every route that requires credentials, written as in the contract. */
export function protectedRoutes(user: Account, record: StudyRecord): Route[] {
  return [
    ['GET', `/users/${user.id}`],
    ['GET', `/users/${user.id}/studys/`],
    ['GET', '/studys'],
    ['POST', '/studys/'],
    ['PUT', `/studys/${record.id}`],
    ['GET', '/token'],
    ['GET', `/studys/${record.id}`],
  ]
}

/** Ids that no user and no record has, integers and others. */
export const ABSENT_IDS = ['0', '-1', '999999999', '99999999999999999999', '1.5', '1e3', '0x1', 'abc', '%20', '学号']
