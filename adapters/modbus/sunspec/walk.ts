import type { Buffer } from 'node:buffer';
import { GatewayError } from '../../../gateway/core/error.ts';
import { explainError } from '../../../gateway/core/error-text.ts';
import { type LocalText, noText } from '../../../gateway/core/point.ts';
import { isConnectionGone, isUnanswered } from '../error-status.ts';

export type FoundModel = {
  readonly id: number;
  /** Where its id stands. */
  readonly address: number;
  /** Registers behind id and length. */
  readonly length: number;
};

export type ModelChain = {
  readonly base: number;
  readonly models: readonly FoundModel[];
  /** Why the walk ended before the end model; empty when it did not. */
  readonly trouble: LocalText;
};

/** Reads holding registers; an error instead of data when the device refuses or is silent. */
export type ReadHolding = (address: number, quantity: number) => Promise<Buffer | GatewayError>;

/** SunSpec Device Information Model Specification V1.1 §6.2: the marker stands at one of these, mostly the first. */
const bases = [40_000, 0, 50_000] as const;
/** How many places are asked before the marker is known not to be there. */
export const baseCount = bases.length;
const marker = 0x5375_6e53;
const endModel = 0xffff;
/** Of a chain that never ends. */
const maxModels = 64;
const lastAddress = 65_535;

/**
 * Looks for the SunSpec marker and walks the chain of models behind it; undefined where a device answers, but has no
 * marker. Asks at most 3 + 64 times.
 *
 * @param known base at which the marker stood before: asked first, and silence there ends the walk
 * @throws GatewayError when the connection is gone, or the device does not answer: then nothing is known of its models.
 */
export const walkModels = async (
  read: ReadHolding,
  known?: number,
): Promise<ModelChain | undefined> => {
  let silence: GatewayError | undefined;
  let isRefused = false;
  const others = bases.filter((base) => base !== known);
  for (const base of known === undefined ? bases : [known, ...others]) {
    const head = await read(base, 2);
    if (!(head instanceof GatewayError)) {
      isRefused = true;
      if (head.readUInt32BE(0) === marker) return { base, ...(await walkChain(read, base + 2)) };
      continue;
    }
    if (isConnectionGone(head)) throw head;
    // Some devices say nothing where others refuse, so silence at one base is no answer for the next.
    if (isUnanswered(head)) silence = head;
    else isRefused = true;
    if (silence !== undefined && base === known) throw silence;
  }
  if (silence !== undefined && !isRefused) throw silence;
  return undefined;
};

const walkChain = async (
  read: ReadHolding,
  first: number,
): Promise<Pick<ModelChain, 'models' | 'trouble'>> => {
  const models: FoundModel[] = [];
  let address = first;
  while (models.length < maxModels && address < lastAddress) {
    const head = await read(address, 2);
    if (head instanceof GatewayError) {
      if (isConnectionGone(head)) throw head;
      return { models, trouble: explainError(head) };
    }
    const id = head.readUInt16BE(0);
    const length = head.readUInt16BE(2);
    if (id === endModel) return { models, trouble: noText };
    if (length === 0) {
      const en = `model ${id} at ${address} has length 0`;
      return { models, trouble: { en, zh: `位于 ${address} 的模型 ${id} 长度为 0` } };
    }
    models.push({ id, address, length });
    address += 2 + length;
  }
  const trouble = {
    en: `no end model after ${models.length}`,
    zh: `${models.length} 个模型后仍无结束标记`,
  };
  return { models, trouble };
};
