export type {
  PageOptions,
  PutOptions,
  RecordStore,
  StoredRecord,
  TableStore,
} from './record-store.ts'
