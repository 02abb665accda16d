import { describe, expect, it } from 'vitest'
import { engineWarnings, explain, maskNpm } from '../../../src/core/packages/trouble.ts'

const json = (code: string, summary: string) => JSON.stringify({ error: { code, summary, detail: '' } })
const failure = (stdout: string, stderr = '') => ({ stdout, stderr, words: '@acme/thing@^2', offline: false })

describe("npm's failures in words", () => {
  it.each([
    ['E404', 'Not Found - GET http://127.0.0.1/@acme%2fthing', 'there is no package @acme/thing on the registry this machine uses'],
    ['E404', 'No match found for version ^2', '@acme/thing has no version that fits ^2'],
    ['ETARGET', 'No matching version found for @acme/thing@^2.', '@acme/thing has no version that fits ^2'],
    ['ENOTFOUND', 'request to http://x failed', 'the package registry could not be reached (ENOTFOUND)'],
    ['ECONNREFUSED', 'FetchError', 'the package registry could not be reached (ECONNREFUSED)'],
    ['ENOTCACHED', 'request failed: cache mode is only-if-cached', "@acme/thing@^2 is not in npm's cache, and --offline was given"],
    ['E401', 'Unable to authenticate', 'the registry wants a login (E401)'],
    ['ENOSPC', 'nospc', 'the disk is full (ENOSPC)'],
    ['EINTEGRITY', 'sha512-… integrity checksum failed', 'what arrived for @acme/thing@^2 is not what the registry promised (EINTEGRITY)'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'x', "the registry's certificate is not trusted here (SELF_SIGNED_CERT_IN_CHAIN)"],
    ['1', 'command failed', 'an install script of @acme/thing@^2 failed (exit 1)'],
  ])('%s: %s', (code, summary, reason) => {
    const trouble = explain(failure(json(code, summary)))
    expect(trouble.reason).toBe(reason)
    expect(trouble.hint).not.toBe('')
  })

  it('distinguishes a missing version from a missing package', () => {
    const code = (summary: string) => explain(failure(json('E404', summary))).code
    expect([code('Not Found - GET http://127.0.0.1/x'), code('No match found for version ^2')]).toEqual(['E404', 'ETARGET'])
  })

  it('names the folder that could not be written', () => {
    const stderr = 'npm error code EACCES\nnpm error syscall mkdir\nnpm error path /home/ana/.npm/_cacache\nnpm error errno -13\n'
    expect(explain(failure('', stderr)).reason).toBe('npm was not allowed to write /home/ana/.npm/_cacache (EACCES)')
  })

  it('reads the older spelling of stderr, CRLF too', () => {
    expect(explain(failure('', 'npm ERR! code ENOTFOUND\r\nnpm ERR! network x\r\n')).code).toBe('ENOTFOUND')
  })

  it('shows only the first line of what it does not know, without keys', () => {
    const stderr = 'npm error Something //registry.example/:_authToken=npm_abcdefghijklmnopqrstuvwxyz0123456789 odd\nnpm error second\n'
    const { reason } = explain(failure('', stderr))
    expect(reason).toContain('Something')
    expect(reason).not.toContain('abcdefghij')
    expect(reason).not.toContain('second')
  })

  it('says something even when npm said nothing', () => expect(explain(failure('', '')).reason).toBe('npm failed: unknown'))
})

describe("npm's words", () => {
  it.each([
    '//r.example/:_authToken=S3CRET',
    '//r.example/:_authToken="S3CRET"',
    '_auth = S3CRET',
    '//r.example/:_password=S3CRET',
    'https://ana:S3CRET@r.example/x',
    'authorization: Bearer S3CRET',
  ])('are shown without the key in %s', (text) => {
    const masked = maskNpm(text)
    expect(masked).not.toContain('S3CRET')
    expect(masked).toContain('••••••••')
  })
})

describe('a package that wants another Node', () => {
  it('is named from the warning', () => {
    const stderr = `npm warn EBADENGINE Unsupported engine {
npm warn EBADENGINE   package: 'thing@1.0.0',
npm warn EBADENGINE   required: { node: '>=99' },
npm warn EBADENGINE   current: { node: 'v20.20.2', npm: '11.19.1' }
npm warn EBADENGINE }
`
    expect(engineWarnings(stderr)).toEqual(['thing@1.0.0 wants Node >=99, and this side has 20.20.2'])
    expect(engineWarnings('npm warn old')).toEqual([])
  })
})
