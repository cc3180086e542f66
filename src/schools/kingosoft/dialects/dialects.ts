import type { Dialect, DialectName } from './dialect.ts'
import { k1 } from './k1.ts'
import { k2Get, k2Post } from './k2.ts'
import { k3 } from './k3.ts'

export const dialects: Record<DialectName, Dialect> = { k1, 'k2-get': k2Get, 'k2-post': k2Post, k3 }

export function isDialectName(name: unknown): name is DialectName {
  return typeof name === 'string' && Object.hasOwn(dialects, name)
}
