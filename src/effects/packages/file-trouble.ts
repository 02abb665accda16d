import { systemCode } from '../../errors.ts'

const words: Readonly<Record<string, { reason: string; hint: string }>> = {
  ENOSPC: { reason: 'the disk is full', hint: 'free some space, then run the same command again' },
  EDQUOT: { reason: 'the disk quota is used up', hint: 'free some space, then run the same command again' },
  EROFS: { reason: 'the disk is read-only', hint: 'move our folder with MCP_TWIN_HOME' },
  EACCES: { reason: 'writing is not allowed there', hint: 'make the folder yours, then run the same command again' },
  EPERM: { reason: 'writing is not allowed there', hint: 'make the folder yours, then run the same command again' },
  EBUSY: { reason: 'a program holds it open', hint: 'close the program, then run the same command again' },
}

/** What the file system refused, in words. Rethrows what is no trouble of files: that is a bug of ours. */
export function fileTrouble(error: unknown): { reason: string; hint: string } {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') throw error
  const code = systemCode(error.code)
  const known = words[code]
  const path = 'path' in error && typeof error.path === 'string' ? `: ${error.path}` : ''
  if (known !== undefined) return { reason: `${known.reason}${path} (${code})`, hint: known.hint }
  return { reason: `${error.message}`, hint: 'mcp-twin doctor' }
}
