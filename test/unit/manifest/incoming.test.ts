import { describe, expect, it } from 'vitest'
import { compareImport } from '../../../src/core/export/compare.ts'
import { confirmedPart, incoming, type ExportPart } from '../../../src/core/export/incoming.ts'
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

const none = { version: 1 as const, packages: {} }
const compared = (present: Manifest, there: Manifest) =>
  compareImport(
    { manifest: present, lock: none, imported: {} },
    { from: '/setup', manifest: there, lock: none, withheld: new Set(), theirs: new Set() },
  )
const kept = ({ compared: all }: ReturnType<typeof compared>) => all.flatMap(({ as, verdict }) => (verdict === 'both' ? [as] : []))

describe('added to a manifest that is there', () => {
  it('keeps differing entries, whoever is first', () => {
    const present = manifest({ servers: { mine: { command: 'a' } }, launch: 'npx' })
    const found = compared(
      present,
      manifest({ servers: { ...servers, mine: { command: 'b' } }, launch: 'run', bridge: { enabled: false } }),
    )
    expect(found.changes).toEqual([{ kind: 'set', path: ['servers', 'built'], value: servers.built }])
    expect(kept(found)).toEqual(['mine', 'launch'])
  })

  it('turns on a bridge that an earlier import left off', () => {
    const bridge = { roots: ['~/a'] }
    expect(compared(manifest({ bridge: { enabled: false } }), manifest({ bridge })).changes).toEqual([
      { kind: 'set', path: ['bridge'], value: bridge },
    ])
    expect(kept(compared(manifest({ bridge: { readOnly: true } }), manifest({ bridge })))).toEqual(['bridge'])
  })
})
