import { parentPort } from 'node:worker_threads';
import { GatewayError } from '../../core/error.ts';
import { serveCalls } from '../serve-calls.ts';
import { HistoryDatabase } from './history-database.ts';
import type { HistoryCalls } from './protocol.ts';

let database: HistoryDatabase | undefined;

const opened = (): HistoryDatabase => {
  if (database !== undefined) return database;
  throw new GatewayError('STORE_FAILED', 'the history is not open', { retryable: false });
};

if (parentPort !== null) {
  serveCalls<HistoryCalls>(parentPort, {
    open: (input) => {
      database = new HistoryDatabase(input);
      const { setAside, migrated } = database;
      const known = { position: database.position(), states: database.states() };
      return { ...known, newestChange: database.newestChange(), setAside, migrated };
    },
    flush: (input) => opened().flush(input),
    dirty: (input) => opened().dirty(input),
    believe: (input) => opened().believe(input),
    stands: (input) => opened().stands(input),
    revise: (input) => opened().revise(input),
    query: (input) => opened().query(input),
    register: (input) => opened().register(input),
    span: (input) => opened().span(input),
    close: () => opened().close(),
  });
}
