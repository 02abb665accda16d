import { join } from 'node:path'
import { oneLine } from '../base/text.ts'
import type { Redaction } from '../base/redaction.ts'
import { RotatingFile } from './rotating-file.ts'

export const logLevels = ['error', 'warning', 'info', 'debug'] as const
export type LogLevel = (typeof logLevels)[number]

/** `logs/mcp-server.log` (the protocol's side) and `logs/bridge.log` (what a bridge may do, its beginning and end, what it refused). A log that cannot be written stops nothing. */
export class BridgeLog {
  private readonly files: Readonly<Record<'mcp-server' | 'bridge', RotatingFile>>
  private readonly redaction: Redaction
  private readonly now: () => number
  private readonly level: () => LogLevel

  constructor(folder: string, redaction: Redaction, now: () => number, level: () => LogLevel) {
    this.files = {
      'mcp-server': new RotatingFile(join(folder, 'logs', 'mcp-server.log')),
      bridge: new RotatingFile(join(folder, 'logs', 'bridge.log')),
    }
    this.redaction = redaction
    this.now = now
    this.level = level
  }

  write(file: 'mcp-server' | 'bridge', level: LogLevel, text: string): void {
    if (logLevels.indexOf(level) > logLevels.indexOf(this.level())) return
    try {
      this.files[file].append(`${new Date(this.now()).toISOString()} ${level} ${oneLine(this.redaction.text(text))}`)
    } catch {
      // Nowhere to say it: the disk is full or the folder closed. bridge_status reports the audit, which shares its fate.
      this.files[file].close()
    }
  }

  /** Shortens a file that was too large at the start. */
  bound(): void {
    for (const file of Object.values(this.files)) {
      try {
        file.bound()
      } catch {
        file.close()
      }
    }
  }

  close(): void {
    for (const file of Object.values(this.files)) file.close()
  }
}
