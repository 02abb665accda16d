/** The platform's word for what went wrong, `ENOENT`; empty for an error that is no trouble of the system. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

/** A trouble that we find ourselves, in the same form as the platform's. */
export function trouble(code: string, what: string, path: string): Error & { code: string } {
  return Object.assign(new Error(`${code}: ${what}, '${path}'`), { code })
}
