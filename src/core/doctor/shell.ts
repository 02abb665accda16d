/** A path as a POSIX shell takes it: bare where it can be, else in single quotes. */
export const quoted = (path: string): string => (/^[\w@%+=:,./~-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`)
