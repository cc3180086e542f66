import type { FastifyPluginAsync, FastifyTypeProvider, RawServerDefault } from 'fastify'
import type { FromSchema, JSONSchema } from 'json-schema-to-ts'
import type { JsonText } from '../json-text.ts'

/** Write `… as const satisfies JsonSchema`: types of requests and answers are read from the literal. */
export type JsonSchema = Exclude<JSONSchema, boolean>

export type ObjectSchema = JsonSchema & {
  readonly type: 'object'
  readonly required?: readonly string[]
  readonly properties: Readonly<Record<string, JsonSchema>>
}

/** Defaults are for the reader: nothing is filled in. */
type Value<Schema> = Schema extends JSONSchema ? FromSchema<Schema, { keepDefaultedPropertiesOptional: true }> : unknown

/** Without the fields that a schema leaves open: a misspelt name does not compile. */
type NamedFields<T> = { [Name in keyof T as string extends Name ? never : Name]: T[Name] }

interface WireTypes extends FastifyTypeProvider {
  validator: NamedFields<Value<this['schema']>>
  serializer: Value<this['schema']> | JsonText
}

/** A plugin of routes, whose requests and answers have the types of their schemas. */
export type Routes<Options extends object> = FastifyPluginAsync<Options, RawServerDefault, WireTypes>
