import { isDeepStrictEqual } from 'node:util'

type Schema = Readonly<Record<string, unknown>>

/** Collects the schemas that have a title. */
export function createNamedSchemas() {
  const schemas: Record<string, Schema> = {}

  /**
   * Returns the schema with a reference in place of each part that has a title.
   * @throws Error if two different schemas have the same title
   */
  function refer(schema: unknown): unknown {
    if (Array.isArray(schema)) return schema.map(refer)
    if (typeof schema !== 'object' || schema === null) return schema
    const parts = Object.entries(schema).map(([name, part]) => [name, name === 'examples' ? part : refer(part)])
    const referred: Schema = Object.fromEntries(parts)
    return typeof referred.title === 'string' ? name(referred.title, referred) : referred
  }

  function name(title: string, schema: Schema): Schema {
    const known = schemas[title]
    if (known !== undefined && !isDeepStrictEqual(meaning(known), meaning(schema)))
      throw new Error(`two schemas have the title ${title}`)
    schemas[title] = known ?? schema
    return { $ref: `#/components/schemas/${title}` }
  }

  return { schemas, refer }
}

/** Two uses of a schema may differ in description and examples. */
function meaning({ description, examples, ...rest }: Schema): Schema {
  return rest
}
