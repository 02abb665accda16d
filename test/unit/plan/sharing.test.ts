import { describe, expect, it } from 'vitest'
import { isShared, type SharingContext, whyNotShared } from '../../../src/core/plan/sharing.ts'
import type { Environment } from '../../../src/model/environment.ts'
import type { Manifest, ServerSpec } from '../../../src/model/manifest.ts'
import { native } from '../../../src/model/path.ts'

const side = (id: string, kind: Environment['kind'], self: boolean): Environment => ({
  ...{ id, kind, self, user: 'ana', home: native('/home/ana'), files: [], running: [] },
})
const [home, windows] = [side('wsl:Ubuntu', 'wsl', true), side('windows', 'windows', false)]
const context = (bridge?: Manifest['bridge'], more: Partial<SharingContext> = {}): SharingContext => ({
  manifest: { version: 1, servers: {}, ...(bridge !== undefined && { bridge }) },
  ...{ home, world: { environments: [home, windows] } },
  ...more,
})
const server = (more: Partial<ServerSpec> = {}): ServerSpec => ({ command: 'x', share: true, ...more })

describe('a server that is to be shared', () => {
  it.each([
    ['true', server()],
    ['with its tools named', server({ share: { tools: ['find'], cache: ['find'] } })],
    ['on home among others', server({ only: ['wsl', 'windows'] })],
    ['kept from another side', server({ except: ['windows'] })],
    ['running at home for all', server({ runIn: 'wsl' })],
    ['an address', { url: 'https://x.example/mcp', share: true } satisfies ServerSpec],
  ])('is shared: %s', (_, spec) => {
    expect(whyNotShared(context(), spec)).toBeNull()
    expect(isShared(context(), spec)).toBe(true)
  })
  it.each([
    ['kept from home by "only"', server({ only: ['windows'] }), /keep it from .*where the bridge runs/],
    ['kept from home by "except"', server({ except: ['wsl:Ubuntu'] }), /keep it from/],
    ['running on the other side', server({ runIn: 'windows' }), /it runs in windows/],
    ['for one program alone', server({ only: ['claude-code'] }), /name programs/],
    ['an extension of Claude Desktop', { extension: 'local.mcpb.ana.notes', share: true }, /list its tools twice/],
    ['for nobody', server({ only: [] }), /keep it from/],
  ])('is an ordinary one: %s', (_, spec, why) => {
    expect(whyNotShared(context(), spec)).toMatch(why)
    expect(isShared(context(), spec)).toBe(false)
  })
  it('is an ordinary one without a bridge, without its family, and in a manifest that is not home’s own', () => {
    expect(whyNotShared(context({ enabled: false }), server())).toMatch(/switched off/)
    expect(whyNotShared(context({ families: ['files'] }), server())).toMatch(/bridge\.families/)
    expect(whyNotShared(context(undefined, { named: '/other.json' }), server())).toMatch(/own/)
    expect(isShared(context(), server({ disabled: true }))).toBe(false)
    expect(isShared(context(), server({ share: false }))).toBe(false)
  })
})
