import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import type { EntryBatch } from '../../gateway/core/entry.ts';
import { describeError, GatewayError } from '../../gateway/core/error.ts';
import type { DeliveryBatch, Sink, SinkContext, WriteResult } from '../../gateway/core/sink.ts';
import { pingVersion1, setUpDatabase } from './database-setup.ts';
import { HttpConnection, type TlsMaterial } from './http-connection.ts';
import type { InfluxdbConfig, TlsConfig } from './influxdb-config.ts';
import { LineEncoder } from './line-encoder.ts';
import { LineWriter, type Refusals } from './line-writer.ts';
import { readFailure, readWriteAnswer, type WriteAnswer } from './write-answer.ts';
import { type WriteEndpoint, writeEndpoint } from './write-endpoint.ts';

export type InfluxdbSinkOptions = {
  readonly id: string;
  readonly config: InfluxdbConfig;
  readonly context: SinkContext;
};

const gzipAsync = promisify(gzip);

/** How far a batch has come. A batch that failed is handed in again, and what is settled of it is not sent twice. */
type Progress = {
  readonly entries: EntryBatch;
  /** Tells a batch from an earlier one in the same memory. */
  readonly firstSeq: number | undefined;
  readonly refusals: Refusals;
  /** Entries before this one are settled. */
  nextEntry: number;
  /** Entries before this one have been encoded, and their non-finite values counted. */
  encodedTo: number;
};

/** Writes frames and events as line protocol to InfluxDB 1.x, 2.x or 3, or to what speaks like one. */
export class InfluxdbSink implements Sink {
  readonly id: string;
  readonly gatherMs: number;
  readonly #config: InfluxdbConfig;
  readonly #context: SinkContext;
  readonly #endpoint: WriteEndpoint;
  readonly #encoder: LineEncoder;
  readonly #writer: LineWriter;
  #connection: HttpConnection | undefined;
  #signal: AbortSignal = AbortSignal.abort();
  #progress: Progress | undefined;

