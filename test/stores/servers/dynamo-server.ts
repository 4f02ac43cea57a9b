import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import {
  CreateTableCommand,
  DynamoDBClient,
  type DynamoDBClientConfig,
} from '@aws-sdk/client-dynamodb'
import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb'
import dynalite from 'dynalite'

// The pinned version runs on Node 20; what it warns of are versions to come.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true'

/** dynalite, a model of DynamoDB, in this process and in memory. */
export interface OwnDynamo {
  readonly url: string
  /** A client of its own. */
  open(o?: DynamoDBClientConfig): DynamoDBDocument
  createTable(table: string): Promise<void>
  stop(): Promise<void>
}

/** A client of a model at a URL; the model believes every key. */
export function openDynamo(url: string, o: DynamoDBClientConfig = {}): DynamoDBDocument {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  return DynamoDBDocument.from(
    new DynamoDBClient({ region: 'us-east-1', endpoint: url, credentials, ...o }),
  )
}

/** The table as docs/stores.md has it made. */
export async function createTable(client: DynamoDBDocument, table: string): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName: table,
      AttributeDefinitions: [
        { AttributeName: 'record_shard', AttributeType: 'S' },
        { AttributeName: 'record_key', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'record_shard', KeyType: 'HASH' },
        { AttributeName: 'record_key', KeyType: 'RANGE' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  )
}

export async function startDynamo(): Promise<OwnDynamo> {
  const server = dynalite({ createTableMs: 0 }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const opened: DynamoDBDocument[] = []
  const open = (o?: DynamoDBClientConfig): DynamoDBDocument => {
    const client = openDynamo(url, o)
    opened.push(client)
    return client
  }
  const stop = async (): Promise<void> => {
    for (const client of opened) client.destroy()
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  const create = async (table: string): Promise<void> => {
    await createTable(open(), table)
    await new Promise((resume) => setTimeout(resume, 50))
  }
  return { url, open, createTable: create, stop }
}
