import { describe, expect, it } from 'vitest';
import { parseProgramOptions, UsageError } from '../../../simulators/options.ts';

describe('program options', () => {
  it('have the documented defaults', () => {
    expect(parseProgramOptions([])).toMatchObject({
      isHelp: false,
      exitsWithStdin: false,
      plants: ['line', 'park'],
      proxies: [],
      seed: 2023,
      startMs: undefined,
      isLockStep: false,
      speed: 1,
      host: '127.0.0.1',
      panelLengthMm: 18_000,
      parkStartMinuteOfDay: undefined,
      parkOcpp: undefined,
      lineOpcua: {
        port: 15_021,
        isAnonymousAllowed: true,
        password: undefined,
        pkiFolder: undefined,
      },
      ports: {
        control: 15_000,
        linePlc: 15_020,
        parkPv: 15_030,
        parkMeter: 15_031,
        parkStorage: 15_032,
        parkCharger: 15_033,
        parkRevenue: undefined,
      },
    });
  });

  it('take the address that chargers connect to, and their password from the environment', () => {
    const environment = { SIMULATOR_OCPP_PASSWORD: 'secret' };
    const url = 'wss://gateway:9000/ocpp';
    expect(parseProgramOptions(['--park-ocpp', url], environment).parkOcpp).toEqual({
      ...{ url, password: 'secret' },
    });
    for (const wrong of ['http://gateway', 'gateway', 'ws://gateway/', '']) {
      expect(() => parseProgramOptions(['--park-ocpp', wrong])).toThrow(UsageError);
    }
  });

  it('start on 21 June 2023 in lock-step', () => {
    const { startMs } = parseProgramOptions(['--lock-step']);
    expect(startMs).toBe(Date.parse('2023-06-21T00:00:00Z'));
  });

  it('put the start on the grid of 100 ms', () => {
    const { startMs } = parseProgramOptions(['--start', '2024-02-29T12:00:00.123Z']);
    expect(startMs).toBe(Date.parse('2024-02-29T12:00:00.100Z'));
  });

  it('may be of proxies alone', () => {
    const { plants, proxies } = parseProgramOptions([
      ...['--plants', 'none', '--proxy', 'db@1=127.0.0.1:8086', '--proxy', 'plc@2=line.plc'],
    ]);
    expect(plants).toStrictEqual([]);
    expect(proxies.map(({ name }) => name)).toStrictEqual(['proxy.db', 'proxy.plc']);
  });

  it('take the hour at which the day of the park begins', () => {
    const minuteOf = (text: string) =>
      parseProgramOptions(['--park-time-of-day', text]).parkStartMinuteOfDay;
    expect(minuteOf('10:30')).toBe(630);
    expect(minuteOf('00:00')).toBe(0);
    for (const wrong of ['24:00', '9:00', '10:60', '10', '']) {
      expect(() => minuteOf(wrong)).toThrow(UsageError);
    }
  });

  it('leave the OPC UA server out when asked to', () => {
    expect(parseProgramOptions(['--line-opcua-port', 'off']).lineOpcua).toBeUndefined();
  });

  it('take the password of the OPC UA operator from the environment, the option first', () => {
    const environment = { SIMULATOR_OPCUA_PASSWORD: 'from environment' };
    const passwordOf = (...args: readonly string[]): string | undefined =>
      parseProgramOptions(['--line-opcua-anonymous', 'off', ...args], environment).lineOpcua
        ?.password;
    expect(passwordOf()).toBe('from environment');
    expect(passwordOf('--line-opcua-password', 'given')).toBe('given');
  });

  it.each([
    [['--plants', 'line,farm'], '--plants'],
    [['--proxy', 'db=127.0.0.1:8086'], '--proxy'],
    [['--seed', '-1'], '--seed'],
    [['--seed', '1.5'], '--seed'],
    [['--speed', '0'], '--speed'],
    [['--speed', '2', '--lock-step'], '--speed'],
    [['--start', 'yesterday'], '--start'],
    [['--start', '2023-06-21'], '--start'],
    [['--line-plc-port', '70000'], '--line-plc-port'],
    [['--line-plc-port', ''], '--line-plc-port'],
    [['--line-opcua-port', 'of'], '--line-opcua-port'],
    [['--line-opcua-anonymous', 'no'], '--line-opcua-anonymous'],
    [['--line-opcua-anonymous', 'off'], '--line-opcua-password'],
    [['--line-opcua-password', ''], '--line-opcua-password'],
    [['--panel-length-mm', '100'], '--panel-length-mm'],
    [['--colour', 'red'], '--colour'],
    [['line'], 'line'],
  ])('refuse %j', (args, named) => {
    expect(() => parseProgramOptions(args)).toThrow(UsageError);
    expect(() => parseProgramOptions(args)).toThrow(named);
  });
});
