import { after, before } from 'node:test'
import { hashCost } from '../../src/authentication/passwords/password-hash.ts'

const production = { ...hashCost }
const low = { memory: 64, passes: 1 }

/** For all tests of this process: at its cost in production, hashing is most of the tests' processor time. */
export function lowerPasswordCost(): void {
  Object.assign(hashCost, low)
}

/** Called at the top of a test file that is about that cost. */
export function keepPasswordCost(): void {
  before(() => Object.assign(hashCost, production))
  after(lowerPasswordCost)
}
