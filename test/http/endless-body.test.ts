// A body beyond the limit ends the connection: nobody is read for as long as they like to send.
// One mount serves frameworks that await it and a server that does not.
/* eslint-disable @typescript-eslint/no-misused-promises */
import express from 'express'
import { nodeHandler } from 'keystep/http'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { listen } from './listen.ts'
import { BASE, portal } from './portal.ts'

const PIECE = Buffer.from(`4000\r\n${' '.repeat(0x4000)}\r\n`)
/** Some hundred times the limit, and more than the buffers of both ends hold. */
const MOST_PIECES = 4000

/** Sends a body without an end: the answer, and the pieces sent before the connection ended. */
function sendEndlessly(origin: string, head: string): Promise<{ answer: string; pieces: number }> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(origin).port), '127.0.0.1')
    let answer = ''
    let pieces = 0
    const pump = (): void => {
      while (pieces < MOST_PIECES && !socket.destroyed) {
        pieces++
        if (!socket.write(PIECE)) break
      }
      if (pieces >= MOST_PIECES) socket.destroy()
    }
    socket.on('connect', () => {
      socket.write(head)
      pump()
    })
    socket.on('drain', pump)
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1')
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      resolve({ answer, pieces })
    })
  })
}

const headOf = (path: string, type = 'application/json'): string =>
  `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Type: ${type}\r\nTransfer-Encoding: chunked\r\n\r\n`

describe('a body without an end', () => {
  it.each([
    ['node:http', () => listen(nodeHandler(portal().handler))],
    ['Express', () => listen(express().use(nodeHandler(portal().handler)))],
  ])('%s: is answered with 413, and the connection ends', async (_, start) => {
    const { answer, pieces } = await sendEndlessly(await start(), headOf(`${BASE}/login/verify`))
    expect([answer.slice(0, 12), pieces < MOST_PIECES]).toEqual(['HTTP/1.1 413', true])
    expect(answer.toLowerCase()).toContain('connection: close')
  })

  it('one that says its length is refused before it is read', async () => {
    const head = headOf(`${BASE}/login/verify`).replace(
      'Transfer-Encoding: chunked',
      'Content-Length: 999999999999',
    )
    const { answer, pieces } = await sendEndlessly(
      await listen(nodeHandler(portal().handler)),
      head,
    )
    expect([answer.slice(0, 12), pieces < MOST_PIECES]).toEqual(['HTTP/1.1 413', true])
  })
})
