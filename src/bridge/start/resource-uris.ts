import type { StoreChange } from '../store/changes.ts'

/** The target of a `twin://` URI. A path is relative to the workspace. */
export type NamedResource =
  | { readonly kind: 'memory'; readonly namespace: string; readonly key: string }
  | { readonly kind: 'handoff'; readonly id: string }
  | { readonly kind: 'workspace'; readonly path: string }

export const memoryUri = (namespace: string, key: string): string | null => uriOf('memory', [namespace, key])
/** `path`: below the workspace, with slashes. */
export const workspaceUri = (path: string): string | null => uriOf('workspace', path.split('/'))

export const handoffUri = (id: string): string | null => uriOf('handoff', [id])

/** Returns the URI of the resource that a change of the store is about; null: none. */
export function changedUri({ kind, id, namespace }: StoreChange): string | null {
  if (kind === 'file') return workspaceUri(id)
  if (kind === 'memory' && namespace !== null) return memoryUri(namespace, id)
  return kind === 'handoff' ? handoffUri(id) : null
}

/** Parses a URI; null: it is not ours, or not in our own spelling. */
export function namedBy(uri: string): NamedResource | null {
  const [, kind = '', rest = ''] = /^twin:\/\/(memory|handoff|workspace)\/(.+)$/.exec(uri) ?? []
  const parts = decoded(rest)
  if (parts === null || uriOf(kind, parts) !== uri) return null
  const [first = '', second = ''] = parts
  if (kind === 'memory' && parts.length === 2) return { kind, namespace: first, key: second }
  if (kind === 'handoff' && parts.length === 1) return { kind, id: first }
  const isFile = parts.every((part) => part !== '' && part !== '.' && part !== '..' && !/[\\/\0]/.test(part))
  return kind === 'workspace' && isFile ? { kind, path: parts.join('/') } : null
}

/** Null where a part cannot be encoded: it holds half of a surrogate pair. */
function uriOf(kind: string, parts: readonly string[]): string | null {
  try {
    return `twin://${kind}/${parts.map(encodeURIComponent).join('/')}`
  } catch {
    return null
  }
}

function decoded(path: string): string[] | null {
  try {
    return path.split('/').map(decodeURIComponent)
  } catch {
    return null
  }
}
