import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { nearest } from '../../core/nearest.ts'
import { InputTrouble } from '../base/input.ts'
import { codeOf, denied, fromFileTrouble } from '../base/refusal.ts'
import { type Option, options } from './options.ts'

type Value = string | number

/** The settings that a conversation may change, kept in one owner-only file and read again when it has changed: every client has a bridge of its own. */
export class Config {
  private readonly path: string
  private values: Map<string, Value> | undefined
  /** Which version of the file `values` are. */
  private seen = ''
  /** What is wrong with the file; null: nothing. */
  trouble: string | null = null

  constructor(path: string) {
    this.path = path
  }

  get<T extends Value>(option: Option<T>): T {
    const value = this.all().get(option.key)
    return value === undefined ? option.usual : option.field.read(value, option.key)
  }

  /** Every key with its value in use and its meaning. */
  list(): { key: string; value: Value; means: string }[] {
    const values = this.all()
    return options.map(({ key, usual, means }) => ({ key, value: values.get(key) ?? usual, means }))
  }

  set(key: string, value: unknown): Value {
    const option = options.find((each) => each.key === key)
    if (option === undefined) {
      const near = nearest(
        key,
        options.map((each) => each.key),
      )
      throw denied(
        `Unknown setting ${JSON.stringify(key.slice(0, 100))}${near === null ? '' : ` (did you mean "${near}"?)`}; a conversation can change ${options.map((each) => each.key).join(', ')}. Everything else is set by a person in the manifest.`,
      )
    }
    const read: Value = option.field.read(value, `"${key}"`)
    const next = new Map(this.all()).set(key, read)
    const beside = `${this.path}.${randomBytes(4).toString('hex')}`
    try {
      mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 })
      writeFileSync(beside, `${JSON.stringify(Object.fromEntries(next), null, 2)}\n`, { mode: 0o600 })
      renameSync(beside, this.path)
    } catch (error) {
      rmSync(beside, { force: true })
      throw fromFileTrouble(error, 'The setting cannot be saved')
    }
    return read
  }

  private all(): Map<string, Value> {
    const facts = statSync(this.path, { bigint: true, throwIfNoEntry: false })
    const now = facts === undefined ? 'none' : `${facts.ino} ${facts.mtimeNs} ${facts.size}`
    if (this.values === undefined || now !== this.seen) [this.values, this.seen] = [this.load(), now]
    return this.values
  }

  /** Invalid values are left out and reported; a file that cannot be read means the usual values. */
  private load(): Map<string, Value> {
    const found = new Map<string, Value>()
    this.trouble = null
    let given: Map<string, unknown>
    try {
      given = new Map(Object.entries(JSON.parse(readFileSync(this.path, 'utf8')) ?? {}))
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return found
      if (!(error instanceof SyntaxError) && codeOf(error) === '') throw error
      this.trouble = `${this.path} is not used: ${error instanceof Error ? error.message : String(error)}`
      return found
    }
    for (const option of options) {
      if (!given.has(option.key)) continue
      try {
        found.set(option.key, option.field.read(given.get(option.key), option.key))
      } catch (error) {
        if (!(error instanceof InputTrouble)) throw error
        this.trouble = `A value of ${this.path} is not used: ${error.message}`
      }
    }
    return found
  }
}
