import { z } from 'zod';
import { GatewayError } from '../../core/error.ts';

const requestTimeoutMs = 60_000;

const answerSchema = z.object({
  results: z.array(
    z.object({
      error: z.string().optional(),
      series: z
        .array(
          z.object({
            name: z.string(),
            tags: z.record(z.string(), z.string()).optional(),
            values: z.array(z.tuple([z.union([z.number(), z.string()])]).rest(z.unknown())),
          }),
        )
        .optional(),
    }),
  ),
});

/** The database that the site of a scenario writes to. */
export const databaseName = 'seamwatt_verify';

const eventMeasurement = 'seamwatt_event';

/** Instants (UTC epoch µs) of the points of a database, by `measurement area/line/equipment`. */
export type InfluxContents = ReadonlyMap<string, ReadonlySet<number>>;

const ask = async (port: number, influxQl: string): Promise<z.output<typeof answerSchema>> => {
  const query = new URLSearchParams({ q: influxQl, epoch: 'u', db: databaseName });
  const url = `http://127.0.0.1:${port}/query?${query.toString()}`;
  const response = await fetch(url, { signal: AbortSignal.timeout(requestTimeoutMs) });
  const answer = answerSchema.parse(await response.json());
  const error = answer.results.find((result) => result.error !== undefined)?.error;
  if (error === undefined) return answer;
  throw new GatewayError('PROTOCOL', `InfluxDB: ${error}`, { retryable: false });
};

/** Reads back every point that InfluxDB has. */
export const readInflux = async (port: number): Promise<InfluxContents> => {
  const contents = new Map<string, Set<number>>();
  const { results } = await ask(port, 'SHOW MEASUREMENTS');
  const names = results.flatMap(({ series = [] }) =>
    series.flatMap(({ values }) => values.map((row) => String(row[0]))),
  );
  for (const name of names) {
    const found = await ask(port, `SELECT * FROM "${name}" GROUP BY "area", "line", "equipment"`);
    for (const { tags = {}, values } of found.results.flatMap(({ series = [] }) => series)) {
      const place = `${tags['area'] ?? ''}/${tags['line'] ?? ''}/${tags['equipment'] ?? ''}`;
      const key = name === eventMeasurement ? name : `${name} ${place}`;
      const times = contents.get(key) ?? new Set<number>();
      for (const [timeUs] of values) times.add(Number(timeUs));
      contents.set(key, times);
    }
  }
  return contents;
};
