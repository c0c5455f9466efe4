import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireProgram } from './programs.ts';

/** Two serial ports joined by a null modem; they do not pace to a baud rate. */
export type PtyPair = { readonly near: string; readonly far: string; close(): Promise<void> };

export const ptyProgram = requireProgram('socat');

export const openPtyPair = (): Promise<PtyPair> => openPty((far) => pty(far));

/** A serial port whose far end is a server on 127.0.0.1. */
export const openPtyToServer = (port: number): Promise<Omit<PtyPair, 'far'>> =>
  openPty(() => `tcp:127.0.0.1:${port},nodelay`);

const pty = (link: string): string => `pty,raw,echo=0,link=${link}`;

const openPty = async (farEnd: (link: string) => string): Promise<PtyPair> => {
  const folder = mkdtempSync(join(tmpdir(), 'seamwatt-pty-'));
  const near = join(folder, 'near');
  const far = join(folder, 'far');
  const end = farEnd(far);
  const child = spawn(ptyProgram.path, [pty(near), end], { stdio: 'ignore' });
  const exited = once(child, 'exit');
  const deadline = performance.now() + 5000;
  while (!existsSync(near) || (end === pty(far) && !existsSync(far))) {
    if (performance.now() > deadline) throw new Error('socat made no pseudo terminals');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return {
    near,
    far,
    close: async () => {
      if (child.exitCode === null) {
        child.kill('SIGTERM');
        await exited;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
