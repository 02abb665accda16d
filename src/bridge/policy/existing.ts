import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { codeOf } from '../base/refusal.ts'
import { NameTree, namesOf } from './names.ts'

/** The paths that exist and fit one in whose last name `*` may stand for a part of it. */
export function existing(path: string): string[] {
  if (!path.includes('*')) return existsSync(path) ? [path] : []
  const folder = dirname(path)
  const fitting = new NameTree(() => [basename(path)])
  try {
    return readdirSync(folder).flatMap((name) => (fitting.match(namesOf(name), 0) === 'in' ? [join(folder, name)] : []))
  } catch (error) {
    if (codeOf(error) === '') throw error
    return []
  }
}
