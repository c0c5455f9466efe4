import { open } from 'node:fs/promises';

export type ReadText =
  | { readonly state: 'read'; readonly text: string }
  | { readonly state: 'too-large' }
  /** `code` is the system's (`ENOENT`, `EACCES`). */
  | { readonly state: 'unreadable'; readonly code: string };

const chunkBytes = 64 * 1024;

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;

/** Reads a text of at most `mostBytes`; never more than that is held, whatever the file is (a device, a pipe). */
export const readText = async (file: string, mostBytes: number): Promise<ReadText> => {
  try {
    await using handle = await open(file);
    const chunks: Buffer[] = [];
    let total = 0;
    for (;;) {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(chunkBytes), 0, chunkBytes);
      if (bytesRead === 0) break;
      total += bytesRead;
      if (total > mostBytes) return { state: 'too-large' };
      chunks.push(buffer.subarray(0, bytesRead));
    }
    return { state: 'read', text: Buffer.concat(chunks).toString('utf8') };
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error;
    return { state: 'unreadable', code };
  }
};
