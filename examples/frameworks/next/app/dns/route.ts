export { dnsRoute as POST } from '../../portal.ts'
