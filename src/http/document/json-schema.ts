import type { Readable } from 'node:stream'
import type { FastifyPluginAsync, FastifyTypeProvider, RawServerDefault } from 'fastify'
import type { FromSchema, JSONSchema } from 'json-schema-to-ts'
import type { JsonText } from '../json-text.ts'

/** Write `… as const satisfies JsonSchema`, so that the types of requests and responses can be inferred from the literal. */
export type JsonSchema = Exclude<JSONSchema, boolean>

export type ObjectSchema = JsonSchema & {
  readonly type: 'object'
  readonly required?: readonly string[]
  readonly properties: Readonly<Record<string, JsonSchema>>
}

/** Defaults are documentation only: missing values are not filled in. */
type Value<Schema> = Schema extends JSONSchema ? FromSchema<Schema, { keepDefaultedPropertiesOptional: true }> : unknown

/** Omits the index signature of open schemas, so that a misspelt name does not compile. */
type NamedFields<T> = { [Name in keyof T as string extends Name ? never : Name]: T[Name] }

interface WireTypes extends FastifyTypeProvider {
  validator: NamedFields<Value<this['schema']>>
  serializer: Value<this['schema']> | JsonText | Readable
}

/** A plugin of routes whose requests and responses have the types of their schemas. */
export type Routes<Options extends object> = FastifyPluginAsync<Options, RawServerDefault, WireTypes>
