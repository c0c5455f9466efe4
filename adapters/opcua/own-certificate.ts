import { access, mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { OPCUACertificateManager } from 'node-opcua-certificate-manager';
import { describeError, GatewayError } from '../../gateway/core/error.ts';
import type { OpcuaLibrary } from './library.ts';

/** Keys, and whom to trust, of one source. */
export type CertificateStore = {
  readonly manager: OPCUACertificateManager;
  readonly ownCertificateFile: string;
};

export type CertificateStoreOptions = {
  readonly folder: string;
  readonly applicationName: string;
  readonly library: OpcuaLibrary;
};

const validityDays = 3650;

export const ownCertificateFileIn = (folder: string): string =>
  join(folder, 'own', 'certs', 'client_certificate.pem');

/**
 * Opens the folder of keys, and makes key and certificate of the gateway where there are none, which takes seconds on a
 * small machine. Must not run twice at the same time for one folder.
 *
 * @throws GatewayError STORE_FAILED when the folder cannot be written
 */
export const openCertificateStore = async (
  options: CertificateStoreOptions,
): Promise<CertificateStore> => {
  const { folder, applicationName, library } = options;
  const ownCertificateFile = ownCertificateFileIn(folder);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const manager = new library.OPCUACertificateManager({
      rootFolder: folder,
      disableFileWatchers: true,
    });
    await manager.initialize();
    if (!(await isThere(ownCertificateFile))) {
      await manager.createSelfSignedCertificate({
        applicationUri: library.makeApplicationUrn(hostname(), applicationName),
        dns: [hostname()],
        outputFile: ownCertificateFile,
        subject: library.makeSubject(applicationName, hostname()),
        startDate: new Date(),
        validity: validityDays,
      });
    }
    return { manager, ownCertificateFile };
  } catch (error) {
    throw new GatewayError(
      'STORE_FAILED',
      {
        en: `the keys in ${folder} cannot be used: ${describeError(error)}`,
        zh: `${folder} 中的密钥无法使用：${describeError(error)}`,
      },
      { retryable: true, cause: error },
    );
  }
};

/** The library keeps every manager until it is disposed of, and counts clients that it never counts down. */
export const closeCertificateStore = async ({ manager }: CertificateStore): Promise<void> => {
  manager.referenceCounter = 0;
  await manager.dispose();
};

const isThere = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );
