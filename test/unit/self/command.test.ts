import { describe, expect, it } from 'vitest'
import { commandOn } from '../../../src/core/command/launcher.ts'
import { isCommandText } from '../../../src/model/command-text.ts'
import { native } from '../../../src/model/path.ts'
import { ubuntu, windows } from '../doctor/situation.ts'

const onWindows = (home: string, node = 'C:\\Program Files\\nodejs\\node.exe') =>
  commandOn(
    { ...windows, home: native(home), node: native(node), prefix: native(`${home}\\AppData\\Roaming\\npm`) },
    native(`${home}\\.mcp-twin`),
  )

describe('the command that init puts on PATH', () => {
  it('starts the launcher with its own node, or with another once that is gone', () => {
    const command = commandOn({ ...ubuntu, node: native("/opt/it's/node") }, native('/home/ana/.mcp-twin'))
    expect(command?.file).toBe('/home/ana/.local/bin/mcp-twin')
    expect(command?.text.split('\n').slice(2)).toEqual([
      "node='/opt/it'\\''s/node'",
      '[ -x "$node" ] || node=node',
      'exec "$node" \'/home/ana/.mcp-twin/bin/mcp-twin.mjs\' "$@"',
      '',
    ])
  })

  it('is a batch file beside npm’s on Windows, of ASCII alone, whatever the person is called', () => {
    for (const name of ['Ana', 'Ana Muñoz', '漢字', '100%'])
      expect(onWindows(`C:\\Users\\${name}`)?.text.split('\r\n').slice(2)).toEqual([
        '"C:\\Program Files\\nodejs\\node.exe" "%USERPROFILE%\\.mcp-twin\\bin\\mcp-twin.mjs" %*',
        '',
      ])
    expect(onWindows('C:\\Users\\Ana', 'D:\\100% ours\\node.exe')?.text).toContain('"D:\\100%% ours\\node.exe" ')
    expect(onWindows('C:\\Users\\Ana')?.file).toBe('C:\\Users\\Ana\\AppData\\Roaming\\npm\\mcp-twin.cmd')
  })

  it('is none where cmd could not read its text, or where there is no node', () => {
    expect(onWindows('C:\\Users\\Ana', 'D:\\漢字\\node.exe')).toBeNull()
    const { node: _, ...without } = ubuntu
    expect(commandOn(without, native('/home/ana/.mcp-twin'))).toBeNull()
  })

  it('is known again by its text, for any node and folder', () => {
    for (const made of [commandOn(ubuntu, native('/x/.mcp-twin')), onWindows('C:\\Users\\Ana')])
      expect(isCommandText(made?.text ?? '')).toBe(true)
    for (const other of ['', '#!/bin/sh\nexec node mcp-twin.mjs\n', `${commandOn(ubuntu, native('/x'))?.text}rm -r /\n`])
      expect(isCommandText(other)).toBe(false)
  })
})
