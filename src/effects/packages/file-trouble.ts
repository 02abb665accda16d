import { isTrouble, wordsOf } from '../store/trouble.ts'

/** What the file system refused while a folder of ours was made, in words. Rethrows what is no trouble of files: that is a bug of ours. */
export function fileTrouble(error: unknown): { reason: string; hint: string } {
  if (!isTrouble(error)) throw error
  const path = 'path' in error && typeof error.path === 'string' ? error.path : 'a file'
  const { reason, hint = 'mcp-twin doctor' } = wordsOf(error, path)
  return { reason, hint }
}
