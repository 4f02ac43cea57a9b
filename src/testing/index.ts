export { type FakeClock, fakeClock, type Span } from './fake-clock.ts'
export {
  type FaultOptions,
  type FaultStage,
  type FaultyStore,
  faultyStore,
  InjectedFault,
} from './faulty-store.ts'
export { type DeliveredSms, type SmsOutbox, smsOutbox } from './sms-outbox.ts'
export {
  type ContractCase,
  type MakeStore,
  storeContract,
  type StoreUnderTest,
} from './store-contract.ts'
