import { createServer, request as send } from 'node:http'

/** Where the requests went, `POST /login` and the like, one list per server. */
export type Served = readonly (readonly string[])[]

/**
 * One address before several servers. Each GET goes to another one than the GET before, and each
 * POST to another one than the POST before.
 */
export async function alternate(
  port: number,
  servers: readonly string[],
): Promise<{ served: Served; close: () => Promise<void> }> {
  const served = servers.map((): string[] => [])
  const turns = new Map<string, number>()
  const proxy = createServer((incoming, response) => {
    const { method = 'GET', url = '/', headers } = incoming
    const turn = turns.get(method) ?? 0
    turns.set(method, (turn + 1) % servers.length)
    served[turn]!.push(`${method} ${url}`)
    const outgoing = send(servers[turn]! + url, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    outgoing.on('error', () => {
      response.writeHead(502).end()
    })
    incoming.pipe(outgoing)
  })
  await new Promise<void>((resolve) => proxy.listen(port, '127.0.0.1', resolve))
  return {
    served,
    close: async () => {
      proxy.closeAllConnections()
      await new Promise((resolve) => proxy.close(resolve))
    },
  }
}
