/**
 * Routes of the contract's third part that the service's document doesn't have yet. Each goes when the document has it: the types in
 * schema.d.ts are made from that.
 */
import type { components } from './schema.d.ts'

type Failure = components['schemas']['Error']
type OwnStudy = components['schemas']['OwnStudy']

interface Json<T> {
  headers: Record<string, unknown>
  content: { 'application/json': T }
}
type Answers<T> = { 200: Json<T>; default: Json<Failure> }

export interface Statistics {
  from: string
  to: string
  timezone: string
  days: { day: string; seconds: number }[]
  total_seconds: number
  average_seconds: number
  longest_seconds: number
  streak: { current: number; longest: number; today: boolean }
  hours: number[][]
  subjects?: { subject: string | null; seconds: number }[]
}

export interface BatchItem {
  key: string
  action: 'start' | 'end' | 'edit' | 'delete' | 'record'
  id?: number
  record_key?: string
  start_time?: string
  end_time?: string
  subject?: string | null
  note?: string | null
}

export interface BatchResult {
  key: string
  status: number
  study?: OwnStudy
  error?: string
  message?: string
}

interface Parameters<Path = never, Query = never> {
  query?: Query
  header?: never
  path: Path
  cookie?: never
}
type Nothing = { query?: never; header?: never; path?: never; cookie?: never }

export interface PendingPaths {
  '/api/v1.0/users/{user_id}/statistics': {
    parameters: Nothing
    get: {
      parameters: Parameters<{ user_id: number }, { from?: string; to?: string }>
      requestBody?: never
      responses: Answers<Statistics>
    }
  }
  '/api/v1.0/studys/batch': {
    parameters: Nothing
    post: {
      parameters: Nothing
      requestBody: { content: { 'application/json': { items: BatchItem[] } } }
      responses: Answers<{ results: BatchResult[] }>
    }
  }
}
