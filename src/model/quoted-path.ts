/** A path as one word of a POSIX shell, in single quotes where it needs them. */
export const quotedPath = (path: string): string => (/^[\w@%+=:,./~-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`)
