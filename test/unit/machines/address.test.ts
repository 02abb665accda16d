import { describe, expect, it } from 'vitest'
import { addressIn, isLocal } from '../../../src/bridge/machines/address.ts'

describe('the URL of a store server', () => {
  it.each([
    [
      'postgres://anna:x@db.example.org/twin',
      { host: 'db.example.org', port: 5432, user: 'anna', password: 'x', database: 'twin', tls: true },
    ],
    [
      'postgresql://a%40b:p%2Fw@[::1]:6000/my%20db',
      { host: '::1', port: 6000, user: 'a@b', password: 'p/w', database: 'my db', tls: false },
    ],
    [
      'postgres://anna@/twin?host=/run/postgresql',
      { host: '/run/postgresql', port: 5432, user: 'anna', password: '', database: 'twin', tls: false },
    ],
  ])('%s names host, person and database', (url, parts) => {
    expect(addressIn(url)).toEqual(parts)
  })

  it.each([
    '',
    'db.example.org',
    'mysql://anna:secret@host/twin',
    'postgres://:secret@host/twin',
    'postgres://anna:secret@host/',
    'postgres://anna:100%secret@host/twin',
  ])('is refused without being repeated: %s', (url) => {
    expect(() => addressIn(url)).toThrow(/store server/)
    expect(() => addressIn(url)).not.toThrow(/secret/)
  })

  it('is encrypted beyond this machine whatever it asks for, and on it where it asks', () => {
    const tls = (host: string, mode: string) => addressIn(`postgres://anna@${host}/twin?sslmode=${mode}`).tls
    expect(['require', 'prefer', 'allow', 'no-verify', 'verify-ca', ''].map((mode) => tls('db.example.org', mode))).toEqual(
      Array(6).fill(true),
    )
    expect(() => tls('db.example.org', 'disable')).toThrow(/in the clear/)
    expect(['require', 'verify-full', 'prefer', 'disable'].map((mode) => tls('127.0.0.1', mode))).toEqual([true, true, false, false])
  })

  it('is on this machine only on loopback and Unix sockets', () => {
    const hosts = [
      'localhost',
      '127.0.0.1',
      '127.8.8.8',
      '::1',
      '/run/postgresql',
      'db',
      '10.0.0.1',
      '127.0.0.1.example.org',
      '::ffff:10.0.0.1',
    ]
    expect(hosts.filter((host) => isLocal({ host }))).toEqual(['localhost', '127.0.0.1', '127.8.8.8', '::1', '/run/postgresql'])
  })
})
