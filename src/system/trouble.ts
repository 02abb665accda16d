/** The error code of the system, `ENOENT`; empty for any other error. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

/** An error of ours in the form of a system error. */
export function trouble(code: string, what: string, path: string): Error & { code: string } {
  return Object.assign(new Error(`${code}: ${what}, '${path}'`), { code })
}
