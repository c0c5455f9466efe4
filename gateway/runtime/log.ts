import { type DestinationStream, type Logger, pino } from 'pino';

const levelNames: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
};

/** One log line for a person at a terminal: time, level, message and what it is about. */
const readableLine = (json: string): string => {
  const {
    level,
    time,
    msg,
    err: _error,
    ...fields
  } = JSON.parse(json) as {
    level: number;
    time: number;
    msg: string;
    err?: unknown;
  } & Record<string, unknown>;
  const clock = new Date(time).toLocaleTimeString('en-GB');
  const details = Object.entries(fields)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
  return `${clock} ${(levelNames[level] ?? '').padEnd(5)} ${msg}${details === '' ? '' : `  ${details}`}\n`;
};

/** The log on stderr: readable lines on a terminal, JSON lines for programs. `SEAMWATT_LOG_LEVEL` sets how much. */
export const createLog = (environment: NodeJS.ProcessEnv): Logger => {
  const level = environment['SEAMWATT_LOG_LEVEL'] ?? 'info';
  const readable: DestinationStream = {
    write: (json) => {
      process.stderr.write(readableLine(json));
    },
  };
  const destination = process.stderr.isTTY ? readable : pino.destination({ dest: 2, sync: true });
  return pino({ level: level in pino.levels.values ? level : 'info', base: null }, destination);
};
