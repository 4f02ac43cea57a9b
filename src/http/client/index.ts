/**
 * The client of the HTTP door alone, for bundles of front ends: under 2 kB.
 *
 * @module
 */
export {
  type ClientFetch,
  createTwoFactorClient,
  type Post,
  type TwoFactorClient,
  TwoFactorRequestError,
} from '../client.ts'
