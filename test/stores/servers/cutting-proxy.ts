import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A proxy that loses the answer to one request, once it has let the request through. */
export interface CuttingProxy {
  /** The server's URL, by way of the proxy. */
  readonly url: string
  /** How often a text was sent to the server. */
  sent(text: string): number
  /** Breaks the connection on which the text is sent next, as soon as the server answers. */
  cutAnswerTo(text: string): void
  stop(): Promise<void>
}

export async function startCuttingProxy(server: string, port: number): Promise<CuttingProxy> {
  const target = new URL(server)
  const requests: string[] = []
  const open = new Set<Socket>()
  let marked: string | null = null
  const proxy = createServer((client) => {
    const upstream = connect(Number(target.port) || port, target.hostname)
    let doomed = false
    for (const socket of [client, upstream]) {
      open.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        open.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
    client.on('data', (chunk) => {
      requests.push(chunk.toString('latin1'))
      if (marked !== null && requests.at(-1)!.includes(marked)) {
        doomed = true
        marked = null
      }
      upstream.write(chunk)
    })
    upstream.on('data', (chunk) => (doomed ? client.destroy() : client.write(chunk)))
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const url = new URL(server)
  url.host = `127.0.0.1:${(proxy.address() as AddressInfo).port}`
  const stop = async (): Promise<void> => {
    for (const socket of open) socket.destroy()
    proxy.close()
    await once(proxy, 'close')
  }
  const sent = (text: string): number => requests.filter((request) => request.includes(text)).length
  return { url: url.href, sent, cutAnswerTo: (text) => void (marked = text), stop }
}
