import type { OutgoingHttpHeaders } from 'node:http';
import type { LocalText } from '../../gateway/core/point.ts';
import type { InfluxdbConfig } from './influxdb-config.ts';

/** Where lines are posted, and how one shows who one is. */
export type WriteEndpoint = {
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
  /** Server and database for people, without secrets. */
  readonly target: LocalText;
};

export const writeEndpoint = (config: InfluxdbConfig): WriteEndpoint => {
  const server = {
    en: `InfluxDB ${config.version} at ${config.url}`,
    zh: `InfluxDB ${config.version}（${config.url}）`,
  };
  switch (config.version) {
    case 1: {
      const { database, retentionPolicy, username, password } = config;
      const query = new URLSearchParams({ db: database, precision: 'ns' });
      if (retentionPolicy !== undefined) query.set('rp', retentionPolicy);
      const credentials = Buffer.from(`${username ?? ''}:${password ?? ''}`).toString('base64');
      return {
        path: `/write?${query}`,
        headers: username === undefined ? {} : { authorization: `Basic ${credentials}` },
        target: {
          en: `${server.en}, database ${database}`,
          zh: `${server.zh}，数据库 ${database}`,
        },
      };
    }
    case 2: {
      const { org, bucket, token } = config;
      return {
        path: `/api/v2/write?${new URLSearchParams({ org, bucket, precision: 'ns' })}`,
        headers: { authorization: `Token ${token}` },
        target: { en: `${server.en}, bucket ${bucket}`, zh: `${server.zh}，存储桶 ${bucket}` },
      };
    }
    case 3: {
      const { database, token } = config;
      const query = new URLSearchParams({ db: database, precision: 'nanosecond' });
      query.set('accept_partial', 'true');
      return {
        path: `/api/v3/write_lp?${query}`,
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
        target: {
          en: `${server.en}, database ${database}`,
          zh: `${server.zh}，数据库 ${database}`,
        },
      };
    }
  }
};
