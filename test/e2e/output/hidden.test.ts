import { describe, expect, it } from 'vitest'
import { cli } from '../../support/cli.ts'
import { restored } from '../../support/restored.ts'
import { commands, lines } from '../../support/hidden-lines.ts'
import { plant } from './hidden-place.ts'

/** What acts on a terminal, turns its text around or hides in it. Our own colours are off where no terminal reads. */
const hidden =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e0fff}]/u

/** Our own colours, which are on in words. */
const colours = /\u001b\[\d{1,2}m/g

describe('texts of others', () => {
  const fresh = restored(plant, ({ root }) => root)

  it.each(commands)('reach no terminal as they are by $command', async ({ command, json }) => {
    const place = await fresh()
    const typed = lines[command]?.(place) ?? []
    const words = typed.map((line) => ({ ...line, env: { FORCE_COLOR: '1', ...line.env } }))
    // As data only the first: the same function writes every document.
    const data = json ? typed.slice(0, 1).map((line) => ({ ...line, argv: [...line.argv, '--json'] })) : []
    for (const { argv, silent, ...options } of [...data, ...words]) {
      const { output, code } = await cli(place, argv, { tries: true, ...options })
      const where = `${JSON.stringify(argv)} ${code} ${JSON.stringify(output)}`
      expect.soft(output, where).not.toContain('x\u001b[31m')
      expect.soft(hidden.exec(output.replace(colours, ''))?.[0], where).toBe(undefined)
      expect.soft(output.includes('\\u202e'), where).toBe(silent !== true)
      expect.soft(output, where).not.toContain('something went wrong')
    }
  })
})
