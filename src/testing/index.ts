export { type FakeClock, fakeClock, type Span } from './fake-clock.ts'
