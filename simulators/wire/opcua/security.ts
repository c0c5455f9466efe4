import { createHash, timingSafeEqual } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OPCUACertificateManager } from 'node-opcua';

const operatorName = 'operator';

export type OpcuaAccess = {
  readonly isAnonymousAllowed: boolean;
  /** Of the user `operator`; undefined lets nobody in by name. */
  readonly password: string | undefined;
  /** Where own key and certificate and those of the clients lie; undefined for a temporary folder. */
  readonly pkiFolder: string | undefined;
};

export type Pki = { readonly folder: string; remove(): Promise<void> };

export const openPki = async (folder: string | undefined): Promise<Pki> => {
  if (folder !== undefined) return { folder, remove: async () => undefined };
  const temporary = await mkdtemp(join(tmpdir(), 'simulators-opcua-'));
  return {
    folder: temporary,
    remove: () => rm(temporary, { recursive: true, force: true, maxRetries: 3 }),
  };
};

/** Trusts every client, because a simulator guards nothing; no certificate is a user, though. */
export const certificateManagers = async (
  folder: string,
): Promise<{ server: OPCUACertificateManager; user: OPCUACertificateManager }> => {
  const manager = async (name: string, isTrusting: boolean): Promise<OPCUACertificateManager> => {
    const created = new OPCUACertificateManager({
      name,
      rootFolder: join(folder, name),
      automaticallyAcceptUnknownCertificate: isTrusting,
    });
    await created.initialize();
    return created;
  };
  const [server, user] = await Promise.all([manager('server', true), manager('users', false)]);
  return { server, user };
};

export const isOperator = (access: OpcuaAccess, user: string, password: string): boolean => {
  if (access.password === undefined || user !== operatorName) return false;
  return timingSafeEqual(digest(password), digest(access.password));
};

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
