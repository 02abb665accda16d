import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { projectFolder } from '../../support/machine.ts'

// A probe that hangs would hang whatever waits for it. The port makes every caller name a limit; 0 is none.
describe('programs that are started', () => {
  it('have a time limit, but for those that a person or a client started to stay', () => {
    const src = join(projectFolder, 'src')
    const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
    const unlimited = files.filter((name) =>
      /timeoutMs: (0|Number\.POSITIVE_INFINITY|Infinity)\b/.test(readFileSync(join(src, name), 'utf8')),
    )
    expect(unlimited.sort()).toEqual([
      // The other side's half of a bridge's terminal, which ends with the bridge.
      'bridge/terminal/start-plan.ts',
      // A command that was typed on the other side.
      'effects/machine/delegate.ts',
      // A server.
      'effects/run/start.ts',
    ])
  })

  it('are asked for with a limit that the type demands', () => {
    const port = readFileSync(join(projectFolder, 'src/model/system.ts'), 'utf8')
    expect(port).toMatch(/readonly timeoutMs: number\n/)
  })
})
