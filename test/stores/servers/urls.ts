import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'

/**
 * Where the real servers are: by environment, else on this machine with the test account that
 * Debian's packages make easy.
 */
export const urls = {
  postgres: process.env.KEYSTEP_TEST_POSTGRES_URL ?? 'postgres://root@127.0.0.1:5432/test',
  mariadb: process.env.KEYSTEP_TEST_MARIADB_URL ?? 'mysql://root@127.0.0.1:3306/test',
  redis: process.env.KEYSTEP_TEST_REDIS_URL ?? 'redis://127.0.0.1:6379',
}

const VARIABLES = {
  postgres: 'KEYSTEP_TEST_POSTGRES_URL',
  mariadb: 'KEYSTEP_TEST_MARIADB_URL',
  redis: 'KEYSTEP_TEST_REDIS_URL',
}
const PORTS = { postgres: 5432, mariadb: 3306, redis: 6379 }

/**
 * Whether the server answers. With CI set it must: the tests then run and fail by themselves. Else,
 * one line says what is left out and how to have it.
 */
export async function hasServer(name: keyof typeof urls, instead = 'skipped'): Promise<boolean> {
  const { hostname, port } = new URL(urls[name])
  if (process.env.CI || (await answers(hostname, Number(port) || PORTS[name]))) return true
  console.log(
    `${name}: no server at ${hostname}:${port || PORTS[name]}, ${instead}; to run it, start one and set ${VARIABLES[name]}=${urls[name]}`,
  )
  return false
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 2000 })
    const end = (result: boolean) => () => {
      socket.destroy()
      resolve(result)
    }
    socket.once('connect', end(true)).once('error', end(false)).once('timeout', end(false))
  })
}

/** A table of this run's own. */
export function randomTable(): string {
  return `keystep_test_${randomBytes(6).toString('hex')}`
}
