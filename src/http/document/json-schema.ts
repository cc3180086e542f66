import type { FastifyPluginAsync, FastifyTypeProvider, RawServerDefault } from 'fastify'
import type { JsonText } from '../json-text.ts'

interface Annotations {
  description?: string
  examples?: readonly unknown[]
}
interface StringSchema extends Annotations {
  type: 'string'
  const?: string
  minLength?: number
  maxLength?: number
  pattern?: string
  format?: 'uri'
}
interface IntegerSchema extends Annotations {
  type: 'integer'
  minimum?: number
  maximum?: number
  /** For the reader: nothing is filled in. */
  default?: number
}
interface BooleanSchema extends Annotations {
  type: 'boolean'
}
interface NullSchema extends Annotations {
  type: 'null'
}
interface ArraySchema extends Annotations {
  type: 'array'
  items: JsonSchema
}
interface AnyOfSchema extends Annotations {
  type?: never
  anyOf: readonly JsonSchema[]
  /** For the reader: nothing is filled in. */
  default?: string
}

export interface ObjectSchema extends Annotations {
  type: 'object'
  required?: readonly string[]
  properties: Readonly<Record<string, JsonSchema>>
}

/** As much of JSON Schema as the wire needs: what `Value` cannot read does not compile. Write `… as const satisfies JsonSchema`. */
export type JsonSchema =
  | StringSchema
  | IntegerSchema
  | BooleanSchema
  | NullSchema
  | ArraySchema
  | AnyOfSchema
  | ObjectSchema

/** The type of what fits a schema. */
export type Value<S> = S extends { anyOf: readonly (infer Choice)[] }
  ? Value<Choice>
  : S extends { type: 'string' }
    ? S extends { const: infer Only }
      ? Only
      : string
    : S extends { type: 'integer' }
      ? number
      : S extends { type: 'boolean' }
        ? boolean
        : S extends { type: 'null' }
          ? null
          : S extends { type: 'array'; items: infer Item }
            ? Value<Item>[]
            : S extends { type: 'object'; properties: infer Fields }
              ? Pick<Values<Fields>, Required<S, Fields>> & Partial<Omit<Values<Fields>, Required<S, Fields>>>
              : unknown

type Values<Fields> = { -readonly [Name in keyof Fields]: Value<Fields[Name]> }
type Required<S, Fields> = S extends { required: readonly (infer Name)[] } ? Name & keyof Fields : never

interface WireTypes extends FastifyTypeProvider {
  validator: Value<this['schema']>
  serializer: Value<this['schema']> | JsonText
}

/** A plugin of routes, whose requests and answers have the types of their schemas. */
export type Routes<Options extends object> = FastifyPluginAsync<Options, RawServerDefault, WireTypes>
