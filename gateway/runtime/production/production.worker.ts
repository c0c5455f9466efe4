import { join } from 'node:path';
import { parentPort } from 'node:worker_threads';
import { GatewayError } from '../../core/error.ts';
import { serveCalls } from '../../journal/serve-calls.ts';
import { openDatabase } from '../../journal/store/database.ts';
import { ProductionDatabase } from '../../production/production-database.ts';
import { productionFile, productionSchema } from '../../production/production-schema.ts';
import type { ProductionCalls } from '../../production/protocol.ts';

let production: ProductionDatabase | undefined;

const opened = (): ProductionDatabase => {
  if (production !== undefined) return production;
  throw new GatewayError('STORE_FAILED', 'production is not open', { retryable: false });
};

if (parentPort !== null) {
  serveCalls<ProductionCalls>(parentPort, {
    open: ({ folder }) => {
      const { database, setAside, migrated } = openDatabase({
        path: join(folder, productionFile),
        ...productionSchema,
      });
      production = new ProductionDatabase(database);
      production.renew();
      return { place: production.place, setAside, migrated };
    },
    judge: (messages) => opened().judge(messages),
    store: (input) => opened().store(input),
    told: ({ lines, span }) => lines.map((line) => opened().told(line, span)),
    orders: (query) => opened().orders(query),
    startedOrders: (query) => opened().startedOrders(query),
    shifts: (span) => opened().shifts(span),
    messages: (query) => opened().messages(query),
    close: () => opened().close(),
  });
}
