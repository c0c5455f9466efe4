import type { OutgoingHttpHeaders } from 'node:http';
import type { InfluxdbConfig } from './influxdb-config.ts';

/** Where lines are posted, and how one shows who one is. */
export type WriteEndpoint = {
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
  /** Server and database for people, without secrets. */
  readonly target: string;
};

export const writeEndpoint = (config: InfluxdbConfig): WriteEndpoint => {
  const server = `InfluxDB ${config.version} at ${config.url}`;
  switch (config.version) {
    case 1: {
      const { database, retentionPolicy, username, password } = config;
      const query = new URLSearchParams({ db: database, precision: 'ns' });
      if (retentionPolicy !== undefined) query.set('rp', retentionPolicy);
      const credentials = Buffer.from(`${username ?? ''}:${password ?? ''}`).toString('base64');
      return {
        path: `/write?${query}`,
        headers: username === undefined ? {} : { authorization: `Basic ${credentials}` },
        target: `${server}, database ${database}`,
      };
    }
    case 2: {
      const { org, bucket, token } = config;
      return {
        path: `/api/v2/write?${new URLSearchParams({ org, bucket, precision: 'ns' })}`,
        headers: { authorization: `Token ${token}` },
        target: `${server}, bucket ${bucket}`,
      };
    }
    case 3: {
      const { database, token } = config;
      const query = new URLSearchParams({ db: database, precision: 'nanosecond' });
      query.set('accept_partial', 'true');
      return {
        path: `/api/v3/write_lp?${query}`,
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
        target: `${server}, database ${database}`,
      };
    }
  }
};
