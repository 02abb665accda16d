import { describe, expect, it } from 'vitest'
import { addressIn, isLocal } from '../../../src/bridge/machines/address.ts'

describe('the URL of a store server', () => {
  it.each([
    ['postgres://anna:x@db.example.org/twin', { host: 'db.example.org', port: 5432, user: 'anna', password: 'x', database: 'twin' }],
    ['postgresql://a%40b:p%2Fw@[::1]:6000/my%20db', { host: '::1', port: 6000, user: 'a@b', password: 'p/w', database: 'my db' }],
    ['postgres://anna@/twin?host=/run/postgresql', { host: '/run/postgresql', port: 5432, user: 'anna', password: '', database: 'twin' }],
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
