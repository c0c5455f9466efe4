import { parentPort, workerData } from 'node:worker_threads';
import { describeError } from '../../core/error.ts';
import type { DossierInput } from './dossier-input.ts';
import { renderDossier } from './render.ts';

export type DossierAnswer =
  | { readonly pdf: Uint8Array<ArrayBuffer> }
  | { readonly failure: string };

/** One thread a dossier: what fonts and pages took is given back with it. */
const answer = async (): Promise<void> => {
  try {
    const pdf = Uint8Array.from(await renderDossier(workerData as DossierInput));
    const message: DossierAnswer = { pdf };
    parentPort?.postMessage(message, [pdf.buffer]);
  } catch (error) {
    const message: DossierAnswer = { failure: describeError(error) };
    parentPort?.postMessage(message);
  }
};

await answer();
