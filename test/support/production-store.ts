import { DatabaseSync } from 'node:sqlite';
import type { ProductionMessage } from '../../gateway/production/messages.ts';
import { ProductionDatabase } from '../../gateway/production/production-database.ts';
import { productionSchema } from '../../gateway/production/production-schema.ts';

/** A database of production in memory. */
export const openProduction = () => {
  const file = new DatabaseSync(':memory:');
  file.exec(productionSchema.tables);
  return { file, production: new ProductionDatabase(file) };
};

/** Takes messages as the gateway does: judged, then stored; each at its own time unless `receivedMs` says when. */
export const takeMessages = (
  production: ProductionDatabase,
  messages: readonly ProductionMessage[],
  seq = 1,
  receivedMs?: number,
) => {
  const verdicts = production.judge(messages);
  const fresh = messages
    .map((message, index) => ({
      ...{ message, seq: seq + index, receivedMs: receivedMs ?? message.time },
    }))
    .filter((_, index) => verdicts[index]?.as === 'new');
  production.store({ messages: fresh, place: seq + messages.length });
  return verdicts;
};

/** A database that has taken these. */
export const productionOf = (messages: readonly ProductionMessage[]): ProductionDatabase => {
  const { production } = openProduction();
  takeMessages(production, messages);
  return production;
};
