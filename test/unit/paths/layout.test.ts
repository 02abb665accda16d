import { describe, expect, it } from 'vitest'
import { layout, packageFolder } from '../../../src/core/layout.ts'
import { native } from '../../../src/model/path.ts'
import { linux, windows } from './sides.ts'

describe('our folder', () => {
  it('has every part in the spelling of Linux', () => {
    expect(layout(linux(), native('/home/ana/.mcp-twin'))).toMatchInlineSnapshot(`
      {
        "app": "/home/ana/.mcp-twin/app",
        "backups": "/home/ana/.mcp-twin/backups",
        "bin": "/home/ana/.mcp-twin/bin",
        "bridge": "/home/ana/.mcp-twin/bridge",
        "cache": "/home/ana/.mcp-twin/cache.json",
        "current": "/home/ana/.mcp-twin/app/current",
        "folder": "/home/ana/.mcp-twin",
        "homeJson": "/home/ana/.mcp-twin/home.json",
        "launcher": "/home/ana/.mcp-twin/bin/mcp-twin.mjs",
        "launches": "/home/ana/.mcp-twin/launches.json",
        "lock": "/home/ana/.mcp-twin/mcp-twin.lock.json",
        "locks": "/home/ana/.mcp-twin/locks",
        "logins": "/home/ana/.mcp-twin/logins.json",
        "manifest": "/home/ana/.mcp-twin/mcp-twin.json",
        "npm": "/home/ana/.mcp-twin/npm",
        "pypi": "/home/ana/.mcp-twin/pypi",
        "secrets": "/home/ana/.mcp-twin/secrets.json",
        "state": "/home/ana/.mcp-twin/state.json",
        "weights": "/home/ana/.mcp-twin/weights.json",
      }
    `)
  })

  it('has every part in the spelling of Windows', () => {
    const paths = Object.values(layout(windows(), native('C:\\Users\\Ana\\.mcp-twin')))
    expect(paths.every((path) => path.startsWith('C:\\Users\\Ana\\.mcp-twin') && !path.includes('/'))).toBe(true)
    expect(paths).toContain('C:\\Users\\Ana\\.mcp-twin\\bin\\mcp-twin.mjs')
  })
})

describe("a package's folder", () => {
  it.each([
    ['tavily-mcp', '0.2.22', 'tavily-mcp@0.2.22'],
    ['@modelcontextprotocol/server-memory', '2026.8.31', '@modelcontextprotocol+server-memory@2026.8.31'],
  ])('%s', (name, version, expected) => {
    expect(packageFolder(name, version)).toBe(expected)
  })
})
