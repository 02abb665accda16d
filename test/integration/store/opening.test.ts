import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { prepare } from '../../../src/bridge/store/connection.ts'
import type { Database } from '../../../src/bridge/store/database.ts'
import { chooseEngine } from '../../../src/bridge/store/engine.ts'

const random = (bytes: number): string => 'ab'.repeat(bytes)

it('is made by another process while this one asks whose file it is: it is ours', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'mcp-twin-store-')), '1.db')
  const engine = chooseEngine(process.platform, process.arch)
  const [ours, others] = [engine.open(file), engine.open(file)]
  let asked = 0
  const meanwhile = (): void => {
    try {
      prepare(others, random)
    } catch {
      // The file is locked while it is looked at: the other process tries again.
    }
  }
  const get: Database['get'] = (sql, ...values) => {
    const found = ours.get<never>(sql, ...values)
    if (asked++ === 0) meanwhile()
    return found
  }
  expect(prepare({ ...ours, get }, random)).toMatch(/^(ab)+$/)
  expect(prepare(others, random)).toMatch(/^(ab)+$/)
  for (const each of [ours, others]) each.close()
})
