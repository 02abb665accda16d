import { describe, expect, it } from 'vitest'
import { isKey } from '../../../src/core/keys/judge.ts'
import { hex, prefixes, token, uuid, withPrefix } from '../../support/made-keys.ts'

describe('a key', () => {
  it.each(prefixes)('is known by how vendors begin theirs: %s%s', (...parts) => {
    expect(isKey('ANYTHING', withPrefix(...parts))).toBe('shape')
    expect(isKey('Authorization', `Bearer ${withPrefix(...parts)}`)).toBe('shape')
  })
  it('is known by the shape of a web token', () => expect(isKey('X', `ey${'J'}${token()}.ey${'J'}${token()}.${token()}`)).toBe('shape'))

  it.each([
    'GITHUB_PERSONAL_ACCESS_TOKEN',
    'PERPLEXITY_API_KEY',
    'GITHUB_TOKEN',
    'SUPABASE_ACCESS_TOKEN',
    'ATLASSIAN_API_TOKEN',
    'SLACK_BOT_TOKEN',
    'X_CLIENT_SECRET',
    'X_REFRESH_TOKEN',
    'API_KEY',
    'AUTH_TOKEN',
    'motherduck_token',
    'apiKey',
    'x-api-key',
    'CONTEXT7_API_KEY',
    'DB_PASSWORD',
    'SMTP_PASSWD',
    'AWS_SECRET_ACCESS_KEY',
    'OPENAI_KEY',
    'SUPABASE_SERVICE_ROLE_KEY',
    'ENCRYPTION_KEY',
    'GITHUB_PAT',
    'Authorization',
    'Cookie',
  ])('is known by its name: %s', (name) => {
    for (const value of [token(), hex(32), hex(64), uuid]) expect(isKey(name, value)).toBe('name')
  })
  it('may be a short password', () =>
    expect([isKey('DB_PASSWORD', 'hunter22'), isKey('POSTGRES_PASSWORD', 'postgres')]).toEqual(['name', 'name']))
  it('may be anything under a name that says so', () => expect(isKey('TAVILY_API_KEY', 'test-key-1234567890')).toBe('name'))

  it.each(['DATABASE_URL', 'POSTGRES_CONNECTION_STRING', 'MONGODB_URI', 'NEO4J_URI', 'ANYTHING'])(
    'stands in a connection string: %s',
    (name) => {
      expect(isKey(name, `postgres://app:${token(12)}@db.example.org:5432/x`)).toBe('shape')
      expect(isKey(name, `Server=db;User Id=a;Password=${token(12)};`)).toBe('shape')
    },
  )
})

describe('not a key', () => {
  it.each<[string, string]>([
    ['API_KEY', ''],
    ['API_KEY', 'YOUR_API_KEY'],
    ['API_KEY', 'your-key-here'],
    ['API_KEY', 'your_api_key_here'],
    ['API_KEY', '<token>'],
    ['API_KEY', '<YOUR KEY>'],
    ['API_KEY', 'xxx'],
    ['API_KEY', 'xxxxxxxxxxxxxxxx'],
    ['API_KEY', 'sk-xxxxxxxxxxxx'],
    ['API_KEY', 'ghp_...'],
    ['API_KEY', '__API_KEY__'],
    ['API_KEY', 'API_KEY'],
    ['TAVILY_API_KEY', 'tavily-api-key'],
    ['API_KEY', 'REPLACE_ME'],
    ['API_KEY', 'changeme'],
    ['API_KEY', '***'],
    ['API_KEY', 'insert-your-key'],
    ['API_KEY', 'api-key-here'],
    ['API_KEY', '[your key]'],
    ['API_KEY', 'abc…'],
    ['API_KEY', 'enter your key here'],
    ['API_KEY', '${API_KEY}'],
    ['API_KEY', '${env:API_KEY}'],
    ['API_KEY', '${input:key}'],
    ['API_KEY', '${API_KEY:-}'],
    ['API_KEY', '$API_KEY'],
    ['API_KEY', '%API_KEY%'],
    ['API_KEY', '{env:API_KEY}'],
    ['API_KEY', 'op://vault/item/key'],
    ['API_KEY', '${secret:API_KEY}'],
    ['API_KEY', '{{ .apiKey }}'],
    ['Authorization', 'Bearer ${T}'],
    ['Authorization', 'Bearer __TOKEN__'],
    ['Authorization', 'Bearer YOUR_TOKEN'],
    ['Authorization', 'Sentry-Bearer ${T}'],
    ['Authorization', ''],
    ['API_KEY_FILE', '/run/secrets/key'],
    ['TOKEN_PATH', '/home/a/token.json'],
    ['GOOGLE_APPLICATION_CREDENTIALS', '/home/ana/keys/service.json'],
    ['PRIVATE_KEY_PATH', 'C:\\keys\\a.pem'],
    ['CREDENTIALS', '~/x/credentials.json'],
    ['MAX_TOKENS', '4096'],
    ['TOKEN_LIMIT', '100000'],
    ['AUTH_TYPE', 'oauth2'],
    ['AUTH', 'none'],
    ['API_KEY_HEADER', 'x-api-key'],
    ['TOKEN_URL', 'https://x.dev/token'],
    ['SECRET_NAME', 'prod/database/main'],
    ['AUTH_MODE', 'basic'],
    ['KEY', 'id'],
    ['SORT_KEY', 'created_at'],
    ['PRIMARY_KEY', 'id'],
    ['KEYBOARD', 'de'],
    ['MONKEY', 'george'],
    ['TOKENIZER', 'cl100k_base'],
    ['REQUIRE_TOKEN', 'true'],
    ['TOKEN', 'false'],
    ['PROJECT_ID', uuid],
    ['COMMIT', hex(40)],
    ['PORT', '8080'],
    ['HOME', '/home/ana'],
    ['NODE_ENV', 'production'],
    ['OPENAI_BASE_URL', 'https://api.openai.com/v1'],
    ['CLIENT_ID', uuid],
    ['MEMORY_FILE_PATH', '/x/memory.json'],
    ['DATABASE_URL', 'postgres://localhost/x'],
    ['DATABASE_URL', 'postgres://user:${PW}@host/x'],
    ['DATABASE_URL', 'postgres://user:password@host/x'],
    ['DATABASE_URL', 'postgresql://user:<password>@host/x'],
    ['Content-Type', 'application/json'],
    ['X-MCP-Toolsets', 'repos,issues'],
  ])('is %s=%s', (name, value) => expect(isKey(name, value)).toBeNull())
})
