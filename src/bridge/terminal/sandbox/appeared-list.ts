import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { type Appeared, appearedIn } from '../../../core/doctor/bridge-facts.ts'
import { limits } from '../../base/limits.ts'
import { codeOf } from '../../base/refusal.ts'

/** What commands made or changed that runs by itself later, kept until it is gone or a person removes the list. */
export class AppearedList {
  private readonly path: string
  private readonly random: (bytes: number) => string

  constructor(path: string, random: (bytes: number) => string) {
    this.path = path
    this.random = random
  }

  /** The newest last; without those that no longer exist. */
  all(): Appeared[] {
    return this.read().filter(({ path }) => existsSync(path))
  }

  add(paths: readonly string[], at: number, client: string): void {
    if (paths.length === 0) return
    const others = this.all().filter(({ path }) => !paths.includes(path))
    const list = [...others, ...paths.map((path) => ({ path, at, client }))].slice(-limits.appearedKept)
    const beside = `${this.path}.${this.random(4)}`
    mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 })
    writeFileSync(beside, `${JSON.stringify(list, null, 1)}\n`, { mode: 0o600 })
    renameSync(beside, this.path)
  }

  private read(): Appeared[] {
    try {
      return appearedIn(JSON.parse(readFileSync(this.path, 'utf8')))
    } catch (error) {
      if (codeOf(error) === '' && !(error instanceof SyntaxError)) throw error
      return []
    }
  }
}
