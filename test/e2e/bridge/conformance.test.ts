import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { HttpCarrier } from '../../../src/bridge/transports/http.ts'
import { openSessions } from '../../../src/effects/store/sessions.ts'
import { reachable } from '../../../src/model/path.ts'
import { nodeSystem } from '../../../src/system/node.ts'
import { bearerProxy } from '../../conformance/bearer-proxy.ts'
import { conformanceServer } from '../../conformance/fixtures.ts'
import { lacksSuite, runSuite } from '../../conformance/suite.ts'
import { describeUnless } from '../../support/left-out.ts'

describeUnless(lacksSuite(), "the protocol's conformance suite, over our own transport, guards and sessions", () => {
  const folder = mkdtempSync(join(tmpdir(), 'conformance-store-'))
  let carrier: HttpCarrier
  let proxy: Awaited<ReturnType<typeof bearerProxy>>
  beforeAll(async () => {
    const store = openSessions(nodeSystem(), reachable(folder), 'linux')
    const { token } = await store.create(3_600_000)
    carrier = await HttpCarrier.open({
      factory: () =>
        conformanceServer({ toolsChanged: () => carrier.changes.toolsChanged(), promptsChanged: () => carrier.changes.promptsChanged() }),
      address: '127.0.0.1',
      port: 0,
      identity: { name: 'mcp-twin', version: '0', protocols: [] },
      verify: async (given) => (await store.verify(given))?.id ?? null,
      isValid: (session) => store.isValid(session),
      now: () => Date.now(),
      onRefused: () => undefined,
      onUsed: () => undefined,
      onError: () => undefined,
    })
    proxy = await bearerProxy(carrier.port, token)
  })
  afterAll(async () => {
    proxy.close()
    await carrier.close()
    rmSync(folder, { recursive: true, force: true })
  })
  it.each(['2025-11-25', '2026-07-28'])('%s: no scored scenario fails', async (revision) => {
    const { scenarios, output } = await runSuite(`http://127.0.0.1:${proxy.port}/mcp`, revision)
    const scored = scenarios.filter((scenario) => scenario.scored)
    const failing = scored.filter(({ ok }) => !ok).map(({ name, failed }) => `${name} (${failed})`)
    console.log(
      `${revision}: ${scored.length - failing.length} of ${scored.length} scored scenarios, ${scored.reduce((sum, { passed }) => sum + passed, 0)} checks; unscored failing: ${
        scenarios
          .filter((each) => !each.scored && !each.ok)
          .map(({ name }) => name)
          .join(', ') || 'none'
      }`,
    )
    expect(scored.length, output.slice(0, 2000)).toBeGreaterThan(20)
    expect(failing).toEqual([])
  })
})
