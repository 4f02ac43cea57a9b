import { createTwoFactor, type TwoFactor, type TwoFactorOptions } from 'keystep'

type House = Pick<TwoFactorOptions, 'store' | 'keyring' | 'requirement'>

/** One realm: who enrolled in the portal is enrolled in the server control panel. */
export function twoApplications(house: House): { portal: TwoFactor; serverPanel: TwoFactor } {
  const shared = { ...house, realm: 'example-hosting', issuer: 'Example Hosting' }
  return { portal: createTwoFactor(shared), serverPanel: createTwoFactor(shared) }
}

/** Two realms: the same user id is two people, even in one table under one keyring. */
export function twoBrands(house: House): { brandA: TwoFactor; brandB: TwoFactor } {
  return {
    brandA: createTwoFactor({ ...house, realm: 'brand-a', issuer: 'Brand A' }),
    brandB: createTwoFactor({ ...house, realm: 'brand-b', issuer: 'Brand B' }),
  }
}
