import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../free-port.ts';
import { answersWith, startProgram } from './child-program.ts';

export type VictoriaMetricsOptions = {
  /** What `requireProgram('victoria-metrics')` found. */
  readonly program: string;
};

/** One series as it is read back; field `f` of measurement `m` has the name `m_f`. */
export type ExportedSeries = {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly number[];
  /** UTC epoch ms. */
  readonly timestamps: readonly number[];
};

/**
 * A real single-node VictoriaMetrics: takes the write APIs of InfluxDB 1.x and 2.x, ignores what it cannot parse, keeps
 * milliseconds.
 */
export type VictoriaMetrics = {
  readonly url: string;
  /** Everything stored whose name matches the series selector, by name. */
  exportSeries(selector: string): Promise<readonly ExportedSeries[]>;
  stop(): Promise<void>;
};

export const startVictoriaMetrics = async (
  options: VictoriaMetricsOptions,
): Promise<VictoriaMetrics> => {
  const folder = await mkdtemp(join(tmpdir(), 'seamwatt-victoria-metrics-'));
  const url = `http://127.0.0.1:${await freePort()}`;
  const running = await startProgram({
    program: options.program,
    arguments: [
      `-storageDataPath=${join(folder, 'data')}`,
      `-httpListenAddr=${url.slice('http://'.length)}`,
      // Samples older than the retention, one month by default, are dropped without a word.
      '-retentionPeriod=100y',
      '-search.latencyOffset=0s',
      '-loggerLevel=WARN',
    ],
    logFile: join(folder, 'victoria-metrics.log'),
    isReady: () => answersWith(`${url}/health`, 200),
  });
  return {
    url,
    exportSeries: (selector) => exportSeries(url, selector),
    stop: async () => {
      await running.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const exportSeries = async (url: string, selector: string): Promise<readonly ExportedSeries[]> => {
  const signal = AbortSignal.timeout(10_000);
  await (await fetch(`${url}/internal/force_flush`, { signal })).text();
  const query = new URLSearchParams({ 'match[]': selector, start: '0' });
  const response = await fetch(`${url}/api/v1/export?${query}`, { signal });
  const lines = (await response.text()).split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as ExportedSeries);
};
