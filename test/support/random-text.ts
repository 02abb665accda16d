import { createHash } from 'node:crypto'

/** Letters and digits as keys have them, the same in every run. */
export const looksRandom = (length: number): string =>
  createHash('sha512')
    .update('key')
    .digest('base64')
    .replace(/[^A-Za-z0-9]/g, '')
    .slice(0, length)