  constructor({ id, config, context }: InfluxdbSinkOptions) {
    this.id = id;
    this.gatherMs = config.gatherMs;
    this.#config = config;
    this.#context = context;
    this.#endpoint = writeEndpoint(config);
    this.#encoder = new LineEncoder(context);
    this.#writer = new LineWriter({
      maxBodyBytes: config.maxBodyBytes,
      send: (body) => this.#send(body),
    });
  }

  async open(signal: AbortSignal): Promise<void> {
    await this.close();
    const { timeoutMs, url } = this.#config;
    const tls = await readTlsMaterial(this.#config.tls);
    const { headers } = this.#endpoint;
    const connection = new HttpConnection({ url, tls, timeoutMs, headers });
    try {
      await this.#greet(connection, tls, signal);
    } catch (error) {
      connection.close();
      throw error;
    }
    this.#connection = connection;
  }

  async write({ entries }: DeliveryBatch, signal: AbortSignal): Promise<WriteResult> {
    this.#signal = signal;
    const progress = this.#resume(entries);
    while (progress.nextEntry < entries.length) await this.#writePart(progress);
    this.#progress = undefined;
    const rejected = [...progress.refusals]
      .map(([index, reason]) => ({ index, reason }))
      .sort((a, b) => a.index - b.index);
    this.#context.count('refused_entries', rejected.length);
    return { accepted: entries.length - rejected.length, rejected };
  }

  close(): Promise<void> {
    this.#connection?.close();
    this.#connection = undefined;
    return Promise.resolve();
  }

  /** Finds out whether the server is there, so that a wrong address shows before there is anything to write. */
  async #greet(
    connection: HttpConnection,
    tls: TlsMaterial | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const { id } = this;
    if (this.#config.version === 1) {
      const setup = { config: this.#config, tls, signal };
      const version = await pingVersion1(setup);
      // The package's ping knows no reasons.
      if (version === undefined) await this.#ping(connection, signal);
      this.#context.log.info({ sink: id, version }, `${this.#endpoint.target.en} answers`);
      if (this.#config.createDatabase) await setUpDatabase(setup);
      return;
    }
    await this.#ping(connection, signal);
    this.#context.log.info({ sink: id }, `${this.#endpoint.target.en} answers`);
  }

  async #ping(connection: HttpConnection, signal: AbortSignal): Promise<void> {
    const answer = await connection.request({ method: 'GET', path: '/ping', signal });
    const { status } = answer;
    // Not every server that takes lines knows /ping.
    const isFailure = status >= 500 || status === 401 || status === 403;
    if (isFailure || (status >= 300 && status < 400)) {
      throw readFailure(answer, this.#endpoint.target);
    }
  }

  #resume(entries: EntryBatch): Progress {
    const known = this.#progress;
    const firstSeq = entries.seq[0];
    if (known?.entries === entries && known.firstSeq === firstSeq) return known;
    const fresh = { entries, firstSeq, refusals: new Map(), nextEntry: 0, encodedTo: 0 };
    this.#progress = fresh;
    return fresh;
  }

  /** Writes the next entries, as many as go into one request of `batchLines`. */
  async #writePart(progress: Progress): Promise<void> {
    const { entries, refusals, nextEntry, encodedTo } = progress;
    const to = Math.min(nextEntry + this.#config.batchLines, entries.length);
    const lines = this.#encoder.encode(entries, nextEntry, to);
    const fresh = lines.nonFinite.filter((index) => index >= encodedTo).length;
    if (fresh > 0) this.#context.count('non_finite_values', fresh);
    progress.encodedTo = Math.max(encodedTo, to);
    for (const { index, reason } of lines.unencodable) refusals.set(index, reason);
    let storedBefore = -refusals.size;
    await this.#writer.write(lines, refusals, (lineCount) => {
      if (lineCount > 0) progress.nextEntry = (lines.lineEntry[lineCount - 1] as number) + 1;
      const stored = lineCount - refusals.size;
      this.#context.count('stored_lines', stored - storedBefore);
      storedBefore = stored;
    });
    progress.nextEntry = to;
  }

  async #send(lines: Buffer): Promise<WriteAnswer> {
    const connection = this.#connection;
    const { target, path } = this.#endpoint;
    if (connection === undefined) {
      throw new GatewayError(
        'CONNECTION_FAILED',
        { en: `${target.en} is not open`, zh: `${target.zh} 未打开` },
        { retryable: true },
      );
    }
    const body = this.#config.gzip ? await compress(lines) : lines;
    const headers = {
      'content-type': 'text/plain; charset=utf-8',
      ...(this.#config.gzip ? { 'content-encoding': 'gzip' } : {}),
    };
    this.#context.count('requests', 1);
    this.#context.count('sent_bytes', body.length);
    const signal = this.#signal;
    const answer = await connection.request({ method: 'POST', path, headers, body, signal });
    return readWriteAnswer(answer, target);
  }
}

/** The lowest level: higher ones cost several times more for a fifth fewer bytes. */
const compress = (lines: Buffer): Promise<Buffer> =>
  gzipAsync(lines, { level: constants.Z_BEST_SPEED });

const readTlsMaterial = async (tls: TlsConfig | undefined): Promise<TlsMaterial | undefined> => {
  if (tls === undefined) return undefined;
  const { caFile, certFile, keyFile, serverName } = tls;
  try {
    return {
      ...(caFile === undefined ? {} : { ca: await readFile(caFile) }),
      ...(certFile === undefined ? {} : { cert: await readFile(certFile) }),
      ...(keyFile === undefined ? {} : { key: await readFile(keyFile) }),
      ...(serverName === undefined ? {} : { servername: serverName }),
    };
  } catch (error) {
    const why = describeError(error);
    const text = { en: `cannot read TLS files: ${why}`, zh: `无法读取 TLS 文件：${why}` };
    throw new GatewayError('CONFIG_INVALID', text, { retryable: true, cause: error });
  }
};
