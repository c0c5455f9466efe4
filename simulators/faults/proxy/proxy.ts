import { connect, type Socket } from 'node:net';
import { TcpListener } from '../../wire/tcp-listener.ts';
import type { FaultLookup, Framing } from '../fault-lookup.ts';
import { createCounters, type ProxyCounters } from './counters.ts';
import { Link } from './link.ts';

export type ProxyOptions = {
  /** The device name under which faults find this proxy. */
  readonly name: string;
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  readonly target: { readonly host: string; readonly port: number };
  readonly framing: Framing;
  readonly seed: number;
  readonly faults: FaultLookup;
};

export type ProxyServer = {
  readonly port: number;
  stats(): ProxyCounters & {
    readonly isListening: boolean;
    /** Connections open now, and the bytes in them that were not sent on yet. */
    readonly links: number;
    readonly bytesWaiting: number;
  };
  close(): Promise<void>;
};

const maxLinks = 128;
const connectTimeoutMs = 10_000;

/** Stands between clients and a server and does to them what networks do. Rejects when the port cannot be opened. */
export const startProxy = async (options: ProxyOptions): Promise<ProxyServer> => {
  const { name, faults } = options;
  const counters = createCounters();
  const links = new Set<Link>();
  const onConnection = (client: Socket): void => {
    counters.connections += 1;
    if (links.size >= maxLinks) {
      counters.turnedAway += 1;
      client.on('error', () => undefined);
      client.resetAndDestroy();
      return;
    }
    const link: Link = new Link({
      client,
      server: reach(options, counters),
      framing: options.framing,
      seed: options.seed,
      name: `${name}/${counters.connections}`,
      counters,
      onClosed: () => links.delete(link),
    });
    links.add(link);
    link.setFaults(faults.proxyFaultsOn(name));
  };
  const socketOptions = { allowHalfOpen: true, noDelay: true };
  const listener = await TcpListener.open({ ...options, socketOptions, onConnection });
  const apply = (): void => {
    const active = faults.proxyFaultsOn(name);
    if (active.some(({ kind }) => kind === 'refuse')) listener.shut();
    else if (!listener.isOpen) listener.reopen();
    for (const link of links) link.setFaults(active);
  };
  const unsubscribe = faults.onChange(apply);
  apply();
  return {
    port: listener.port,
    stats: () => {
      let bytesWaiting = 0;
      for (const link of links) bytesWaiting += link.waitingBytes;
      return { ...counters, isListening: listener.isOpen, links: links.size, bytesWaiting };
    },
    close: async () => {
      unsubscribe();
      listener.shut();
      for (const link of links) link.destroy();
    },
  };
};

/** A socket on its way to the server. Where it fails, its link resets the client. */
const reach = ({ target }: ProxyOptions, counters: ProxyCounters): Socket => {
  const server = connect({ ...target, allowHalfOpen: true, noDelay: true });
  const timer = setTimeout(() => server.destroy(new Error('timeout')), connectTimeoutMs);
  const fail = (): void => {
    counters.targetFailures += 1;
  };
  server.once('error', fail);
  server.once('connect', () => {
    clearTimeout(timer);
    server.off('error', fail);
  });
  server.once('close', () => clearTimeout(timer));
  return server;
};
