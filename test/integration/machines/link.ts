import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** A link to the server that can be cut, and that can let a request through and lose its answer. */
export interface Link {
  readonly port: number
  isCut: boolean
  isMute: boolean
  /** Ends all that goes through it. */
  cut(): void
  close(): void
}

export async function linkTo(port: number): Promise<Link> {
  const sockets = new Set<Socket>()
  const gate: Server = createServer((socket) => {
    if (link.isCut) return void socket.destroy()
    const there = connect(port, '127.0.0.1')
    for (const each of [socket, there]) {
      sockets.add(each)
      each.on('error', () => undefined)
      each.on('close', () => {
        socket.destroy()
        there.destroy()
      })
    }
    socket.pipe(there)
    there.on('data', (bytes) => {
      // The answer is lost, and the connection with it.
      if (link.isMute) link.cut()
      else socket.write(bytes)
    })
  })
  await new Promise<void>((resolve) => gate.listen(0, '127.0.0.1', resolve))
  const link: Link = {
    ...{ port: (gate.address() as AddressInfo).port, isCut: false, isMute: false },
    cut() {
      link.isCut = true
      for (const each of sockets) each.destroy()
      sockets.clear()
    },
    close() {
      link.cut()
      gate.close()
    },
  }
  return link
}
