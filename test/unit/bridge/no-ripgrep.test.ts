import { describe, expect, it } from 'vitest'
import { lacking } from '../../../src/bridge/search/ripgrep.ts'

describe('where there is no ripgrep', () => {
  it.each([
    ['linux', /@vscode\/ripgrep-linux-.*sudo apt install ripgrep/],
    ['darwin', /@vscode\/ripgrep-darwin-.*brew install ripgrep/],
    ['win32', /@vscode\/ripgrep-win32-.*winget install/],
  ] as const)('on %s it is said what is missing, why, and what fixes it', (platform, words) => {
    expect(lacking(platform)).toMatch(words)
    expect(lacking(platform)).toMatch(/without its optional package/)
  })
})
