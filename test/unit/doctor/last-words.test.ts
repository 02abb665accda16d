import { describe, expect, it } from 'vitest'
import { lastWords } from '../../../src/core/doctor/probes.ts'

const crash = `starting
node:internal/fs/utils:356
    throw err;
    ^

Error: ENOENT: no such file or directory, stat '/h/serve.cjs'
    at statSync (node:fs:1698:25)
    at file:///h/main.mjs:2:1 {
  errno: -2,
  code: 'ENOENT',
  syscall: 'stat',
  path: '/h/serve.cjs'
}

Node.js v20.20.2
`

describe('the last words of a server', () => {
  it('are the last lines it printed', () => {
    expect(lastWords('1\n2\n3\n4\n5\n\n6\n7\n')).toEqual(['2', '3', '4', '5', '6', '7'])
    expect(lastWords("code: 'x'\n}\n")).toEqual(["code: 'x'", '}'])
    expect(lastWords('')).toEqual([])
  })

  it('are what happened, where Node tells where it happened', () => {
    expect(lastWords(crash)).toEqual(['starting', "Error: ENOENT: no such file or directory, stat '/h/serve.cjs'"])
  })

  it('are all there is where nothing tells what happened', () => {
    expect(lastWords('    at x (y.js:1:1)\n')).toEqual(['    at x (y.js:1:1)'])
  })
})
