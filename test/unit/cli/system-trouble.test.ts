import { describe, expect, it } from 'vitest'
import { systemTrouble } from '../../../src/cli/report.ts'
import { fileTrouble } from '../../../src/effects/packages/job.ts'

const trouble = (code: string) => Object.assign(new Error(`${code}: something`), { code, path: '/a/folder', syscall: 'mkdir' })

describe('a spent disk quota, for which Node has only a number', () => {
  it.each(['EDQUOT', 'Unknown system error -122', 'Unknown system error -69'])('%s is said in words, and is no crash', (code) => {
    expect(systemTrouble(trouble(code))).toMatchObject({ code: 'EDQUOT', message: expect.stringContaining('/a/folder cannot be created') })
    expect(fileTrouble(trouble(code)).reason).toBe('/a/folder could not be written: your disk quota is used up (EDQUOT)')
  })

  it('another number is not guessed at', () => {
    expect(systemTrouble(trouble('Unknown system error -1'))).toBeNull()
  })
})
