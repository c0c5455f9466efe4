import { BlockList, isIP, isIPv6 } from 'node:net';
import { isLoopback } from '../core/listening.ts';

/** How a server can be reached, as the site file has it. */
export type ReachOptions = {
  readonly host: string;
  /** Host names beside loopback and addresses. */
  readonly names?: readonly string[] | undefined;
  readonly proxy?: { readonly addresses: readonly string[]; readonly path: string } | undefined;
  /** Other machines may connect without TLS. */
  readonly plainHttp?: boolean | undefined;
};

/** By which names, from where and over which proxies a server is reached. */
export class Reach {
  readonly isLocal: boolean;
  readonly mayBePlain: boolean;
  /** Where the proxy shows the gateway. */
  readonly proxyPath: string;
  readonly #names: ReadonlySet<string>;
  readonly #proxies: BlockList | undefined;

  constructor({ host, names = [], proxy, plainHttp = false }: ReachOptions) {
    this.isLocal = isLoopback(host);
    this.mayBePlain = plainHttp;
    this.proxyPath = proxy?.path ?? '/';
    this.#names = new Set(names.map((name) => name.toLowerCase()));
    this.#proxies = proxy && rangesOf(proxy.addresses);
  }

  /** Whether the X-Forwarded-… headers of who connects from there are to be believed. */
  isProxy(address: string): boolean {
    return this.#proxies?.check(address, isIPv6(address) ? 'ipv6' : 'ipv4') ?? false;
  }

  /**
   * Whether a browser may have meant this server by a host of that name, port included. A name that anybody can let point
   * here (DNS rebinding) is none; an address cannot be made to point elsewhere.
   */
  isOwnName(hostWithPort: string): boolean {
    const host = hostWithPort.replace(/:\d+$/, '').toLowerCase();
    const bare = host.replace(/^\[|\]$/g, '');
    if (loopbackNames.has(bare) || this.#names.has(bare)) return true;
    return !this.isLocal && isIP(bare) !== 0;
  }

  get hasNames(): boolean {
    return !this.isLocal || this.#names.size > 0;
  }
}

const loopbackNames = new Set(['127.0.0.1', 'localhost', '::1']);

const rangesOf = (addresses: readonly string[]): BlockList => {
  const list = new BlockList();
  for (const text of addresses) {
    const [address = '', bits] = text.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
};

/** Whether a connection comes from this machine. */
export const isLoopbackAddress = (address: string | undefined): boolean =>
  address !== undefined && isLoopback(address.replace(/^::ffff:/, ''));
