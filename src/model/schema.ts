import { z } from './zod.ts'
import { manifestSchema } from './manifest.ts'

/** The JSON Schema of the manifest, as editors want it. */
export const manifestJsonSchema = (): Record<string, unknown> => ({
  title: 'mcp-twin.json',
  ...z.toJSONSchema(manifestSchema, { io: 'input' }),
})
