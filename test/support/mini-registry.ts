import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'

/** A package as a test describes it: its package.json, and more files by their path in the package. */
export interface Published {
  readonly manifest: { readonly name: string; readonly version: string; readonly [key: string]: unknown }
  readonly files?: Readonly<Record<string, string>>
  /** What the registry says of its bytes, by their true digest; default: that digest. `null`: nothing. */
  readonly promised?: (integrity: string) => string | null
}

/** A registry of packages on this machine alone. */
export interface MiniRegistry {
  readonly url: string
  /** What it was asked for, in order: paths. */
  readonly requests: string[]
  /** Publishes, or publishes anew with other content. Answers the integrity. */
  publish(each: Published): string
  /** One version as it was published, with its true integrity. Throws where there is none. */
  published(name: string, version: string): Published & { readonly integrity: string }
  /** From now on tarballs are other bytes than the registry promises. */
  tamper(): void
  /** Packages whose tarball is begun and never finished. */
  readonly stalled: Set<string>
  /** From now on the tarballs of a package are kept back until the answer is called. */
  keepBack(name: string): () => void
  /** Only requests with this bearer token are answered. */
  token: string | undefined
  close(): Promise<void>
}

export async function miniRegistry(): Promise<MiniRegistry> {
  const packages = new Map<string, Map<string, { manifest: object; tarball: Buffer; integrity: string | null }>>()
  const sources = new Map<string, Published & { readonly integrity: string }>()
  const requests: string[] = []
  const stalled = new Set<string>()
  const gates = new Map<string, Promise<void>>()
  let tampered = false
  const self: Omit<MiniRegistry, 'url' | 'close'> = {
    requests,
    stalled,
    token: undefined,
    tamper: () => {
      tampered = true
    },
    keepBack(name) {
      let open = (): void => {}
      gates.set(name, new Promise((resolve) => (open = resolve)))
      return () => {
        gates.delete(name)
        open()
      }
    },
    publish({ manifest, files = {}, promised = (own) => own }) {
      const tarball = gzipSync(tar({ 'package.json': JSON.stringify(manifest), ...files }))
      const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`
      const versions = packages.get(manifest.name) ?? new Map()
      packages.set(manifest.name, versions.set(manifest.version, { manifest, tarball, integrity: promised(integrity) }))
      sources.set(`${manifest.name}@${manifest.version}`, { manifest, files, integrity })
      return integrity
    },
    published(name, version) {
      const found = sources.get(`${name}@${version}`)
      if (found === undefined) throw new Error(`${name} ${version} was not published here`)
      return found
    },
  }
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://registry').pathname).slice(1)
    requests.push(path)
    if (self.token !== undefined && request.headers.authorization !== `Bearer ${self.token}`) return void response.writeHead(401).end('{}')
    const [name = '', file] = path.split('/-/')
    const versions = packages.get(name)
    if (versions === undefined) return void response.writeHead(404, { 'content-type': 'application/json' }).end('{}')
    if (file !== undefined) {
      const tarball = versions.get(file.replace(/\.tgz$/, ''))?.tarball ?? Buffer.alloc(0)
      if (stalled.has(name)) return void response.writeHead(200).write(tarball.subarray(0, 10))
      const body = tampered ? Buffer.concat([tarball, Buffer.from('x')]) : tarball
      return void Promise.resolve(gates.get(name)).then(() => response.end(body))
    }
    const listed = [...versions].map(([version, { manifest, integrity }]) => [
      version,
      {
        ...manifest,
        dist: { ...(integrity === null ? {} : { integrity }), tarball: `http://${request.headers.host}/${name}/-/${version}.tgz` },
      },
    ])
    const document = { name, 'dist-tags': { latest: [...versions.keys()].at(-1) }, versions: Object.fromEntries(listed) }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document))
  }
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return Object.assign(self, {
    url: `http://127.0.0.1:${port}/`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  })
}

/** An archive as npm packs it: everything below `package/`, in blocks of 512 bytes (POSIX ustar). */
function tar(files: Readonly<Record<string, string>>): Buffer {
  const blocks = Object.entries(files).flatMap(([path, text]) => {
    const body = Buffer.from(text)
    const header = Buffer.alloc(512)
    const octal = (value: number, at: number, length: number) => header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at)
    header.write(`package/${path}`, 0)
    octal(0o644, 100, 8)
    octal(0, 108, 8)
    octal(0, 116, 8)
    octal(body.length, 124, 12)
    octal(0, 136, 12)
    header.write('        0', 148)
    header.write('ustar\x0000', 257)
    const sum = header.reduce((total, byte) => total + byte, 0)
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
    return [header, body, Buffer.alloc((512 - (body.length % 512)) % 512)]
  })
  return Buffer.concat([...blocks, Buffer.alloc(1024)])
}
