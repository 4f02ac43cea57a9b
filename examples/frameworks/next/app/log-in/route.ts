export { logInRoute as POST } from '../../portal.ts'
