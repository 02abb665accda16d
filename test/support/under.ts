import { type Dirent, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'

/**
 * Everything below a folder, links not followed: asked for names alone, Node 20 goes through them, and a planted side's npm, a link,
 * brings thousands of files.
 */
export const under = (folder: string): Dirent[] => readdirSync(folder, { recursive: true, withFileTypes: true, encoding: 'utf8' })

/** The same as paths relative to the folder, sorted. */
export const namesUnder = (folder: string): string[] =>
  under(folder)
    .map(({ parentPath, name }) => relative(folder, join(parentPath, name)))
    .sort()
