import { describeWords, GatewayError } from './error.ts';
import type { LocalText } from './point.ts';

/** What a server of the gateway listens on, for words about it. */
export type Listening = {
  readonly what: LocalText;
  readonly host: string;
  readonly port: number;
  /** Where the site file sets the port. */
  readonly setting: string;
};

const loopbackPattern = /^(localhost|::1|127(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3})$/;

/** Whether a server that listens on `host` can be reached from this machine only. */
export const isLoopback = (host: string): boolean => loopbackPattern.test(host);

/** @throws GatewayError LISTEN_FAILED for an address that other machines could reach */
export const refuseOtherMachines = ({ what, host }: Pick<Listening, 'what' | 'host'>): void => {
  if (isLoopback(host)) return;
  throw new GatewayError(
    'LISTEN_FAILED',
    {
      en: `${what.en} cannot listen on ${host}: it has no sign-in, so only 127.0.0.1, ::1 and localhost are allowed`,
      zh: `${what.zh}不得监听 ${host}：它没有登录功能，只允许 127.0.0.1、::1 与 localhost`,
    },
    { retryable: false },
  );
};

const reasons = (setting: string): Readonly<Record<string, LocalText>> => ({
  EADDRINUSE: {
    en: `another program has it; stop that one, or set ${setting}`,
    zh: `已被其他程序占用；请停止该程序，或修改 ${setting}`,
  },
  EACCES: {
    en: `this user may not use it; ports below 1024 need a privilege: set ${setting}`,
    zh: `当前用户无权使用；1024 以下的端口需要特权，请修改 ${setting}`,
  },
  EADDRNOTAVAIL: { en: 'this machine has no such address', zh: '本机没有这个地址' },
});

/** Why a server could not begin to listen. */
export const listenError = (listening: Listening, error: unknown): GatewayError => {
  const { what, host, port, setting } = listening;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const why = reasons(setting)[code] ?? describeWords(error);
  return new GatewayError(
    'LISTEN_FAILED',
    {
      en: `${what.en} cannot listen on port ${port} of ${host}: ${why.en}`,
      zh: `${what.zh}无法使用 ${host} 的端口 ${port}：${why.zh}`,
    },
    { retryable: false, cause: error },
  );
};
