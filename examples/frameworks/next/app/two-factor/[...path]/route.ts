export { twoFactorRoute as GET, twoFactorRoute as POST } from '../../../portal.ts'
