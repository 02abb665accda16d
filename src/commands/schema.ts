import type { schema as spec } from '../cli/specs/schema.ts'
import type { Run } from '../context.ts'
import { EXIT } from '../errors.ts'
import { manifestJsonSchema } from '../model/schema.ts'

/** Prints the JSON Schema of the manifest, for editors: `"$schema": "./mcp-twin.schema.json"`. */
export const run: Run<typeof spec> = async (context) => {
  const schema = manifestJsonSchema()
  context.io.raw(`${JSON.stringify(schema, null, 2)}\n`)
  context.io.json(schema)
  return EXIT.ok
}
