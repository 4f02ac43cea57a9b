import { expect, it } from 'vitest'
import { house } from '../flow/house.ts'
import { readWords } from './fences.ts'
import { rowsOf } from './tables.ts'

it('docs/keys.md tells what each field of summarize counts', async () => {
  const told = rowsOf(readWords('docs/keys.md'), 'field').flatMap(([names]) =>
    [...names!.matchAll(/`(\w+)`/g)].map(([, name]) => name),
  )
  expect(told).toEqual(Object.keys(await house().twoFactor.maintenance.summarize()))
})
