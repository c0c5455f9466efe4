import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type Certificates = {
  readonly caFile: string;
  readonly serverCertificateFile: string;
  readonly serverKeyFile: string;
  readonly clientCertificateFile: string;
  readonly clientKeyFile: string;
};

/** Without `OPENSSL_CONF`, which node-opcua sets to a file of the name `undefined` in a process that has loaded it. */
const env = { PATH: process.env['PATH'] };

const run = (...args: readonly string[]): void => {
  const { status, stderr } = spawnSync('openssl', args, {
    encoding: 'utf8',
    timeout: 20_000,
    env,
  });
  if (status !== 0) throw new Error(`openssl ${args[0]} failed: ${stderr}`);
};

const makeKey = (file: string): void =>
  run('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', file);

/**
 * An authority of its own in `folder` with a server certificate for localhost and 127.0.0.1 and a client certificate of
 * common name `clientName`, all valid for two days.
 */
export const makeCertificates = (folder: string, clientName = 'gateway'): Certificates => {
  const file = (name: string): string => join(folder, name);
  makeKey(file('ca.key'));
  run(
    ...['req', '-x509', '-new', '-key', file('ca.key'), '-days', '2', '-subj', '/CN=Test CA'],
    ...['-out', file('ca.pem')],
  );
  const sign = (name: string, subject: string, extensions: string): void => {
    makeKey(file(`${name}.key`));
    run('req', '-new', '-key', file(`${name}.key`), '-subj', subject, '-out', file(`${name}.csr`));
    writeFileSync(file(`${name}.ext`), extensions);
    run(
      ...['x509', '-req', '-in', file(`${name}.csr`), '-CA', file('ca.pem')],
      ...['-CAkey', file('ca.key'), '-CAcreateserial', '-days', '2'],
      ...['-extfile', file(`${name}.ext`), '-out', file(`${name}.pem`)],
    );
  };
  sign('server', '/CN=localhost', 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
  sign('client', `/CN=${clientName}`, 'extendedKeyUsage=clientAuth\n');
  return {
    caFile: file('ca.pem'),
    serverCertificateFile: file('server.pem'),
    serverKeyFile: file('server.key'),
    clientCertificateFile: file('client.pem'),
    clientKeyFile: file('client.key'),
  };
};
