import { apiSection } from './api-section.ts';
import { valueAt } from './describe.ts';
import type { ConfigPath } from './problem.ts';
import type { Report } from './report.ts';
import { brokerSection } from './site-schema.ts';

/** A port that the gateway itself opens. */
type Listener = { readonly path: ConfigPath; readonly host: string; readonly port: number };

/** Of the sections that are right; a wrong one has been reported already. */
const listenersOf = (tree: unknown, isBrokerEmbedded: boolean): readonly Listener[] => {
  const api = apiSection.safeParse(valueAt(tree, ['api'])).data;
  const broker = brokerSection.safeParse(valueAt(tree, ['broker'])).data;
  const listeners: Listener[] = [];
  if (api !== undefined) listeners.push({ path: ['api', 'port'], ...api });
  if (broker !== undefined && (broker.embedded ?? isBrokerEmbedded)) {
    listeners.push({ path: ['broker', 'port'], host: broker.host, port: broker.port });
  }
  return listeners;
};

const addressOf = (host: string): string => host.replace(/^\[|\]$/g, '');

/** localhost may be an address of either family. */
const isSameHost = (a: string, b: string): boolean =>
  a === 'localhost' || b === 'localhost' || addressOf(a) === addressOf(b);

/** Reports ports that two listeners of the site file want; 0 takes any free port. */
export const reportPortClashes = (
  tree: unknown,
  { isBrokerEmbedded }: { readonly isBrokerEmbedded: boolean },
  report: Report,
): void => {
  const taken: Listener[] = [];
  for (const listener of listenersOf(tree, isBrokerEmbedded)) {
    const { port, host, path } = listener;
    const owner = taken.find((other) => other.port === port && isSameHost(other.host, host));
    taken.push(listener);
    if (owner === undefined || port === 0) continue;
    // What stands in the file is what its author can see; the other may have the port by default.
    const isWritten = valueAt(tree, path) !== undefined;
    const [shown, other] = isWritten ? [path, owner.path] : [owner.path, path];
    report.add(shown, {
      path: [],
      found: String(port),
      expected: `a port of its own (${other.join('.')} has this one)`,
    });
  }
};
