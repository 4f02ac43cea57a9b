import {
  createServer as createHttpServer,
  type IncomingHttpHeaders,
  type ServerResponse,
} from 'node:http'
import { type AddressInfo, createServer } from 'node:net'

/** A port of 127.0.0.1 that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => {
        resolve(port)
      })
    })
  })
}

/** A request as it came over the wire. */
export interface Wire {
  method: string
  path: string
  headers: IncomingHttpHeaders
  body: string
}

/** An HTTP server on loopback that writes down what comes and answers as it is told. */
export async function listen(
  answer: (request: Wire, response: ServerResponse) => void,
): Promise<{ url: string; requests: Wire[]; close: () => Promise<void> }> {
  const requests: Wire[] = []
  const server = createHttpServer((request, response) => {
    let body = ''
    request
      .setEncoding('utf8')
      .on('data', (chunk: string) => {
        body += chunk
      })
      .on('end', () => {
        const wire = {
          method: request.method ?? '',
          path: request.url ?? '',
          headers: request.headers,
          body,
        }
        requests.push(wire)
        answer(wire, response)
      })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Looks again and again until there is something to see; what it waited for is in the error. */
export async function until<T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
  within = 60_000,
): Promise<T> {
  for (const end = Date.now() + within; Date.now() < end;) {
    const seen = await look()
    if (seen !== undefined) return seen
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`waited in vain: ${what}`)
}
