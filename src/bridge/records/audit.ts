import { join } from 'node:path'
import { oneLine } from '../base/text.ts'
import type { Redaction } from '../base/redaction.ts'
import { codeOf, meaningOf } from '../base/refusal.ts'
import { RotatingFile } from './rotating-file.ts'

/** One thing that was done or refused. */
export interface AuditLine {
  readonly event: 'call' | 'denied' | 'session' | 'policy' | 'action'
  readonly client: string
  readonly tool: string
  readonly subject: string
  readonly outcome: string
}

/**
 * `audit.jsonl`: one line for every call that writes or runs something, every session's use, every denial. Secret-free
 * and with control characters escaped. Where it cannot be written nothing is run: see `ready`.
 */
export class Audit {
  private readonly path: string
  private readonly file: RotatingFile
  private readonly redaction: Redaction
  private readonly now: () => number
  /** Why the last line could not be written; null when it could. */
  trouble: string | null = null

  constructor(folder: string, redaction: Redaction, now: () => number) {
    this.path = join(folder, 'audit.jsonl')
    this.file = new RotatingFile(this.path)
    this.redaction = redaction
    this.now = now
  }

  /** True when a line can probably be written. Asked before anything that must not happen unrecorded. */
  ready(): boolean {
    if (this.trouble !== null) this.probe()
    else this.attempt(() => this.file.reopen())
    return this.trouble === null
  }

  /** Finds out whether lines can be written now, for a report; makes nothing where all was well. */
  check(): void {
    if (this.trouble !== null) this.probe()
    else this.attempt(() => this.file.check())
  }

  write(line: AuditLine): void {
    const { event, client, tool, subject, outcome } = line
    const clean = (text: string): string => oneLine(this.redaction.text(text))
    const record = {
      at: new Date(this.now()).toISOString(),
      event,
      client: clean(client),
      tool,
      subject: clean(subject),
      outcome: clean(outcome),
    }
    this.attempt(() => this.file.append(JSON.stringify(record)))
  }

  /** Shortens a file that was too large at the start. */
  bound(): void {
    this.attempt(() => this.file.bound())
  }

  close(): void {
    this.file.close()
  }

  /** After a failure the next line decides: this one says that lines are missing. */
  private probe(): void {
    const record = {
      at: new Date(this.now()).toISOString(),
      event: 'policy',
      client: '',
      tool: '',
      subject: 'audit',
      outcome: 'writable again',
    }
    this.attempt(() => this.file.append(JSON.stringify(record)))
  }

  private attempt(work: () => void): void {
    try {
      work()
      this.trouble = null
    } catch (error) {
      this.trouble = inWords(error, this.path)
      this.file.close()
    }
  }
}

/** Why a line could not be written, as a part of a sentence. */
function inWords(error: unknown, path: string): string {
  if (codeOf(error) === 'EISDIR') return `${path} is a folder`
  const meaning = meaningOf(error)
  if (meaning !== null) return `${path}: ${meaning}`
  return error instanceof Error ? error.message : String(error)
}
