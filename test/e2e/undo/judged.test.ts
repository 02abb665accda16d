import { describe, expect, it } from 'vitest'
import type { Afterwards } from '../../../src/model/afterwards.ts'
import { inProcess } from '../../support/in-process.ts'
import { codeFile, quickHome } from '../support/place.ts'

const manifest = '.mcp-twin/mcp-twin.json'

/** A home whose only server was turned off by its last run. */
async function turnedOff() {
  const place = quickHome()
  place.manifest({ tiny: place.tiny })
  for (const words of [['sync'], ['disable', 'tiny']]) {
    const { code, output } = await place.run(words)
    expect(code, output).toBe(0)
  }
  return place
}

describe('an undo that is judged', () => {
  it('shows what stands afterwards, and does that', async () => {
    const place = await turnedOff()
    const shown: Afterwards[] = []
    const { code, output } = await inProcess(place, ['undo', '--json'], place.home, (after) => void shown.push(after))
    expect(code, output).toBe(0)
    expect(shown).toMatchObject([{ manifest: { servers: { tiny: place.tiny } }, foreign: [] }])
    expect(place.servers(codeFile)).toHaveProperty('tiny')
  })

  it('does nothing where its judge stops it', async () => {
    const place = await turnedOff()
    const before = place.read(manifest)
    const { code } = await inProcess(place, ['undo', '--json'], place.home, () => {
      throw new Error('no')
    })
    expect(code).not.toBe(0)
    expect(place.read(manifest)).toBe(before)
    expect(place.servers(codeFile)).toEqual({})
  })

  it('writes nothing else than what was judged, whoever edits a file meanwhile', async () => {
    const place = await turnedOff()
    const evil = { command: 'evil' }
    const { json } = await inProcess(place, ['undo', '--json'], place.home, () => {
      place.manifest({ tiny: { ...place.tiny, disabled: true }, evil })
      place.write(codeFile, JSON.stringify({ mcpServers: { mine: { command: 'true' } } }))
    })
    const refused = expect.objectContaining({ outcome: 'refused', reason: 'it changed while this was decided' })
    // The copy that nobody edited goes back.
    const done = expect.objectContaining({ client: 'claude-code-config', outcome: 'done' })
    expect((json as { steps: unknown[] }).steps).toEqual([done, refused, refused])
    expect(place.servers(codeFile)).toEqual({ mine: { command: 'true' } })
    expect(place.readJson(manifest)).toMatchObject({ servers: { tiny: { disabled: true }, evil } })
  })

  it('names entries that come back and are no servers of the manifest as it is then', async () => {
    const place = quickHome()
    place.manifest({ tiny: place.tiny })
    expect((await place.run(['sync'])).code).toBe(0)
    place.write(codeFile, JSON.stringify({ mcpServers: { tiny: { command: 'evil' } } }))
    expect((await place.run(['sync', '--force'])).code).toBe(0)
    const shown: Afterwards[] = []
    await inProcess(place, ['undo', '--dry-run', '--json'], place.home, (after) => void shown.push(after))
    expect(shown).toMatchObject([{ foreign: [expect.stringMatching(/^tiny in .*\.claude\.json/)] }])
  })
})
