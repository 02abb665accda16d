import { describe, expect, it } from 'vitest'
import { additionsTo, confirmedPart, incoming, type ExportPart } from '../../../src/core/export/incoming.ts'
import type { Manifest } from '../../../src/model/manifest.ts'

const manifest = (more: Partial<Manifest>): Manifest => ({ version: 1, servers: {}, ...more })
const taken = (written: Partial<Manifest>, ...parts: ExportPart[]): Manifest =>
  confirmedPart(incoming(manifest(written), ['Ubuntu']), new Set(parts))

const servers = { built: { package: 'built@1.0.0', allowScripts: true } }

describe('what an export brings', () => {
  it('is without install scripts, a key program and a bridge that nobody confirmed', () => {
    const written = { servers, secrets: { command: ['keeper'] }, bridge: { terminal: 'on' as const } }
    expect(taken(written)).toEqual(manifest({ servers: { built: { package: 'built@1.0.0' } }, bridge: { enabled: false } }))
    expect(taken(written, 'allowScripts', 'bridge', 'secrets.command')).toEqual(manifest(written))
  })

  it('is without paths and distributions of the other computer', () => {
    const written = { clients: { codex: { file: '/x' }, cursor: false }, distros: ['ubuntu', 'Gone'], prefix: { wsl: '/y' } }
    expect(taken(written)).toEqual(manifest({ clients: { cursor: false }, distros: ['ubuntu'] }))
    expect(incoming(manifest(written), ['Ubuntu']).notes).toHaveLength(3)
  })

  it('asks nothing apart for a bridge that is merely on or off', () => {
    for (const enabled of [true, false]) {
      expect(incoming(manifest({ bridge: { enabled } }), []).apart).toEqual([])
      expect(taken({ bridge: { enabled } }).bridge).toEqual({ enabled })
    }
  })
})

describe('added to a manifest that is there', () => {
  it('keeps differing entries, and takes install scripts that are confirmed later', () => {
    const present = manifest({ servers: { built: { package: 'built@1.0.0' }, mine: { command: 'a' } }, launch: 'npx' })
    const { changes, kept } = additionsTo(
      present,
      manifest({ servers: { ...servers, mine: { command: 'b' } }, launch: 'run', bridge: { enabled: false } }),
    )
    expect(changes).toEqual([{ path: ['servers', 'built', 'allowScripts'], value: true }])
    expect(kept).toEqual(['mine', '"launch"'])
  })

  it('turns on a bridge that an earlier import left off', () => {
    const bridge = { roots: ['~/a'] }
    expect(additionsTo(manifest({ bridge: { enabled: false } }), manifest({ bridge })).changes).toEqual([
      { path: ['bridge'], value: bridge },
    ])
    expect(additionsTo(manifest({ bridge: { readOnly: true } }), manifest({ bridge })).kept).toEqual(['"bridge"'])
  })
})
