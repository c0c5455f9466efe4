import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Certificates, makeCertificates } from '../certificates.ts';
import { freePort } from '../free-port.ts';
import { findProgram } from '../programs.ts';

export type MosquittoOptions = {
  /** Without it everybody may connect. */
  readonly user?: { readonly name: string; readonly password: string };
  /** TLS with the certificates of `Mosquitto.certificates`; `mutual` asks for the client's. */
  readonly tls?: 'server' | 'mutual';
  /** Lines of an ACL file (`topic write a/#`). */
  readonly accessList?: readonly string[];
  /** More lines of mosquitto.conf. */
  readonly settings?: readonly string[];
};

/** A real broker with a configuration, port and folder of its own. */
export class Mosquitto {
  readonly port: number;
  readonly folder: string;
  readonly certificates: Certificates | undefined;
  readonly #isTls: boolean;
  #process: ChildProcess | undefined;

  private constructor(port: number, folder: string, options: MosquittoOptions) {
    this.port = port;
    this.folder = folder;
    this.#isTls = options.tls !== undefined;
    this.certificates = this.#isTls ? makeCertificates(folder) : undefined;
    writeFileSync(join(folder, 'mosquitto.conf'), this.#configuration(options).join('\n'));
  }

  static async start(options: MosquittoOptions = {}): Promise<Mosquitto> {
    const folder = mkdtempSync(join(tmpdir(), 'seamwatt-mosquitto-'));
    const broker = new Mosquitto(await freePort(), folder, options);
    await broker.start();
    return broker;
  }

  get url(): string {
    return `${this.#isTls ? 'mqtts' : 'mqtt'}://localhost:${this.port}`;
  }

  /** Starts it again after `kill` or `terminate`, with what it has kept on disk. */
  async start(): Promise<void> {
    const program = findProgram('mosquitto');
    if (program === undefined) throw new Error('mosquitto is not on this machine');
    const child = spawn(program, ['-c', join(this.folder, 'mosquitto.conf')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#process = child;
    const endWithUs = (): boolean => child.kill('SIGKILL');
    process.once('exit', endWithUs);
    child.once('exit', () => process.off('exit', endWithUs));
    let complaints = '';
    child.stderr.on('data', (text: Buffer) => {
      complaints += text.toString();
    });
    for (let attempt = 0; attempt < 200; attempt += 1) {
      if (child.exitCode !== null) throw new Error(`mosquitto ended: ${complaints}`);
      if (await accepts(this.port)) return;
      await delay(25);
    }
    throw new Error(`mosquitto does not listen: ${complaints}`);
  }

  /** As a power cut: no goodbye, nothing saved. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  /** Lets it save its sessions and retained messages. */
  terminate(): Promise<void> {
    return this.#end('SIGTERM');
  }

  /** Holds it still with its connections open, as a hung machine would. */
  pause(): void {
    this.#process?.kill('SIGSTOP');
  }

  resume(): void {
    this.#process?.kill('SIGCONT');
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined || child.exitCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }

  #configuration(options: MosquittoOptions): readonly string[] {
    const { user, accessList, settings = [] } = options;
    const lines = [
      'per_listener_settings false',
      // Started as root it would become user mosquitto, who may not read this folder.
      'user root',
      'persistence true',
      `persistence_location ${this.folder}/`,
      'set_tcp_nodelay true',
      // Not 0 for unlimited: mosquitto 2.0 then closes the connection after each refused message.
      'max_queued_messages 1000000',
      ...settings,
      `listener ${this.port} 127.0.0.1`,
      `allow_anonymous ${user === undefined}`,
    ];
    if (user !== undefined) {
      lines.push(`password_file ${this.#passwordFile(user.name, user.password)}`);
    }
    if (accessList !== undefined) {
      const file = join(this.folder, 'acl');
      writeFileSync(file, `${accessList.join('\n')}\n`);
      lines.push(`acl_file ${file}`);
    }
    if (this.certificates !== undefined) {
      lines.push(
        `cafile ${this.certificates.caFile}`,
        `certfile ${this.certificates.serverCertificateFile}`,
        `keyfile ${this.certificates.serverKeyFile}`,
        `require_certificate ${options.tls === 'mutual'}`,
      );
    }
    return lines;
  }

  #passwordFile(name: string, password: string): string {
    const file = join(this.folder, 'passwords');
    writeFileSync(file, `${name}:${password}\n`, { mode: 0o600 });
    const { status, stderr } = spawnSync('mosquitto_passwd', ['-U', file], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`mosquitto_passwd failed: ${stderr}`);
    return file;
  }
}

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
