import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../errors.ts'
import { manifestJsonSchema } from '../model/schema.ts'

/** Prints the JSON Schema of the manifest, for editors: `"$schema": "./mcp-twin.schema.json"`. */
export async function run(context: Context): Promise<ExitCode> {
  const schema = manifestJsonSchema()
  context.io.raw(`${JSON.stringify(schema, null, 2)}\n`)
  context.io.json(schema)
  return EXIT.ok
}
