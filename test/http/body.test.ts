import { readJsonBody } from 'keystep/http'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'

const JSON_TYPE = { 'content-type': 'application/json' }

function post(body: BodyInit | null, headers: Record<string, string> = JSON_TYPE): Request {
  return new Request('https://portal.example/', {
    method: 'POST',
    headers,
    body,
    duplex: 'half',
  } as RequestInit)
}

async function read(request: Request, maxBytes?: number): Promise<unknown> {
  const result = await readJsonBody(request, { maxBytes })
  return result.refusal ? [result.refusal.status, await result.refusal.text()] : result.value
}

function streamOf(...chunks: Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start: (controller) => {
      for (const chunk of chunks) controller.enqueue(chunk)
      controller.close()
    },
  })
}

describe('readJsonBody', () => {
  it('reads an object, in one piece or in many, cut within a character', async () => {
    expect(await read(post('{"a":"é€😀"}'))).toEqual({ a: 'é€😀' })
    const bytes = new TextEncoder().encode('{"a":"é€😀"}')
    expect(await read(post(streamOf(...[...bytes].map((byte) => Uint8Array.of(byte)))))).toEqual({
      a: 'é€😀',
    })
  })

  it.each([
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
    'APPLICATION/JSON',
    'application/json ; charset=utf-8',
  ])('takes %s', async (type) => {
    expect(await read(post('{}', { 'content-type': type }))).toEqual({})
  })

  it.each([
    '',
    'text/plain',
    'text/plain; application/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'application/json, text/plain',
    'application/json; charset=latin1',
    'application/jsonx',
    'text/json',
    'application/problem+json',
  ])(
    'CSRF: 415 for %j, which a form of another site may send, or which is no JSON',
    async (type) => {
      expect(await read(post('{}', { 'content-type': type }))).toEqual([
        415,
        '{"error":"unsupported_media_type"}',
      ])
    },
  )

  it('415 for a compressed body, however small it is', async () => {
    expect(await read(post(gzipSync('{}'), { ...JSON_TYPE, 'content-encoding': 'gzip' }))).toEqual([
      415,
      '{"error":"unsupported_media_type"}',
    ])
    expect(await read(post('{}', { ...JSON_TYPE, 'content-encoding': 'identity' }))).toEqual({})
  })

  it('413 above the limit: by what is said, or by what comes, and then no further', async () => {
    const full = JSON.stringify({ a: 'x'.repeat(16_376) })
    expect(full).toHaveLength(16_384)
    expect(await read(post(full))).toEqual({ a: 'x'.repeat(16_376) })
    expect(await read(post(`${full} `))).toEqual([413, '{"error":"too_large"}'])
    expect(await read(post('{}', { ...JSON_TYPE, 'content-length': '99999' }))).toEqual([
      413,
      '{"error":"too_large"}',
    ])
    expect(await read(post('{"a":1}'), 6)).toEqual([413, '{"error":"too_large"}'])
    const drawn = { chunks: 0 }
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        drawn.chunks++
        controller.enqueue(new Uint8Array(1024).fill(32))
      },
    })
    expect(await read(post(endless, { ...JSON_TYPE, 'content-length': '2' }))).toEqual([
      413,
      '{"error":"too_large"}',
    ])
    expect(drawn.chunks).toBeLessThan(20)
  })

  it.each([
    '',
    '{',
    '{"a":1}x',
    'null',
    '[]',
    '"x"',
    '1',
    'undefined',
    '{"a":NaN}',
    "{'a':1}",
    '[{"a":1}]',
    '['.repeat(8000),
    `${'{"a":'.repeat(2500)}1`,
  ])('400 for %j', async (text) => {
    expect(await read(post(text))).toEqual([400, '{"error":"bad_request"}'])
  })

  it('400 for bytes that are no UTF-8, and for a stream that breaks off', async () => {
    expect(await read(post(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d)))).toEqual([
      400,
      '{"error":"bad_request"}',
    ])
    expect(
      await read(
        post(
          new ReadableStream({
            start: (controller) => {
              controller.error(new Error('reset'))
            },
          }),
        ),
      ),
    ).toEqual([400, '{"error":"bad_request"}'])
    expect(await read(post(null))).toEqual([400, '{"error":"bad_request"}'])
  })

  it('a name of a prototype is a name like any other, and changes no object', async () => {
    const value = (await read(post('{"__proto__":{"admin":true},"constructor":1}'))) as object
    expect(Object.keys(value)).toEqual(['__proto__', 'constructor'])
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect(({} as { admin?: boolean }).admin).toBeUndefined()
  })

  it('says so when somebody has read the body before', async () => {
    const request = post('{}')
    await request.text()
    await expect(readJsonBody(request)).rejects.toMatchObject({ code: 'ERR_OPTION' })
  })
})
