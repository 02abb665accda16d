import type { JsonObject, JsonValue } from '../../model/entry.ts'

/**
 * Headers that revision 2026-07-28 wants on `tools/call` besides the standard ones: a tool's schema may name
 * parameters (`x-mcp-header`) whose values must stand in `Mcp-Param-<Name>` too. A client on stdio does not send
 * them, so the relay remembers what `tools/list` said (modelcontextprotocol: basic/transports/streamable-http).
 */
export interface MirroredHeaders {
  /** Looks at a result on its way to the client and remembers the tools in it. */
  learn(result: JsonValue | undefined): void
  /** The headers for a call. */
  headersFor(params: JsonValue | undefined): Record<string, string>
}

const isObject = (value: JsonValue | undefined): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

interface Mirror {
  readonly header: string
  readonly path: readonly string[]
}

/** Annotated properties that are reached through `properties` alone; anything else is no valid annotation. */
function mirrorsOf(schema: JsonValue | undefined, path: readonly string[] = []): Mirror[] {
  if (!isObject(schema)) return []
  const name = schema['x-mcp-header']
  const own = typeof name === 'string' && TOKEN.test(name) && path.length > 0 ? [{ header: `Mcp-Param-${name}`, path }] : []
  const properties = isObject(schema.properties) ? Object.entries(schema.properties) : []
  return [...own, ...properties.flatMap(([key, child]) => mirrorsOf(child, [...path, key]))]
}

function valueAt(root: JsonValue | undefined, path: readonly string[]): JsonValue | undefined {
  let value = root
  for (const key of path) value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
  return value
}

/** Printable ASCII stands as it is; all else, and what looks encoded already, goes as base64 in the marks of the specification. */
function encode(text: string): string {
  const plain = /^[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?$/.test(text) && !/^=\?base64\?.*\?=$/.test(text)
  return plain ? text : `=?base64?${Buffer.from(text, 'utf8').toString('base64')}?=`
}

export function mirroredHeaders(): MirroredHeaders {
  const tools = new Map<string, Mirror[]>()
  return {
    learn(result) {
      const list = isObject(result) ? result.tools : undefined
      for (const tool of Array.isArray(list) ? list : []) {
        if (isObject(tool) && typeof tool.name === 'string') tools.set(tool.name, mirrorsOf(tool.inputSchema))
      }
    },
    headersFor(params) {
      if (!isObject(params) || typeof params.name !== 'string') return {}
      const found = (tools.get(params.name) ?? []).flatMap(({ header, path }): [string, string][] => {
        const value = valueAt(params.arguments, path)
        const simple = typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isSafeInteger(value))
        return simple ? [[header, encode(String(value))]] : []
      })
      return Object.fromEntries(found)
    },
  }
}
