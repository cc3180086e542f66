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

type Nothing = { query?: never; header?: never; path?: never; cookie?: never }

export interface PendingPaths {
  '/api/v1.0/studys/batch': {
    parameters: Nothing
    post: {
      parameters: Nothing
      requestBody: { content: { 'application/json': { items: BatchItem[] } } }
      responses: Answers<{ results: BatchResult[] }>
    }
  }
}
