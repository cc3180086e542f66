import { after, before } from 'node:test'
import { hashCost } from '../../src/authentication/passwords/password-hash.ts'

const production = { ...hashCost }
const low = { memory: 64, passes: 1 }

/** Lowers the cost for all tests of this process: at the production cost, hashing would be most of the tests' processor time. */
export function lowerPasswordCost(): void {
  Object.assign(hashCost, low)
}

/** Call this at the top of a test file about that cost. */
export function keepPasswordCost(): void {
  before(() => Object.assign(hashCost, production))
  after(lowerPasswordCost)
}
