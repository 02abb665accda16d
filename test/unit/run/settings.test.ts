import { describe, expect, it } from 'vitest'
import { isExempt, npmSettings, proxyFor } from '../../../src/effects/run/proxy-settings.ts'
import type { System } from '../../../src/model/system.ts'
import { nodeSystem } from '../../../src/system/node.ts'
import { scratch } from '../../support/scratch.ts'

const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'

async function settings(npmrc: string, variables: Record<string, string> = {}, files: Record<string, string> = {}) {
  const home = scratch({ npmrc: '' })
  for (const [name, text] of Object.entries(files)) home.write(name, text)
  home.write('.npmrc', npmrc.replaceAll('~', home.home))
  home.write('prefix/etc/npmrc', 'proxy=http://global:1\nnoproxy=global.example\n')
  const filled = Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, value.replaceAll('~', home.home)]))
  const system: System = { ...nodeSystem(), variables: filled }
  return npmSettings(system, home.home, home.path('prefix'))
}

describe("npm's settings for the way out", () => {
  it('come from variables, then the user, then everybody', async () => {
    expect(await settings('proxy = "http://user:2"\n; comment\n# comment\nhttps-proxy=http://${NAME}:3')).toMatchObject({
      proxy: 'http://user:2',
      httpsProxy: 'http://${NAME}:3',
      noProxy: 'global.example',
    })
    expect(await settings('https-proxy=http://${NAME}:3', { NAME: 'me' })).toMatchObject({
      httpsProxy: 'http://me:3',
      proxy: 'http://global:1',
    })
    expect(await settings('proxy=http://user:2', { NPM_CONFIG_PROXY: 'http://env:4', npm_config_noproxy: 'a,b' })).toMatchObject({
      proxy: 'http://env:4',
      noProxy: 'a,b',
    })
    expect(await settings('proxy=null\nhttps-proxy=false')).toMatchObject({ proxy: undefined, httpsProxy: undefined })
  })

  it('bring certificates of all three kinds', async () => {
    const { ca } = await settings(
      'cafile=~/ca.pem\nca[]="-----BEGIN CERTIFICATE-----\\nBBBB\\n-----END CERTIFICATE-----"',
      { NODE_EXTRA_CA_CERTS: '~/extra.pem' },
      { 'ca.pem': `${CERTIFICATE}\n${CERTIFICATE}\n`, 'extra.pem': CERTIFICATE },
    )
    expect(ca).toHaveLength(4)
    expect(ca[0]).toBe('-----BEGIN CERTIFICATE-----\nBBBB\n-----END CERTIFICATE-----')
  })

  it('may name a file that is not there', async () => {
    expect((await settings('cafile=~/nothing.pem')).ca).toEqual([])
    expect((await settings('', { NODE_EXTRA_CA_CERTS: '~/extra.pem' }, { 'extra.pem': CERTIFICATE })).ca).toEqual([])
  })
})

describe('the proxy for an address', () => {
  const none = { proxy: undefined, httpsProxy: undefined, noProxy: undefined, ca: [] }
  const pick = (url: string, more: object = {}, variables: Record<string, string> = {}) =>
    proxyFor(new URL(url), { ...none, ...more }, variables)?.href ?? null

  it('is what npm would take', () => {
    expect(pick('https://a.example/')).toBeNull()
    expect(pick('https://a.example/', {}, { HTTPS_PROXY: 'http://p:1' })).toBe('http://p:1/')
    expect(pick('https://a.example/', {}, { HTTP_PROXY: 'http://p:1' })).toBeNull()
    expect(pick('http://a.example/', {}, { http_proxy: 'p:1' })).toBe('http://p:1/')
    expect(pick('https://a.example/', { proxy: 'http://n:2' }, { HTTPS_PROXY: 'http://p:1' })).toBe('http://n:2/')
    expect(pick('https://a.example/', { proxy: 'http://n:2', httpsProxy: 'http://s:3' })).toBe('http://s:3/')
  })

  it('is none for this machine and for exempt hosts', () => {
    for (const host of ['localhost:8080', '127.0.0.1:1', '[::1]', 'x.localhost'])
      expect(pick(`http://${host}/`, { proxy: 'http://n:2' })).toBeNull()
    expect(pick('https://in.corp.example/', { proxy: 'http://n:2', noProxy: '.corp.example' })).toBeNull()
    expect(isExempt(new URL('https://a.b.c/'), 'x, *.b.c')).toBe(true)
    expect(isExempt(new URL('https://ab.c/'), 'b.c')).toBe(false)
    expect(isExempt(new URL('https://a.b/'), 'a.b:8443')).toBe(false)
    expect(isExempt(new URL('https://a.b/'), '*')).toBe(true)
    expect(isExempt(new URL('https://a.b/'), '')).toBe(false)
  })
})
